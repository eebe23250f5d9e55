/** Who may not speak, until when. On the state context, like the rooms that the sanctions belong to. */
package io.danmaku.room.moderation;
