package io.danmaku.dm.delivery;

import io.danmaku.node.pulsar.Backlog;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Requests of this node that went to the log and wait for what their owner makes of them. Thread-safe. A result comes by
 * the node's delivery topic, or directly when the owner is in this process.
 */
public final class Requests {
    private static final long AWAY_RETRY_MS = 1_000;
    private static final long BUSY_RETRY_MS = 500;
    private static final long PENDING_RETRY_MS = 1_000;
    private static final long FULL_RETRY_MS = 2_000;

    private static final Refusal PENDING = Refusal.retry(
            ErrorCode.PENDING, "no result yet: it may still be carried out; the same cid asks again", PENDING_RETRY_MS);

    private final Map<Long, CompletableFuture<Delivery>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final String node;
    private final InboundTopic log;
    private final Backlog backlog;
    private final DeliveryConfig config;
    private final MeterRegistry registry;

    /** @param backlog of the log, which is closed by who made it */
    public Requests(
            Incarnation node, InboundTopic log, Backlog backlog, DeliveryConfig config, MeterRegistry registry) {
        this.node = node.toString();
        this.log = log;
        this.backlog = backlog;
        this.config = config;
        this.registry = registry;
        registry.gaugeMapSize("danmaku.dm.requests.waiting", Tags.empty(), waiting);
    }

    /** Numbers a request of this node. */
    public long nextId() {
        return lastId.incrementAndGet();
    }

    public String node() {
        return node;
    }

    /**
     * Appends a record that carries this node and a number of {@link #nextId()}. Always completes with a RESULT: of the
     * owner; or {@code unavailable}, {@code busy} (not appended); or {@code pending} (nobody knows yet).
     */
    public CompletableFuture<Delivery> ask(DirectRecord record) {
        return ask(record, Topics.directPartition(record.conversation()));
    }

    /** Whether a partition takes nothing now: what goes to all of them is not begun then. */
    public boolean isAnyFull() {
        return IntStream.range(0, Topics.DIRECT_PARTITIONS).anyMatch(backlog::isFull);
    }

    /** The same in a partition of one's choice, for what goes to each of them. */
    public CompletableFuture<Delivery> ask(DirectRecord record, int partition) {
        String tenant = record.tenant();
        long id = record.sendId();
        if (!log.connected()) {
            return CompletableFuture.completedFuture(refused(
                    tenant,
                    id,
                    Refusal.retry(
                            ErrorCode.UNAVAILABLE, "the log cannot be reached; nothing was sent", AWAY_RETRY_MS)));
        }
        if (backlog.isFull(partition)) {
            return CompletableFuture.completedFuture(refused(
                    tenant,
                    id,
                    Refusal.retry(
                            ErrorCode.UNAVAILABLE, "too much waits to be stored; nothing was sent", FULL_RETRY_MS)));
        }
        if (waiting.size() >= config.requestsMax()) {
            return CompletableFuture.completedFuture(refused(
                    tenant,
                    id,
                    Refusal.retry(ErrorCode.BUSY, "too many requests wait; nothing was sent", BUSY_RETRY_MS)));
        }
        CompletableFuture<Delivery> result = new CompletableFuture<>();
        waiting.put(id, result);
        var unused = log.append(record, partition).whenComplete((appended, failure) -> {
            if (failure instanceof InboundTopic.NotAppended) {
                answer(refused(
                        tenant,
                        id,
                        Refusal.retry(
                                ErrorCode.UNAVAILABLE, "the log did not take it; nothing was sent", AWAY_RETRY_MS)));
            }
        });
        return result.completeOnTimeout(null, config.resultWithinMs(), TimeUnit.MILLISECONDS)
                .thenApply(answer -> {
                    waiting.remove(id);
                    if (answer != null) {
                        return answer;
                    }
                    backlog.late();
                    return refused(tenant, id, PENDING);
                });
    }

    private Delivery refused(String tenant, long id, Refusal refusal) {
        registry.counter("danmaku.dm.requests.refused", "code", refusal.code().wireName())
                .increment();
        return Delivery.refused(tenant, id, refusal);
    }

    /** Takes a RESULT for this node; nobody may be waiting for it any more. */
    public void answer(Delivery result) {
        CompletableFuture<Delivery> asked = waiting.get(result.sendId());
        if (asked != null) {
            asked.complete(result);
        }
    }
}
