package io.danmaku.bench.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * What a viewer says to an edge: a handshake (RFC 6455) and two commands.
 *
 * @param address {@code host:port} of the edge
 * @param room to join; an id is ASCII
 * @param auth gives the token by a command instead of in the address: its answer may say when to come back
 * @param deflate offers permessage-deflate
 * @param since last offset that it has, -1: joins where the room stands
 * @param epoch of that offset, empty: none
 */
record Hello(String address, String token, String room, boolean auth, boolean deflate, long since, String epoch) {
    /** A viewer that only watches, from now on. */
    static Hello watch(String address, String token, String room) {
        return new Hello(address, token, room, false, false, -1, "");
    }

    ByteBuf handshake(ByteBufAllocator alloc) {
        String request = "GET /ws" + (auth ? "" : "?token=" + token) + " HTTP/1.1\r\nHost: " + address
                + "\r\n" + ClientFrames.UPGRADE + "Sec-WebSocket-Protocol: danmaku.v1.json\r\n"
                + (deflate
                        ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                                + "client_no_context_takeover\r\n"
                        : "")
                + "\r\n";
        return alloc.buffer(request.length()).writeBytes(request.getBytes(StandardCharsets.US_ASCII));
    }

    ByteBuf auth(ByteBufAllocator alloc) {
        return ClientFrames.text(alloc, "{\"id\":0,\"op\":\"auth\",\"token\":\"" + token + "\"}");
    }

    ByteBuf join(ByteBufAllocator alloc) {
        return ClientFrames.text(
                alloc,
                "{\"id\":1,\"op\":\"join\",\"room\":\"" + room + "\""
                        + (since < 0 ? "" : ",\"since\":" + since)
                        + (epoch.isEmpty() ? "" : ",\"epoch\":\"" + epoch + "\"")
                        + "}");
    }
}
