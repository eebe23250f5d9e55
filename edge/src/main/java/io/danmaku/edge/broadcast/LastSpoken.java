package io.danmaku.edge.broadcast;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.RoomPolicy;
import java.time.Duration;

/**
 * When each user last sent a chat, by the room's log: so slow mode holds for all edges together. Written by the broadcaster while the
 * room is in slow mode, asked by event loops. Bounded: a full table forgets the eldest, and slow mode is lenient to them.
 */
public final class LastSpoken {
    /** So long the same cid is the same send; the log knows it as a repeat a little longer. */
    public static final long SAME_SEND_MS = 50_000;

    private static final int USERS_MAX = 100_000;

    private record Chat(long tsMs, String cid) {}

    private final Cache<String, Chat> chats = Caffeine.newBuilder()
            .maximumSize(USERS_MAX)
            .expireAfterWrite(Duration.ofMillis(RoomPolicy.SLOW_MODE_MS_MAX))
            .executor(Runnable::run)
            .build();

    private volatile boolean wanted;

    /** The policy changed; from any thread. */
    public void want(RoomPolicy policy) {
        wanted = policy.slowModeMs() > 0 || policy.memberSlowModeMs() > 0;
    }

    /** A record that is no repeat was read. */
    void spoke(RoomRecord record, long tsMs) {
        if (wanted && record.type() == EventType.CHAT && !record.ranking()) {
            chats.put(record.user(), new Chat(tsMs, record.cid()));
        }
    }

    /**
     * How long a user has to wait, 0 = not at all; so also for who sends the last chat again.
     *
     * @param intervalMs between two chats
     * @param nowMs this machine's Unix time; the chat's is the broker's, and clocks are within seconds
     */
    public long waitMs(String user, String cid, long intervalMs, long nowMs) {
        Chat last = chats.getIfPresent(user);
        if (last == null || (last.cid.equals(cid) && nowMs - last.tsMs < SAME_SEND_MS)) {
            return 0;
        }
        return Math.max(0, last.tsMs + intervalMs - nowMs);
    }
}
