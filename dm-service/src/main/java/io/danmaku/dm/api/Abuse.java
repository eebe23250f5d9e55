package io.danmaku.dm.api;

import io.danmaku.dm.store.Evidence;
import io.danmaku.dm.store.Reports;
import io.danmaku.node.direct.DirectWords;
import io.danmaku.node.direct.NewPeers;
import io.danmaku.node.pulsar.HookOutbox;
import io.danmaku.node.redis.HourlySets;

/**
 * What the routes need against abuse.
 *
 * @param reportCounts reports of users by the hour
 * @param outbox of webhooks
 */
public record Abuse(
        AbuseConfig config,
        DirectWords words,
        NewPeers peers,
        Reports reports,
        Evidence evidence,
        HourlySets reportCounts,
        HookOutbox outbox) {}
