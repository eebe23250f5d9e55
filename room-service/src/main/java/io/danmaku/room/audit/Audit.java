package io.danmaku.room.audit;

import io.danmaku.node.pulsar.LogHead;
import io.danmaku.node.pulsar.LogScan;
import io.danmaku.node.pulsar.LogSearch;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.Act;
import io.danmaku.room.room.Result;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.client.api.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for acts in the state topic of a place. It reads the topic itself and no table, so that what was overwritten or removed since is there
 * too, and any instance answers alike. On the state context.
 */
public final class Audit {
    /** What one request may look through: records of all rooms of the group. */
    public static final int RECORDS_MAX = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);
    private static final long RETRY_MS = 1_000;
    private static final long WITHIN_MS = 10_000;

    private final PulsarNode pulsar;
    private final LogScan scan;
    private final Context context;
    private final int readsMax;
    private final Counter reads;
    private int reading;

    /** @param readsMax requests that are carried out at a time */
    public Audit(PulsarNode pulsar, Context context, int readsMax, MeterRegistry registry) {
        this.pulsar = pulsar;
        this.context = context;
        this.readsMax = readsMax;
        scan = new LogScan(pulsar.client(), pulsar.admin());
        reads = registry.counter("danmaku.audit.reads");
    }

    /**
     * Acts in a room, for all rooms of an owner, or at the fixed place of a tenant. Never fails: {@code busy} when too many look at a time, {@code unavailable} when the
     * topic does not answer in time.
     *
     * @param ofRoom false at the fixed place of a tenant: a room may have the name that the fixed place has
     */
    public Future<Result<AuditPage>> look(RoomKey place, boolean ofRoom, AuditQuery query) {
        if (reading >= readsMax) {
            return Future.succeededFuture(
                    Result.refused(Refusal.retry(ErrorCode.BUSY, "too many look at acts at a time", RETRY_MS)));
        }
        reading++;
        reads.increment();
        return Future.fromCompletionStage(page(place, ofRoom, query), context)
                .onComplete(done -> reading--)
                .map(Result::of)
                .otherwise(failure -> {
                    LOG.warn("acts at {} could not be read: {}", place, failure.toString());
                    return Result.refused(
                            Refusal.retry(ErrorCode.UNAVAILABLE, "the record of changes is away", RETRY_MS));
                });
    }

    private CompletableFuture<AuditPage> page(RoomKey place, boolean ofRoom, AuditQuery query) {
        String topic = Topics.state(Topics.stateGroup(place));
        return LogHead.newest(pulsar.client(), topic, WITHIN_MS)
                .thenCompose(newest -> newest == null
                        ? CompletableFuture.completedFuture(
                                new AuditPage(List.of(), query.up(), false, query.up() ? query.after() : 1))
                        : page(place, ofRoom, query, topic, newest));
    }

    /** Times become indexes first: then stretches that follow on one another have each act once. A number is an index and one. */
    private CompletableFuture<AuditPage> page(
            RoomKey place, boolean ofRoom, AuditQuery query, String topic, Message<byte[]> newest) {
        CompletableFuture<Long> from =
                query.fromMs() == 0 ? at(0) : scan.indexAt(topic, newest, query.fromMs(), WITHIN_MS);
        CompletableFuture<Long> behind = query.toMs() == Long.MAX_VALUE
                ? at(newest.getIndex().orElseThrow() + 1)
                : scan.indexAt(topic, newest, query.toMs(), WITHIN_MS);
        return from.thenCombine(
                        behind,
                        (first, end) -> new LogScan.Request<>(
                                topic,
                                Math.max(first, query.after()),
                                Math.min(end, query.before() - 1) - 1,
                                query.up(),
                                RECORDS_MAX,
                                query.limit(),
                                message -> entry(message, place, ofRoom, query),
                                WITHIN_MS))
                .thenCompose(scan::look)
                .thenApply(page -> new AuditPage(page.found(), query.up(), page.more(), page.reached() + 1));
    }

    private static CompletableFuture<Long> at(long index) {
        return CompletableFuture.completedFuture(index);
    }

    /** What a record says of an act that is wanted, or null. */
    private static AuditPage.Entry entry(Message<byte[]> message, RoomKey place, boolean ofRoom, AuditQuery query) {
        Act act = Act.of(message.getProperties());
        if (act == null
                || !act.place().equals(place)
                || (isFixed(place) && StateKeys.isOfRoom(message.getKey(), place) != ofRoom)
                || !query.wants(act)) {
            return null;
        }
        return new AuditPage.Entry(message.getIndex().orElseThrow() + 1, LogSearch.atMs(message), act, what(message));
    }

    /** The kind of a sanction, the role that was given. */
    private static String what(Message<byte[]> message) {
        String key = message.getKey();
        boolean sanction = StateKeys.isSanction(key);
        if (!sanction && !StateKeys.isGrant(key)) {
            return "";
        }
        try {
            return Json.MAPPER
                    .readTree(message.getData())
                    .path(sanction ? "kind" : "role")
                    .asText()
                    .toLowerCase(Locale.ROOT);
        } catch (IOException notOfItsForm) {
            return "";
        }
    }

    private static boolean isFixed(RoomKey place) {
        return place.equals(RoomKey.ofTenant(place.tenant()));
    }
}
