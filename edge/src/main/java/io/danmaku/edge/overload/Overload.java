package io.danmaku.edge.overload;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the edge ten times a second, on a thread that no event loop can hold up, and hands on the step that follows from it.
 * Every change is logged with the figures that decided it, and counted.
 */
public final class Overload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);
    private static final long LOOK_MS = 100;
    private static final double ALL_PERCENT = 100;

    private final Ladder ladder;
    private final LongSupplier lagNs;
    private final IntSupplier ringPercent;
    private final MemoryShare memory;
    private final Consumer<OverloadStep> changed;
    private final Map<OverloadStep, Counter> changes = new EnumMap<>(OverloadStep.class);
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "overload"));
    private volatile OverloadStep step = OverloadStep.NORMAL;

    /**
     * Not measuring yet.
     *
     * @param lagNs how long the slowest event loop's tasks wait
     * @param ringPercent how full the ring before the broadcaster is, 0..100
     * @param changed told of every new step, on this thread
     */
    public Overload(
            OverloadLimits limits,
            LongSupplier lagNs,
            IntSupplier ringPercent,
            MemoryShare memory,
            MeterRegistry registry,
            Consumer<OverloadStep> changed) {
        ladder = new Ladder(limits);
        this.lagNs = lagNs;
        this.ringPercent = ringPercent;
        this.memory = memory;
        this.changed = changed;
        Gauge.builder("danmaku.overload.step", this, o -> o.step.level()).register(registry);
        Gauge.builder("danmaku.memory.share", memory, m -> m.percent() / ALL_PERCENT)
                .register(registry);
        for (OverloadStep to : OverloadStep.values()) {
            changes.put(
                    to,
                    Counter.builder("danmaku.overload.changes")
                            .tag("step", to.label())
                            .register(registry));
        }
    }

    /** Measures from now on. */
    public void start() {
        thread.scheduleWithFixedDelay(this::guardedLook, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    /** The step now; from any thread. */
    public OverloadStep step() {
        return step;
    }

    /** A periodic task that throws is never run again: then the edge would stay at its step. */
    private void guardedLook() {
        try {
            look(System.nanoTime());
        } catch (RuntimeException | Error failed) {
            LOG.error("the load could not be looked at", failed);
        }
    }

    void look(long nowNs) {
        memory.look(nowNs);
        Load load = new Load(lagNs.getAsLong(), ringPercent.getAsInt(), memory.percent());
        OverloadStep before = step;
        OverloadStep now = ladder.look(load, nowNs);
        if (now == before) {
            return;
        }
        step = now;
        changes.get(now).increment();
        changed.accept(now);
        String figures = "loop lag %d ms, ring %d %%, memory %d %%"
                .formatted(TimeUnit.NANOSECONDS.toMillis(load.lagNs()), load.ringPercent(), load.memoryPercent());
        if (now.atLeast(before)) {
            LOG.warn("overload: {} after {}: {}", now.label(), before.label(), figures);
        } else {
            LOG.info("overload eases: {} after {}: {}", now.label(), before.label(), figures);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
