package io.danmaku.edge.broadcast;

import io.danmaku.node.words.Likeness;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.log.RaidSigns;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RoomKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What of the last {@link RaidSigns#WINDOW_S} seconds looks like a raid in a room: who came here, and what was said by the log. Nothing is counted, or kept, of a
 * room whose policy does not ask for it. Event loops count who comes, the broadcaster what is said, and a third thread reads, all without a lock: what is read while it
 * is written may be wrong once, and is looked at again two seconds later.
 */
public final class RaidCounts {
    /** Chats of a second that are looked at, the first ones: reading a text costs the broadcaster some microseconds. */
    static final int CHATS_PER_SECOND_MAX = 50;

    private static final int CHATS_MAX = 512;
    /** Of a chat: the second in which it was read, who said it, what it is like. */
    private static final int FIELDS = 3;

    /** A power of two above the window. */
    private static final int SECONDS = 16;

    private static final int COUNT_BITS = 16;
    private static final int COUNT_MAX = (1 << COUNT_BITS) - 1;

    private final long startNs;
    /** Of each second of late: which one, how many with young accounts came, how many came. */
    private final AtomicLongArray joins = new AtomicLongArray(SECONDS);

    private volatile RaidRules rules;
    /** Null while nobody asks. */
    private volatile AtomicLongArray chats;

    // of the broadcaster
    private int next;
    private long chatSecond;
    private int chatsOfSecond;

    RaidCounts(long nowNs) {
        startNs = nowNs;
    }

    /** The policy changed; from any thread. */
    void want(RaidRules now) {
        rules = now;
        if (!now.auto()) {
            chats = null;
        } else if (chats == null) {
            chats = new AtomicLongArray(CHATS_MAX * FIELDS);
        }
    }

    /** Begins above the window, so that what is nought is long ago. */
    private long second(long nowNs) {
        return SECONDS + TimeUnit.NANOSECONDS.toSeconds(nowNs - startNs);
    }

    /**
     * Somebody came, and not back with an offset. From any thread.
     *
     * @param sinceS see {@link RaidRules#isYoung}
     */
    public void joined(long sinceS, long nowMs, long nowNs) {
        RaidRules under = rules;
        if (!under.auto()) {
            return;
        }
        long second = second(nowNs);
        int young = under.isYoung(sinceS, nowMs) ? 1 : 0;
        joins.getAndUpdate((int) (second % SECONDS), before -> {
            boolean same = secondOf(before) == second;
            int came = same ? cameOf(before) : 0;
            int youngCame = same ? youngOf(before) : 0;
            return came == COUNT_MAX ? before : packed(second, youngCame + young, came + 1);
        });
    }

    private static long packed(long second, int young, int came) {
        return second << (2 * COUNT_BITS) | (long) young << COUNT_BITS | came;
    }

    private static long secondOf(long packed) {
        return packed >>> (2 * COUNT_BITS);
    }

    private static int youngOf(long packed) {
        return (int) (packed >>> COUNT_BITS) & COUNT_MAX;
    }

    private static int cameOf(long packed) {
        return (int) packed & COUNT_MAX;
    }

    /** A record that is no repeat was read. */
    void said(RoomRecord record, long nowNs) {
        AtomicLongArray kept = chats;
        if (kept == null || record.type() != EventType.CHAT || record.ranking() || record.shadowed()) {
            return;
        }
        long second = second(nowNs);
        if (second != chatSecond) {
            chatSecond = second;
            chatsOfSecond = 0;
        }
        if (chatsOfSecond++ >= CHATS_PER_SECOND_MAX) {
            return;
        }
        String text = EventDetail.text(record.json());
        if (text != null) {
            int at = next * FIELDS;
            next = (next + 1) % CHATS_MAX;
            kept.setOpaque(at, second);
            kept.setOpaque(at + 1, Likeness.of(record.user()));
            kept.setOpaque(at + 2, Likeness.of(text));
        }
    }

    /** What there is to tell, or null when there is nothing. From one thread at a time, which is none of those that count. */
    public RaidSigns signs(String edge, RoomKey room, String epoch, long nowNs) {
        RaidRules under = rules;
        AtomicLongArray kept = chats;
        if (kept == null) {
            return null;
        }
        long after = second(nowNs) - RaidSigns.WINDOW_S;
        int came = 0;
        int young = 0;
        for (int i = 0; i < SECONDS; i++) {
            long packed = joins.get(i);
            if (secondOf(packed) > after) {
                came += cameOf(packed);
                young += youngOf(packed);
            }
        }
        Set<Long> speakers = new HashSet<>();
        Map<Long, Set<Long>> byText = new HashMap<>();
        for (int at = 0; at < CHATS_MAX * FIELDS; at += FIELDS) {
            if (kept.getOpaque(at) > after) {
                long user = kept.getOpaque(at + 1);
                speakers.add(user);
                byText.computeIfAbsent(kept.getOpaque(at + 2), t -> new HashSet<>())
                        .add(user);
            }
        }
        int similar = byText.values().stream().mapToInt(Set::size).max().orElse(0);
        RaidSigns signs = new RaidSigns(edge, room, epoch, came, young, speakers.size(), similar);
        return signs.worthTelling(under) ? signs : null;
    }
}
