/**
 * The way of direct messages through an edge: in by the log of conversations, out by this node's delivery topic to the
 * devices of a user. Requests come from event loops and never wait; the thread {@code direct} opens, expires and renews
 * leases, the thread {@code direct-delivery} reads what is delivered and pushes it.
 */
package io.danmaku.edge.direct;
