/** Where the services behind an edge are, and which of a service's instances is asked. */
package io.danmaku.edge.service;
