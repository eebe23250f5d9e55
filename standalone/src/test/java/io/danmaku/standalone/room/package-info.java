/** Tests of room-service against a whole hub. */
package io.danmaku.standalone.room;
