package io.danmaku.room.membership;

import io.danmaku.protocol.log.RoomStats;
import io.danmaku.room.room.LiveStream;
import java.util.ArrayList;
import java.util.List;

/** What is counted of a room's running stream. */
final class StreamCount {
    private static final long SECOND_MS = 1_000;
    /** Newcomers remembered; above it everybody is told again. */
    private static final int NEWCOMERS_MAX = 50_000;

    /** A count may be less than the one before by this share of it, being an estimate. */
    private static final int FALL_SHARE = 50;

    private final LiveStream stream;
    private long messages;
    private long joins;
    private long watchedMs;
    private Long uniques;
    /** The most that was ever told. */
    private long uniquesMost;
    /** Users who came and are not in Redis yet. */
    private List<String> newcomers = new ArrayList<>();
    /** All who are there may not be in Redis yet. */
    private boolean everybody = true;

    /** Begins with who is there. */
    StreamCount(LiveStream stream, int online) {
        this.stream = stream;
        joins = online;
    }

    /** Goes on from what a former instance published. */
    StreamCount(RoomStats.Stream former) {
        stream = new LiveStream(former.epoch(), former.number(), former.sinceMs());
        messages = former.messages();
        joins = former.joins();
        watchedMs = former.watchSeconds() * SECOND_MS;
        uniques = former.uniques();
        uniquesMost = uniques == null ? 0 : uniques;
    }

    LiveStream stream() {
        return stream;
    }

    void sent(long count) {
        messages += count;
    }

    void came(long count) {
        joins += count;
    }

    void watched(long connections, long ms) {
        watchedMs += connections * ms;
    }

    void newcomer(String user) {
        if (newcomers.size() >= NEWCOMERS_MAX) {
            wantEverybody();
        } else if (!everybody) {
            newcomers.add(user);
        }
    }

    boolean hasNewcomers() {
        return everybody || !newcomers.isEmpty();
    }

    boolean wantsEverybody() {
        return everybody;
    }

    private void wantEverybody() {
        newcomers = new ArrayList<>();
        everybody = true;
    }

    /** Those to be added now; who comes from now on is told later. */
    List<String> takeNewcomers() {
        List<String> taken = newcomers;
        newcomers = new ArrayList<>();
        everybody = false;
        return taken;
    }

    /** How many Redis knows, or null: it is away. */
    void uniques(Long count) {
        if (count == null) {
            uniques = null;
            wantEverybody();
            return;
        }
        if (count < uniquesMost - uniquesMost / FALL_SHARE) {
            // Redis has lost what it had: who is here is told again, and who was is in the number of before
            wantEverybody();
        }
        uniquesMost = Math.max(uniquesMost, count);
        uniques = uniquesMost;
    }

    RoomStats.Stream numbers() {
        return new RoomStats.Stream(
                stream.epoch(), stream.number(), stream.sinceMs(), uniques, messages, watchedMs / SECOND_MS, joins);
    }
}
