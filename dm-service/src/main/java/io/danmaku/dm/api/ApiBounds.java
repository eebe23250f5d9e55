package io.danmaku.dm.api;

import io.danmaku.node.config.Settings;

/**
 * Bounds of the HTTP API.
 *
 * @param sendsPerSecond messages and read marks of a viewer, with a burst of twice that
 * @param backendPerSecond the same of backends (scope {@code admin})
 * @param sendersMax users whose rates are remembered
 * @param pagesMax pages being read at a time
 */
public record ApiBounds(int sendsPerSecond, int backendPerSecond, int sendersMax, int pagesMax) {

    public static ApiBounds read(Settings settings) {
        return new ApiBounds(
                settings.integer("http.sendsPerSecond", 1, 100_000),
                settings.integer("http.backendPerSecond", 1, 100_000),
                settings.integer("http.sendersMax", 1, 10_000_000),
                settings.integer("http.pagesMax", 1, 100_000));
    }
}
