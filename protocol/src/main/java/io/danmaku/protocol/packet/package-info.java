/** The packets of 16-byte headers that goim's and Bilibili's live clients speak (docs/protocol.md). No I/O; no state. */
package io.danmaku.protocol.packet;
