/** What a client can ask of an edge, and how an edge refuses. Pure values; {@code protocol.json} reads and writes them. */
package io.danmaku.protocol.command;
