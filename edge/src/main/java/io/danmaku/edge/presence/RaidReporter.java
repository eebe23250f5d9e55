package io.danmaku.edge.presence;

import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RaidSigns;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pulsar.client.api.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells room-service every 2 s in which rooms something looks like a raid. Nothing is kept or tried again: the next look says it anew. The topic is opened when there
 * is something to say for the first time.
 */
public final class RaidReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaidReporter.class);
    private static final long TELL_MS = 2_000;
    /** Above the rooms of one look, so that one that waits for Pulsar does not refuse the next. */
    private static final int PENDING_MAX = 1_024;

    private static final long SEND_MS_MAX = 2_000;

    private final PulsarNode pulsar;
    private final Supplier<List<RaidSigns>> signs;
    private final Counter told;
    private final Counter lost;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "raid-signs"));
    private volatile CompletableFuture<Producer<byte[]>> producer;

    /** @param signs what there is to tell now, a bounded number; asked on a thread of this class's own */
    public RaidReporter(PulsarNode pulsar, Supplier<List<RaidSigns>> signs, MeterRegistry registry) {
        this.pulsar = pulsar;
        this.signs = signs;
        told = registry.counter("danmaku.raid.signs.told");
        lost = registry.counter("danmaku.raid.signs.lost");
        thread.scheduleWithFixedDelay(this::look, TELL_MS, TELL_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            List<RaidSigns> now = signs.get();
            if (!now.isEmpty()) {
                tell(now);
            }
        } catch (RuntimeException bug) {
            LOG.error("signs of raids could not be told", bug);
        }
    }

    private void tell(List<RaidSigns> now) {
        CompletableFuture<Producer<byte[]>> to = producer;
        if (to == null || to.isCompletedExceptionally()) {
            to = pulsar.client()
                    .newProducer()
                    .topic(Topics.raidSigns())
                    .maxPendingMessages(PENDING_MAX)
                    .blockIfQueueFull(false)
                    .sendTimeout((int) SEND_MS_MAX, TimeUnit.MILLISECONDS)
                    .createAsync();
            producer = to;
        } else if (!to.isDone()) {
            // it is being opened for what was seen before, which is no more than once
            lost.increment(now.size());
            return;
        }
        for (RaidSigns one : now) {
            to.thenCompose(opened -> opened.newMessage()
                            .key(one.room().toString())
                            .value(Json.bytes(one))
                            .sendAsync())
                    .whenComplete((id, failure) -> sent(failure));
        }
    }

    private void sent(Throwable failure) {
        if (failure == null) {
            told.increment();
            return;
        }
        lost.increment();
        LOG.debug("signs of a raid were not told", failure);
        CompletableFuture<Producer<byte[]>> open = producer;
        if (PulsarNode.isGivenUp(failure) && open != null && open.isDone()) {
            producer = null;
            open.thenAccept(Producer::closeAsync);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        CompletableFuture<Producer<byte[]>> open = producer;
        if (open != null) {
            open.thenAccept(Producer::closeAsync);
        }
    }
}
