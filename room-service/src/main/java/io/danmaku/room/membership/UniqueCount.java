package io.danmaku.room.membership;

import io.danmaku.node.redis.UniqueViewers;
import io.danmaku.node.redis.UniqueViewers.StreamKey;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.LiveStream;
import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings to Redis who came to running streams, and back how many they are: at most one call at a time a room, a few together.
 * While Redis is away the numbers are not known, and nothing else suffers. On the membership context.
 */
final class UniqueCount {
    /** Calls on their way; the other rooms wait for their turn. */
    private static final int CALLS_MAX = 16;
    /** A room's newcomers wait for so many turns, so that they come in batches. */
    private static final int TURNS_BETWEEN = 4;

    private final UniqueViewers redis;
    private final Context context;
    private final MembershipMeters meters;
    private final Deque<RoomKey> waiting = new ArrayDeque<>();
    private final Set<RoomKey> onTheWay = new HashSet<>();
    private long turns;

    UniqueCount(UniqueViewers redis, Context context, MembershipMeters meters) {
        this.redis = redis;
        this.context = context;
        this.meters = meters;
    }

    void turn(Attendance attendance) {
        if (waiting.isEmpty() && turns++ % TURNS_BETWEEN == 0) {
            waiting.addAll(attendance.roomsWithNewcomers());
        }
        while (!waiting.isEmpty() && onTheWay.size() < CALLS_MAX) {
            RoomKey room = waiting.poll();
            StreamCount stream = attendance.stream(room);
            if (stream == null || !stream.hasNewcomers() || onTheWay.contains(room)) {
                continue;
            }
            if (redis.ready()) {
                add(attendance, room, stream);
            } else {
                stream.uniques(null);
            }
        }
    }

    private void add(Attendance attendance, RoomKey room, StreamCount stream) {
        List<String> newcomers = attendance.takeNewcomers(room);
        LiveStream live = stream.stream();
        onTheWay.add(room);
        redis.add(new StreamKey(room.tenant(), room.room(), live.epoch(), live.number()), newcomers)
                .onComplete((count, failure) -> context.runOnContext(v -> {
                    onTheWay.remove(room);
                    if (failure != null) {
                        meters.uniquesFailed.increment();
                    }
                    // it may be that another stream runs by now: then this one's number is nobody's any more
                    stream.uniques(failure == null ? count : null);
                }));
    }
}
