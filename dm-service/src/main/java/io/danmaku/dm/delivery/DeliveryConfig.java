package io.danmaku.dm.delivery;

import io.danmaku.node.config.Settings;

/**
 * Bounds of requests and deliveries.
 *
 * @param resultWithinMs how long a request waits for its result
 * @param requestsMax requests that wait at a time
 * @param backlogMax records of a partition of the log that may wait for their owner; beyond nothing more is appended to it
 * @param nodesMax nodes whose delivery topics are held open
 * @param nodeIdleMs a topic not written to for so long is closed
 * @param waitingPerNodeMax records for one node on their way
 * @param lookupsMax look-ups of devices under way
 */
public record DeliveryConfig(
        long resultWithinMs,
        int requestsMax,
        int backlogMax,
        int nodesMax,
        long nodeIdleMs,
        int waitingPerNodeMax,
        int lookupsMax) {

    public static DeliveryConfig read(Settings settings) {
        return new DeliveryConfig(
                settings.millis("requests.resultWithin", 100, 60_000),
                settings.integer("requests.waitingMax", 1, 1_000_000),
                settings.integer("requests.backlogMax", 1, 10_000_000),
                settings.integer("delivery.nodesMax", 1, 100_000),
                settings.millis("delivery.nodeIdle", 1_000, 3_600_000),
                settings.integer("delivery.waitingPerNodeMax", 1, 1_000_000),
                settings.integer("delivery.lookupsMax", 1, 1_000_000));
    }
}
