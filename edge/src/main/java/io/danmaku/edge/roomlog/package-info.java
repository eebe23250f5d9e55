/**
 * A room's log in Pulsar: appending to it, following it from a live room, and reading pages of it for who comes late. Runs on threads of the
 * Pulsar client and on a bounded pool of its own, never on an event loop.
 */
package io.danmaku.edge.roomlog;
