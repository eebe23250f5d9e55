/** Who may do what in a room, who may not, and what is shown no more. On the state context, like the rooms that it belongs to. */
package io.danmaku.room.moderation;
