/** What the HTTP APIs of all services have in common: who asks, how often, and how an error is told. */
package io.danmaku.node.http;
