/** The connection to Pulsar, and what must be true of its namespaces and topics before a service may rely on them. */
package io.danmaku.node.pulsar;
