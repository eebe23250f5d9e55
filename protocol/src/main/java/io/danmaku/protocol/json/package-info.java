/** The JSON wire form ({@code danmaku.v1.json}): commands in, replies and events out. No I/O; no state. */
package io.danmaku.protocol.json;
