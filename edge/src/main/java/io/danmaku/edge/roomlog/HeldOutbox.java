package io.danmaku.edge.roomlog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.node.pulsar.HookOutbox;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HeldJson;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.log.RoomRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.apache.pulsar.client.api.PulsarClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts chats that wait for a moderator into the outbox of tenants' webhooks: each edge those that it appended itself, when it has read them
 * back. Who asks for the queue misses none; a webhook may miss one when an edge dies between the two, or while Pulsar is away. Never blocks.
 */
public final class HeldOutbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldOutbox.class);
    private static final String TYPE = "held";

    private final HookOutbox outbox;
    private final Counter dropped;

    public HeldOutbox(PulsarClient client, MeterRegistry registry) {
        dropped = registry.counter("danmaku.held.untold");
        outbox = new HookOutbox(client, dropped);
    }

    /** A chat of this edge waits from now on. From any thread. */
    public void put(LiveRoom room, long offset, long tsMs, RoomRecord record) {
        try {
            outbox.put(new HookRecord(
                    room.key().tenant(),
                    "",
                    id(room, offset),
                    TYPE,
                    room.key().room(),
                    tsMs,
                    data(offset, tsMs, record)));
        } catch (RuntimeException fault) {
            // the broadcaster has others to tell
            LOG.debug("a webhook is not told of a held chat", fault);
            dropped.increment();
        }
    }

    /** As who asks for the queue is told of it. */
    private static ObjectNode data(long offset, long tsMs, RoomRecord record) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        json.writeBytes(("{\"o\":" + offset + ",\"ts\":" + tsMs + ",").getBytes(StandardCharsets.US_ASCII));
        json.writeBytes(HeldJson.fragment(record, offset, tsMs));
        return Json.read(json.toByteArray(), ObjectNode.class);
    }

    /** The same however often it is put, and no other chat's of the tenant. */
    private static String id(LiveRoom room, long offset) {
        CRC32 crc = new CRC32();
        crc.update(room.key().room().getBytes(StandardCharsets.US_ASCII));
        return TYPE + "-" + Long.toHexString(crc.getValue()) + "-" + room.epoch() + "-" + offset;
    }

    /** Waits a bounded time for what is on its way. */
    @Override
    public void close() {
        outbox.close();
    }
}
