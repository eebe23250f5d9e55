package io.danmaku.room.room;

import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.Posted;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What one state topic says of events that were asked for: by backends, and by moderators who let a held chat go. Only its {@link RoomTable} changes it. */
public final class EventTable {
    /** Sorts behind every key with the prefix before it. */
    private static final char LAST = '\uffff';

    /** What was written longest ago first. */
    private final Map<String, Posted> posted = new LinkedHashMap<>();

    private final Map<RoomKey, Integer> postedByRoom = new HashMap<>();
    private final NavigableMap<String, HeldAnswer> answers = new TreeMap<>();

    /** @param now null when the key was deleted */
    void apply(String key, Posted now) {
        Posted before = posted.remove(key);
        if (before != null) {
            postedByRoom.computeIfPresent(before.room(), (room, n) -> n == 1 ? null : n - 1);
        }
        if (now != null) {
            posted.put(key, now);
            postedByRoom.merge(now.room(), 1, Integer::sum);
        }
    }

    /** @param now null when the key was deleted */
    void apply(String key, HeldAnswer now) {
        if (now == null) {
            answers.remove(key);
        } else {
            answers.put(key, now);
        }
    }

    /** What a backend asked for by this key in the room's present epoch, or null. */
    public Posted posted(RoomState room, String key) {
        Posted known = posted.get(StateKeys.posted(room.key(), key));
        return known != null && known.epoch().equals(room.epoch()) ? known : null;
    }

    /** How many are kept of a room, those of former epochs included. */
    public int postedCount(RoomKey room) {
        return postedByRoom.getOrDefault(room, 0);
    }

    /** Up to {@code limit} that were asked for before a time. */
    public List<Posted> postedBefore(long timeMs, int limit) {
        return posted.values().stream()
                .takeWhile(one -> one.atMs() < timeMs)
                .limit(limit)
                .toList();
    }

    int postedCount() {
        return posted.size();
    }

    /** What was answered to a held chat of the room's present epoch, or null. */
    public HeldAnswer answer(RoomState room, long offset) {
        return answers.get(StateKeys.held(room.key(), room.epoch(), offset));
    }

    /** Answers to held chats that are kept of a room, those of former epochs included. */
    public int answerCount(RoomKey room) {
        String prefix = StateKeys.heldIn(room);
        return answers.subMap(prefix, true, prefix + LAST, false).size();
    }

    /** Up to {@code limit} answers to chats whose time was over before a time. */
    public List<HeldAnswer> answersOver(long timeMs, int limit) {
        return answers.values().stream()
                .filter(answer -> answer.untilMs() < timeMs)
                .limit(limit)
                .toList();
    }
}
