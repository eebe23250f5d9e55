package io.danmaku.edge.gate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.edge.broadcast.LastSpoken;
import io.danmaku.edge.broadcast.RepeatWindow;
import io.danmaku.node.redis.Sayings;
import io.danmaku.node.words.Likeness;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import java.time.Duration;
import java.util.List;

/**
 * How often a user may chat in a room, and say the same there, over all connections and edges: docs/decisions/0017. Asks what the room's log says
 * ({@link LastSpoken}), what was let through here and is not read back yet, and, where rules reach further back than an edge reads, {@link Sayings}. Any
 * thread.
 */
final class Frequency {
    private static final int SENDERS_MAX = 200_000;

    /** One chat of somebody who may not speak freely. */
    record Chat(RoomState room, Role role, String user, String cid, long likeness, LastSpoken spoken) {
        /** @param text as it is told */
        static Chat of(RoomState room, Role role, String user, String cid, String text, LastSpoken spoken) {
            long likeness = room.policy().uniqueSeconds() == 0 ? 0 : Likeness.of(text);
            return new Chat(room, role, user, cid, likeness, spoken);
        }

        long slowMs() {
            return room.policy().slowModeMs(role);
        }

        long uniqueMs() {
            return room.policy().uniqueSeconds() * 1_000L;
        }

        private Sender sender() {
            return new Sender(room.key(), user);
        }

        private Said said() {
            return new Said(room.key(), user, likeness);
        }
    }

    private record Sender(RoomKey room, String user) {}

    private record Said(RoomKey room, String user, long likeness) {}

    private record Last(long atMs, String cid) {
        boolean isSameSend(String other, long nowMs) {
            return cid.equals(other) && nowMs - atMs < LastSpoken.SAME_SEND_MS;
        }

        long waitMs(long intervalMs, long nowMs) {
            return atMs + intervalMs - nowMs;
        }
    }

    /** When a user last sent a chat here, per room with slow mode. A full table forgets the eldest: slow mode is then lenient. */
    private final Cache<Sender, Last> lastSent = bounded(Duration.ofMillis(RoomPolicy.SLOW_MODE_MS_MAX));
    /** What users said here, per room with {@code uniqueSeconds}; as above. */
    private final Cache<Said, Last> saidLast = bounded(Duration.ofSeconds(RoomPolicy.UNIQUE_SECONDS_MAX));

    private static <K> Cache<K, Last> bounded(Duration kept) {
        return Caffeine.newBuilder()
                .maximumSize(SENDERS_MAX)
                .expireAfterWrite(kept)
                .build();
    }

    /** Why a chat is too much, or null: then it is taken note of. */
    Refusal check(Chat chat, long nowMs) {
        // what a connection's own rate counts, whatever becomes of it: so this one never runs out before
        long waitMs = chat.spoken.rateWaitMs(chat.user, System.nanoTime());
        if (waitMs > 0) {
            return Refusal.retry(ErrorCode.RATE_LIMITED, "too many chats a second of yours in this room", waitMs);
        }
        long uniqueMs = chat.uniqueMs();
        Said saying = uniqueMs == 0 ? null : chat.said();
        Last said = saying == null ? null : saidLast.getIfPresent(saying);
        boolean again = said != null && said.isSameSend(chat.cid, nowMs);
        Refusal refusal = saying == null || again ? null : unique(chat, said, uniqueMs, nowMs);
        refusal = refusal == null ? slowMode(chat, nowMs) : refusal;
        if (refusal == null && saying != null && !again) {
            saidLast.put(saying, new Last(nowMs, chat.cid));
        }
        return refusal;
    }

    private static Refusal unique(Chat chat, Last said, long uniqueMs, long nowMs) {
        long hereMs = said == null ? 0 : said.waitMs(uniqueMs, nowMs);
        long thereMs = chat.spoken.repeatWaitMs(chat.user, chat.likeness, chat.cid, uniqueMs, nowMs);
        return Math.max(hereMs, thereMs) > 0 ? repeated(Math.max(hereMs, thereMs)) : null;
    }

