/** What a room's audience is told: the types of events, how each is delivered, and why one may be left out. Pure values. */
package io.danmaku.protocol.event;
