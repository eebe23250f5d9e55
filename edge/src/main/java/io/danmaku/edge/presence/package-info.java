/**
 * Who watches which room here, told to room-service, and its numbers of each room, told back. Event loops only leave their
 * changes in concurrent maps; the thread {@code presence} owns the ledger and everything that is sent.
 */
package io.danmaku.edge.presence;
