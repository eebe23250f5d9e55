package io.danmaku.bench.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** WebSocket frames of a client (RFC 6455). A mask of zeros is a mask: the text stays as it is. */
final class ClientFrames {
    private static final int TEXT = 0x81;
    private static final int PING = 0x89;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_16_MAX = 0xffff;

    /** Request headers that any server takes; the key is any 16 bytes: it guards caches, and there is none between. */
    static final String UPGRADE = String.join(
            "\r\n",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: ZGFubWFrdSBiZW5jaCAhIQ==",
            "");

    private ClientFrames() {}

    /** @param ascii at most 65,535 characters */
    static ByteBuf text(ByteBufAllocator alloc, String ascii) {
        byte[] payload = ascii.getBytes(StandardCharsets.US_ASCII);
        if (payload.length > LENGTH_16_MAX) {
            throw new IllegalArgumentException("a text of " + payload.length + " bytes");
        }
        ByteBuf frame = alloc.buffer(payload.length + 8).writeByte(TEXT);
        if (payload.length < LENGTH_16) {
            frame.writeByte(MASKED | payload.length);
        } else {
            frame.writeByte(MASKED | LENGTH_16).writeShort(payload.length);
        }
        return frame.writeInt(0).writeBytes(payload);
    }

    static ByteBuf ping(ByteBufAllocator alloc) {
        return alloc.buffer(6).writeByte(PING).writeByte(MASKED).writeInt(0);
    }
}
