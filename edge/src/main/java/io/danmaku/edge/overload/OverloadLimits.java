package io.danmaku.edge.overload;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where each step begins and how long it takes; keys of {@code config/edge.conf}, with the reasons there.
 *
 * @param thresholds one for each step but the first, each above the one before it
 * @param riseMs so long the load has to call for the next step
 * @param fallMs so long it has to be clear of the present one
 * @param budgetPercent what is left of a room's budget from {@link OverloadStep#SAMPLE} on
 * @param unlimitedPerSecond BEST_EFFORT events a second of a room without a budget, from there on
 */
public record OverloadLimits(
        Map<OverloadStep, Load> thresholds, long riseMs, long fallMs, int budgetPercent, int unlimitedPerSecond) {

    public OverloadLimits {
        thresholds = Map.copyOf(thresholds);
    }

    /** @throws ConfigurationException when a value is out of range or not above that of the step before */
    public static OverloadLimits read(Settings s) {
        Map<OverloadStep, Load> thresholds = new EnumMap<>(OverloadStep.class);
        Load before = new Load(0, 0, 0);
        for (OverloadStep step : OverloadStep.values()) {
            if (step != OverloadStep.NORMAL) {
                before = threshold(s, "overload." + step.label(), before);
                thresholds.put(step, before);
            }
        }
        return new OverloadLimits(
                thresholds,
                s.millis("overload.riseAfter", 0, 600_000),
                s.millis("overload.fallAfter", 0, 3_600_000),
                s.integer("overload.budgetPercent", 1, 100),
                s.integer("overload.unlimitedPerSecond", 1, 1_000_000));
    }

    private static Load threshold(Settings s, String key, Load before) {
        Load read = new Load(
                TimeUnit.MILLISECONDS.toNanos(s.millis(key + ".lag", 1, 600_000)),
                s.integer(key + ".ringPercent", 1, 100),
                s.integer(key + ".memoryPercent", 1, 100));
        above(key + ".lag", read.lagNs(), before.lagNs());
        above(key + ".ringPercent", read.ringPercent(), before.ringPercent());
        above(key + ".memoryPercent", read.memoryPercent(), before.memoryPercent());
        return read;
    }

    private static void above(String key, long value, long before) {
        if (value <= before) {
            throw new ConfigurationException(key, "is above that of the step before it");
        }
    }

    /** The share of memory from which on some step is called for. */
    public int memoryPercentMin() {
        return threshold(OverloadStep.STRETCH).memoryPercent();
    }

    Load threshold(OverloadStep step) {
        return thresholds.get(step);
    }

    long riseNs() {
        return TimeUnit.MILLISECONDS.toNanos(riseMs);
    }

    long fallNs() {
        return TimeUnit.MILLISECONDS.toNanos(fallMs);
    }
}
