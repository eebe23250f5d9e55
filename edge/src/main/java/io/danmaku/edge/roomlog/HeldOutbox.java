package io.danmaku.edge.roomlog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.broadcast.LiveRoom;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HeldJson;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.apache.pulsar.client.api.Producer;
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
    private static final int PENDING_MAX = 1_000;
    private static final int SEND_TIMEOUT_S = 10;
    private static final long OPEN_AGAIN_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_S_MAX = 2;

    private final PulsarClient client;
    private final Counter dropped;
    private CompletableFuture<Producer<byte[]>> producer;
    private long openedNs;

    public HeldOutbox(PulsarClient client, MeterRegistry registry) {
        this.client = client;
        dropped = registry.counter("danmaku.held.untold");
        open(System.nanoTime());
    }

    private synchronized CompletableFuture<Producer<byte[]>> open(long nowNs) {
        boolean failed = producer != null && producer.isCompletedExceptionally();
        if (producer == null || (failed && nowNs - openedNs >= OPEN_AGAIN_NS)) {
            openedNs = nowNs;
            producer = client.newProducer()
                    .topic(Topics.hookOutbox())
                    .maxPendingMessages(PENDING_MAX)
                    .blockIfQueueFull(false)
                    .sendTimeout(SEND_TIMEOUT_S, TimeUnit.SECONDS)
                    .enableBatching(false)
                    .createAsync();
        }
        return producer;
    }

    /** A chat of this edge waits from now on. From any thread. */
    public void put(LiveRoom room, long offset, long tsMs, RoomRecord record) {
        CompletableFuture<Producer<byte[]>> opened = open(System.nanoTime());
        if (!opened.isDone() || opened.isCompletedExceptionally()) {
            dropped.increment();
            return;
        }
        try {
            HookRecord told = new HookRecord(
                    room.key().tenant(),
                    "",
                    id(room, offset),
                    TYPE,
                    room.key().room(),
                    tsMs,
                    data(offset, tsMs, record));
            opened.join().sendAsync(Json.bytes(told)).exceptionally(failure -> {
                untold(opened, failure);
                return null;
            });
        } catch (RuntimeException fault) {
            // the broadcaster has others to tell
            untold(opened, fault);
        }
    }

    private synchronized void untold(CompletableFuture<Producer<byte[]>> by, Throwable failure) {
        LOG.debug("a webhook is not told of a held chat", failure);
        dropped.increment();
        if (producer == by && PulsarNode.isGivenUp(failure)) {
            producer = null;
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
        open(System.nanoTime())
                .thenCompose(Producer::closeAsync)
                .completeOnTimeout(null, CLOSE_S_MAX, TimeUnit.SECONDS)
                .exceptionally(failure -> null)
                .join();
    }
}
