package io.danmaku.node.pulsar;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much of a partitioned topic waits for a subscription, so that nothing is appended behind more than a bound. The broker is asked only
 * while there is reason: from {@link #late} on, once a second, until nothing is late any more and no partition is full. Between two looks
 * more is appended than the bound says. Thread-safe; nothing blocks.
 */
public final class Backlog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);
    private static final long LOOK_MS = 1_000;
    /** After the last word of something late it is looked so long. */
    private static final long WATCH_MS = 10_000;
    /** What was seen so long ago is not believed any more: nobody is kept out for ever because the admin address is wrong. */
    private static final long BELIEVED_MS = 15_000;

    private final PulsarAdmin admin;
    private final String topic;
    private final String subscription;
    private final long max;
    private final AtomicBoolean looking = new AtomicBoolean();
    private final Executor later = CompletableFuture.delayedExecutor(LOOK_MS, TimeUnit.MILLISECONDS);
    private volatile long[] waiting;
    private volatile long seenNs = System.nanoTime();
    private volatile long lateNs = seenNs - TimeUnit.MILLISECONDS.toNanos(WATCH_MS);
    private volatile boolean closed;

    /**
     * @param max records of a partition; above it the partition is full
     * @param metric name of the gauge of the most that waits in any partition, 0 while nothing is late
     */
    public Backlog(
            PulsarAdmin admin,
            String topic,
            int partitions,
            String subscription,
            long max,
            MeterRegistry registry,
            String metric) {
        this.admin = admin;
        this.topic = topic;
        this.subscription = subscription;
        this.max = max;
        waiting = new long[partitions];
        registry.gauge(metric, this, Backlog::most);
    }

    /** Whether more waits in a partition than may, as far as is known. */
    public boolean isFull(int partition) {
        return waiting[partition] > max;
    }

    private long most() {
        return Arrays.stream(waiting).max().orElse(0);
    }

    /** Something that was appended has not come out in time. */
    public void late() {
        lateNs = System.nanoTime();
        if (looking.compareAndSet(false, true)) {
            look();
        }
    }

    private void look() {
        var unused = admin.backlogs(topic, waiting.length, subscription).whenComplete((seen, failure) -> {
            long nowNs = System.nanoTime();
            if (failure == null) {
                take(seen, nowNs);
            } else {
                LOG.warn("how much waits in {} is not known: {}", topic, failure.toString());
                if (nowNs - seenNs > TimeUnit.MILLISECONDS.toNanos(BELIEVED_MS)) {
                    take(new long[waiting.length], nowNs);
                }
            }
            goOn(nowNs);
        });
    }

    private void take(long[] seen, long nowNs) {
        boolean before = most() > max;
        waiting = seen;
        seenNs = nowNs;
        if (before != most() > max) {
            LOG.warn("{}: {} records wait in the fullest partition, {} may", topic, most(), max);
        }
    }

    private void goOn(long nowNs) {
        if (closed) {
            return;
        }
        if (most() > max || isWatched(nowNs)) {
            later.execute(this::look);
            return;
        }
        waiting = new long[waiting.length];
        looking.set(false);
        // somebody may have been late just before
        if (isWatched(System.nanoTime()) && looking.compareAndSet(false, true)) {
            later.execute(this::look);
        }
    }

    private boolean isWatched(long nowNs) {
        return nowNs - lateNs < TimeUnit.MILLISECONDS.toNanos(WATCH_MS);
    }

    @Override
    public void close() {
        closed = true;
    }
}
