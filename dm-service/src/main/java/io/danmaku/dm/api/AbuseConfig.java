package io.danmaku.dm.api;

import io.danmaku.node.config.Settings;
import java.util.concurrent.TimeUnit;

/**
 * Bounds against abuse.
 *
 * @param newPeersPerHour users to whom a user may write first in an hour, 0 = no limit
 * @param reportsPerHour of a user
 * @param reportsKeptMs for how long they are kept
 */
public record AbuseConfig(int newPeersPerHour, int reportsPerHour, long reportsKeptMs) {
    private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);
    /** A TTL of the store is at most 20 years. */
    private static final long DAYS_MAX = 19 * 365;

    public static AbuseConfig read(Settings settings) {
        return new AbuseConfig(
                settings.integer("direct.newPeersPerHour", 0, 10_000),
                settings.integer("reports.perHour", 1, 10_000),
                settings.millis("reports.keptFor", DAY_MS, DAYS_MAX * DAY_MS));
    }
}
