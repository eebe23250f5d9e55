package io.danmaku.room.membership;

import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.room.RoomKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One edge, what it said, and what it is to be asked. */
final class EdgeCount {
    /** A new edge is asked for all it has at once and again after these times, until it answers. */
    private static final long[] ASK_AFTER_MS = {0, 1_000, 3_000};

    /** Snapshots of an answer follow one another sooner. */
    private static final long ANSWERED_AFTER_MS = 250;

    private static final long ASK_ROOM_EVERY_MS = 1_000;
    /** With more rooms in doubt than this the edge is asked for all. */
    private static final int ROOMS_ASKED_MAX = 16;

    private final String name;
    private final Map<RoomKey, EdgeRoom> rooms = new HashMap<>();
    /** Log time of the last record. */
    long heardMs;
    /** Has sent a snapshot. */
    boolean answered;

    /** Log time of the last one. */
    private long answeredMs;

    final long firstHeardMs;
    private int asked;
    private long askedAllMs = Long.MIN_VALUE / 2;

    EdgeCount(String name, long nowMs) {
        this.name = name;
        firstHeardMs = nowMs;
    }

    /** It sent a snapshot. */
    void answered(long nowMs) {
        answered = true;
        answeredMs = nowMs;
    }

    /** Whether it has sent snapshots, and no more of late. */
    boolean hasAnswered(long nowMs) {
        return answered && nowMs - answeredMs >= ANSWERED_AFTER_MS;
    }

    boolean hasViewers() {
        return rooms.values().stream().anyMatch(room -> room.viewers > 0);
    }

    String name() {
        return name;
    }

    Map<RoomKey, EdgeRoom> rooms() {
        return rooms;
    }

    void ask(long nowMs, List<MembershipRequest> requests) {
        if (!answered && asked < ASK_AFTER_MS.length && nowMs >= firstHeardMs + ASK_AFTER_MS[asked]) {
            asked++;
            askedAllMs = nowMs;
            requests.add(new MembershipRequest(name, null));
            return;
        }
        List<Map.Entry<RoomKey, EdgeRoom>> doubtful = new ArrayList<>();
        for (Map.Entry<RoomKey, EdgeRoom> e : rooms.entrySet()) {
            if (e.getValue().stale && nowMs - Math.max(askedAllMs, e.getValue().askedMs) >= ASK_ROOM_EVERY_MS) {
                doubtful.add(e);
            }
        }
        if (doubtful.size() > ROOMS_ASKED_MAX) {
            askedAllMs = nowMs;
            requests.add(new MembershipRequest(name, null));
            return;
        }
        for (Map.Entry<RoomKey, EdgeRoom> e : doubtful) {
            e.getValue().askedMs = nowMs;
            requests.add(new MembershipRequest(name, e.getKey()));
        }
    }
}