    private Refusal slowMode(Chat chat, long nowMs) {
        long intervalMs = chat.slowMs();
        if (intervalMs == 0) {
            return null;
        }
        long waitMs = chat.spoken.waitMs(chat.user, chat.cid, intervalMs, nowMs);
        if (waitMs > 0) {
            return slow(waitMs);
        }
        Sender sender = chat.sender();
        Last sent = new Last(nowMs, chat.cid);
        Last last = lastSent.asMap().putIfAbsent(sender, sent);
        if (last == null || last.isSameSend(chat.cid, nowMs)) {
            return null; // the same send again: its outcome was not known
        }
        if (last.waitMs(intervalMs, nowMs) <= 0) {
            // another connection of the same user may be here at the same time
            return lastSent.asMap().replace(sender, last, sent) ? null : slow(intervalMs);
        }
        return slow(last.waitMs(intervalMs, nowMs));
    }

    /** What is remembered between edges of a chat that was taken note of; null where all rules are within what every edge reads. */
    Earlier earlier(Chat chat, long nowMs) {
        long slowMs = beyondWindow(chat.room, chat.slowMs());
        long uniqueMs = beyondWindow(chat.room, chat.uniqueMs());
        if (slowMs == 0 && uniqueMs == 0) {
            return null;
        }
        RoomKey key = chat.room.key();
        return new Earlier(
                Sayings.key(key.tenant(), key.room(), chat.room.epoch(), chat.user),
                chat.likeness,
                slowMs,
                uniqueMs,
                chat.spoken.mayHaveMissed(chat.user, Math.max(slowMs, uniqueMs), uniqueMs > 0, nowMs));
    }

    /** Of an ephemeral room nothing is read that was before. */
    private static long beyondWindow(RoomState room, long reachMs) {
        long readMs = room.durability() == Durability.EPHEMERAL ? 0 : RepeatWindow.WINDOW_MS;
        return reachMs > readMs ? reachMs : 0;
    }

    /**
     * What the user said before, here and on other edges, has become known, while a chat waited for it.
     *
     * @param sayings newest first
     * @return why the chat is too much after all, and then it is as if it had not been taken note of; or null
     */
    Refusal recalled(Chat chat, Earlier earlier, List<Sayings.Saying> sayings, long nowMs) {
        chat.spoken.recalled(chat.user);
        Last before = null;
        Last repeats = null;
        boolean again = false;
        for (Sayings.Saying saying : sayings) {
            Last last = new Last(saying.atMs(), saying.cid());
            boolean same = last.isSameSend(chat.cid, nowMs);
            again |= same;
            before = before == null ? last : before;
            if (!same && earlier.uniqueMs() > 0 && last.waitMs(earlier.uniqueMs(), nowMs) > 0) {
                if (saying.likeness() == chat.likeness) {
                    repeats = repeats == null ? last : repeats;
                } else {
                    saidLast.asMap().putIfAbsent(new Said(chat.room.key(), chat.user, saying.likeness()), last);
                }
            }
        }
        boolean slow = before != null && earlier.slowMs() > 0 && before.waitMs(earlier.slowMs(), nowMs) > 0;
        if (again || (!slow && repeats == null)) {
            return null;
        }
        if (repeats != null) {
            saidLast.put(chat.said(), repeats);
        } else {
            saidLast.invalidate(chat.said());
        }
        lastSent.put(chat.sender(), before);
        return repeats != null
                ? repeated(repeats.waitMs(earlier.uniqueMs(), nowMs))
                : slow(before.waitMs(earlier.slowMs(), nowMs));
    }

    private static Refusal slow(long waitMs) {
        return Refusal.retry(ErrorCode.SLOW_MODE, "the room is in slow mode", waitMs);
    }

    private static Refusal repeated(long waitMs) {
        return Refusal.retry(ErrorCode.REPEATED, "you said that already", waitMs);
    }
}
