package io.danmaku.edge.broadcast;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.node.http.UserRates;
import io.danmaku.node.words.Likeness;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.RoomPolicy;
import java.time.Duration;

/**
 * Who sent a chat when, what it said, and how many there are of late, by the room's log: so slow mode, repeats and rates hold for all edges
 * together. Written by the broadcaster as far as the room's policy asks for it, asked by event loops. Bounded: a full table forgets the
 * eldest, and the rules are lenient to them.
 */
public final class LastSpoken {
    /** So long the same cid is the same send; the log knows it as a repeat a little longer. */
    public static final long SAME_SEND_MS = 50_000;

    private static final int USERS_MAX = 100_000;
    private static final int TEXTS_MAX = 100_000;

    private record Chat(long tsMs, String cid) {
        boolean isSameSend(String other, long nowMs) {
            return cid.equals(other) && nowMs - tsMs < SAME_SEND_MS;
        }
    }

    private record Text(String user, long likeness) {}

    private final long openedMs = System.currentTimeMillis();
    private final Cache<String, Chat> chats = bounded(USERS_MAX, Duration.ofMillis(RoomPolicy.SLOW_MODE_MS_MAX));

    private volatile boolean wanted;
    /** What was said on other edges; null while repeats are allowed. */
    private volatile Cache<Text, Chat> texts;
    /** Null before the first viewer is here: then nobody asks. */
    private volatile UserRates rates;
    /** Of whom what was said before the room was opened here is known, from elsewhere; null until it is of somebody. */
    private volatile Cache<String, Boolean> recalled;

    private static <K, V> Cache<K, V> bounded(int max, Duration kept) {
        return Caffeine.newBuilder()
                .maximumSize(max)
                .expireAfterWrite(kept)
                .executor(Runnable::run)
                .build();
    }

    /** The policy changed; from any thread. */
    public synchronized void want(RoomPolicy policy) {
        wanted = policy.slowModeMs() > 0 || policy.memberSlowModeMs() > 0;
        if (policy.uniqueSeconds() == 0) {
            texts = null;
        } else if (texts == null) {
            texts = bounded(TEXTS_MAX, Duration.ofSeconds(RoomPolicy.UNIQUE_SECONDS_MAX));
        }
    }

    /**
     * A record that is no repeat was read.
     *
     * @param own sent on this edge, whose gate remembers what it said: its text is not looked at, which takes some microseconds
     */
    void spoke(RoomRecord record, long tsMs, boolean own) {
        if (record.type() != EventType.CHAT || record.ranking()) {
            return;
        }
        if (wanted) {
            chats.put(record.user(), new Chat(tsMs, record.cid()));
        }
        Cache<Text, Chat> kept = texts;
        String text = own || kept == null ? null : EventDetail.text(record.json());
        if (text != null) {
            kept.put(new Text(record.user(), Likeness.of(text)), new Chat(tsMs, record.cid()));
        }
    }

    /**
     * A record that is no repeat was read, and not of the window before the room was opened: what other edges took counts for the rate here.
     *
     * @param node this edge, which counted what it took when it did
     */
    void counted(RoomRecord record, long node, long nowNs) {
        UserRates counting = rates;
        if (counting != null && record.node() != node && record.type() == EventType.CHAT && !record.ranking()) {
            counting.count(record.user(), nowNs);
        }
    }

    /**
     * How long a user has to wait, 0 = not at all; so also for who sends the last chat again.
     *
     * @param intervalMs between two chats
     * @param nowMs this machine's Unix time; the chat's is the broker's, and clocks are within seconds
     */
    public long waitMs(String user, String cid, long intervalMs, long nowMs) {
        return waitMs(chats.getIfPresent(user), cid, intervalMs, nowMs);
    }

    /**
     * How long a user may not say on another edge's heels what was said there; else as above.
     *
     * @param likeness of the text as it is told
     */
    public long repeatWaitMs(String user, long likeness, String cid, long windowMs, long nowMs) {
        Cache<Text, Chat> kept = texts;
        return kept == null ? 0 : waitMs(kept.getIfPresent(new Text(user, likeness)), cid, windowMs, nowMs);
    }

    private static long waitMs(Chat last, String cid, long intervalMs, long nowMs) {
        return last == null || last.isSameSend(cid, nowMs) ? 0 : Math.max(0, last.tsMs + intervalMs - nowMs);
    }

    /** Counts from now on; only the first call has an effect. */
    public synchronized void rate(int chatsPerSecond) {
        if (rates == null) {
            rates = new UserRates(chatsPerSecond);
        }
    }

    /** Takes one chat of a user's rate in this room, over all connections and edges: 0, or milliseconds until there is one. */
    public long rateWaitMs(String user, long nowNs) {
        UserRates counting = rates;
        return counting == null ? 0 : counting.take(user, nowNs);
    }

    /**
     * Whether a user may have said something so far back that this edge has not read it.
     *
     * @param reachMs how far back it matters
     * @param texts whether all that was said matters, not only when it was last
     */
    public boolean mayHaveMissed(String user, long reachMs, boolean texts, long nowMs) {
        if (nowMs - openedMs >= reachMs) {
            return false;
        }
        Cache<String, Boolean> known = recalled;
        return (known == null || known.getIfPresent(user) == null) && (texts || chats.getIfPresent(user) == null);
    }

    /** What a user said before is known now. */
    public void recalled(String user) {
        Cache<String, Boolean> known = recalled;
        (known == null ? beginRecalling() : known).put(user, Boolean.TRUE);
    }

    private synchronized Cache<String, Boolean> beginRecalling() {
        if (recalled == null) {
            recalled = bounded(USERS_MAX, Duration.ofMillis(RoomPolicy.SLOW_MODE_MS_MAX));
        }
        return recalled;
    }
}
