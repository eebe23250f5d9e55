package io.danmaku.bench.micro;

import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import java.nio.charset.StandardCharsets;

/** A usual chat, as a client sends it and as an event carries it. */
final class Messages {
    static final long TS_MS = 1_764_000_000_000L;

    private static final String TEXT = "前方高能预警, here it comes!";

    private Messages() {}

    /** The event but for offset and time. */
    static byte[] fragment() {
        return EventDetail.fragment(
                EventType.CHAT,
                "user-4711",
                "Ann",
                Json.object()
                        .put("text", TEXT)
                        .put("mode", "scroll")
                        .put("color", "#ffffff")
                        .put("size", 25));
    }

    /** The command. */
    static byte[] command() {
        return ("{\"id\":17,\"op\":\"send\",\"room\":\"42\",\"t\":\"chat\",\"cid\":\"c-123456\",\"d\":{\"text\":\""
                        + TEXT + "\"}}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
