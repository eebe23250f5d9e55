/**
 * Who did what in a room, and for all rooms of a tenant: read from the state topics, in which every change stands for ever, as it was written.
 * Nothing here writes. On the state context.
 */
package io.danmaku.room.audit;
