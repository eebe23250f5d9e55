/**
 * Rooms and the state topics they live in: who owns a group of rooms, how a change is decided and written, and how a
 * room's log is told of it. All of it belongs to one event loop, the state context; nothing here is thread-safe unless it
 * says so. Start reading at {@code StateGroup}; docs/decisions/ has the page on state topics and take-over.
 */
package io.danmaku.room.room;
