/**
 * room-service: the wiring of the process. One event loop owns all state of rooms and answers HTTP, a second one owns the
 * numbers of who is where; what they share are immutable values.
 */
package io.danmaku.room;
