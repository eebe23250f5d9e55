package io.danmaku.dm.job;

import io.danmaku.node.config.Settings;

/**
 * Bounds of the work on jobs.
 *
 * @param keepMs how long a job and what became of it are kept, from when it was made
 * @param perSecond messages of all jobs together that this instance sends
 * @param waitingMax of them, without their result at a time
 * @param retryMsMax longest pause while nothing is taken
 */
public record JobsConfig(long keepMs, int perSecond, int waitingMax, long retryMsMax) {
    private static final long DAY_MS = 24 * 3_600_000L;

    public static JobsConfig read(Settings settings) {
        return new JobsConfig(
                settings.millis("jobs.keep", DAY_MS, 365 * DAY_MS),
                settings.integer("jobs.perSecond", 1, 100_000),
                settings.integer("jobs.waitingMax", 1, 10_000),
                settings.millis("jobs.retryMax", 100, 60_000));
    }
}
