package io.danmaku.room.room;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.Posted;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.token.ApiKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * The contents of one state topic. A function of the topic: only what was read from it changes a table, so that every
 * instance holds the same.
 */
public final class RoomTable {
    /** Sorts behind every key with the prefix before it. */
    private static final char LAST = '\uffff';

    /**
     * A room and when its record was written, by the broker's time.
     *
     * @param retentionSinceMs when the first record was written that has this retention, as far as this table has read: not before that
     */
    public record Entry(RoomState state, long writtenAtMs, long retentionSinceMs) {}

    private final NavigableMap<String, Entry> rooms = new TreeMap<>();
    /** Keys of open rooms that are not at rest on their ladder against raids. */
    private final Set<String> raided = new HashSet<>();
    /** Rooms that were erased and not made anew: what is left of them. */
    private final Map<String, Entry> erased = new LinkedHashMap<>();

    private final SanctionTable sanctions = new SanctionTable(this::isOver);
    private final NavigableMap<String, Grant> grants = new TreeMap<>();
    private final NavigableMap<String, Deletion> deletions = new TreeMap<>();
    private final WordTable words = new WordTable(
            list -> !list.room().isEmpty() && isGone(WordList.place(list.tenant(), list.room()), list.epoch()));
    private final ApiKeyTable apiKeys = new ApiKeyTable();
    private final EventTable events = new EventTable();
    private final HookTable hooks = new HookTable();
    private final Map<String, Integer> roomsByTenant = new HashMap<>();
    /** By all rooms of an owner. */
    private final Map<RoomKey, Integer> roomsByOwner = new HashMap<>();
    /** Streams that run; for other threads too. */
    private final Map<RoomKey, LiveStream> live = new ConcurrentHashMap<>();

    private final ReportTable reports = new ReportTable();
    private Owner owner;

    /**
     * Takes in one record of the topic, in the topic's order.
     *
     * @param value null or empty when the key was deleted
     * @throws java.io.UncheckedIOException when the value is not of its form; the table is unchanged
     */
    void apply(String key, byte[] value, long writtenAtMs) {
        boolean deleted = value == null || value.length == 0;
        if (StateKeys.isRoom(key)) {
            if (deleted) {
                remove(key);
            } else {
                put(key, entry(Json.read(value, RoomState.class), rooms.get(key), writtenAtMs));
            }
        } else if (StateKeys.isSanction(key)) {
            sanctions.apply(key, deleted ? null : Json.read(value, Sanction.class), writtenAtMs);
        } else if (StateKeys.isGrant(key)) {
            keep(grants, key, deleted ? null : Json.read(value, Grant.class));
        } else if (StateKeys.isDeletion(key)) {
            keep(deletions, key, deleted ? null : Json.read(value, Deletion.class));
        } else if (StateKeys.isWords(key)) {
            words.apply(key, deleted ? null : Json.read(value, WordList.class));
        } else if (StateKeys.isApiKey(key)) {
            apiKeys.apply(key, deleted ? null : Json.read(value, ApiKey.class));
        } else if (StateKeys.isHeld(key)) {
            events.apply(key, deleted ? null : Json.read(value, HeldAnswer.class));
        } else if (StateKeys.isCheck(key)) {
            hooks.apply(key, deleted ? null : Json.read(value, ExternalCheck.class));
        } else if (StateKeys.isWebhook(key)) {
            hooks.apply(key, deleted ? null : Json.read(value, Webhook.class));
        } else if (StateKeys.isPosted(key)) {
            events.apply(key, deleted ? null : Json.read(value, Posted.class));
        } else if (StateKeys.isReport(key)) {
            reports.apply(key, deleted ? null : value);
        } else if (StateKeys.OWNER.equals(key)) {
            owner = deleted ? null : Json.read(value, Owner.class);
        }
    }

    private static <K, T> void keep(Map<K, T> map, K key, T value) {
        if (value == null) {
            map.remove(key);
        } else {
            map.put(key, value);
        }
    }

    private void put(String key, Entry entry) {
        Entry before = rooms.get(key);
        if (before == null) {
            roomsByTenant.merge(entry.state().key().tenant(), 1, Integer::sum);
        } else if (before.state().version() > entry.state().version()) {
            return;
        }
        erased.remove(key);
        rooms.put(key, entry);
        if (entry.state().open() && entry.state().raid() != null) {
            raided.add(key);
        } else {
            raided.remove(key);
        }
        count(roomsByOwner, before == null ? null : owned(before.state()), -1);
        count(roomsByOwner, owned(entry.state()), 1);
        LiveStream stream = LiveStream.of(entry.state());
        keep(live, entry.state().key(), stream.equals(LiveStream.NONE) ? null : stream);
        if (entry.state().end() == RoomState.End.ERASED) {
            remove(key);
            erased.put(key, entry);
        }
    }

    /** All rooms of a room's owner, or null when it has none. */
    private static RoomKey owned(RoomState room) {
        return room.owner().isEmpty() ? null : RoomKey.ownedBy(room.key().tenant(), room.owner());
    }

    private void remove(String key) {
        erased.remove(key);
        Entry before = rooms.remove(key);
        raided.remove(key);
        if (before != null) {
            live.remove(before.state().key());
            roomsByTenant.computeIfPresent(before.state().key().tenant(), (t, n) -> n == 1 ? null : n - 1);
            count(roomsByOwner, owned(before.state()), -1);
        }
    }

    /** @param room null changes nothing */
    private static void count(Map<RoomKey, Integer> counts, RoomKey room, int difference) {
        if (room != null) {
            counts.merge(room, difference, (n, more) -> n + more == 0 ? null : Integer.valueOf(n + more));
        }
    }

    /** Who wrote last that it owns the group, or null. */
    Owner owner() {
        return owner;
    }

    /** The stream that runs in a room; from any thread. */
    LiveStream live(RoomKey key) {
        return live.getOrDefault(key, LiveStream.NONE);
    }

    /** Reports of streams that ended. */
    public ReportTable reports() {
        return reports;
    }

    /** A room, open or closed, or null. */
    public RoomState room(RoomKey key) {
        Entry entry = rooms.get(StateKeys.room(key));
        return entry == null ? null : entry.state();
    }

    /** What is left of a room that was erased and not made anew, or null. */
    RoomState erased(RoomKey key) {
        Entry entry = erased.get(StateKeys.room(key));
        return entry == null ? null : entry.state();
    }

    int erasedCount() {
        return erased.size();
    }

    /** Up to {@code limit} rooms that were erased before a time. */
    List<RoomState> erasedBefore(long timeMs, int limit) {
        return erased.values().stream()
                .takeWhile(entry -> entry.writtenAtMs() < timeMs)
                .limit(limit)
                .map(Entry::state)
                .toList();
    }

    /** What a room's log is kept for may have been changed then, by the broker's time, and not later; 0 when there is no room. */
    public long retentionSinceMs(RoomKey key) {
        Entry entry = rooms.get(StateKeys.room(key));
        return entry == null ? 0 : entry.retentionSinceMs();
    }

    private static Entry entry(RoomState now, Entry before, long writtenAtMs) {
        boolean same = before != null
                && before.state().epoch().equals(now.epoch())
                && before.state().policy().retentionHours() == now.policy().retentionHours();
        return new Entry(now, writtenAtMs, same ? before.retentionSinceMs() : writtenAtMs);
    }

    /** Open rooms that are not at rest on their ladder against raids. */
    List<RoomState> raided() {
        return raided.stream().map(key -> rooms.get(key).state()).toList();
    }

    int roomCount() {
        return rooms.size();
    }

    int roomCount(String tenant) {
        return roomsByTenant.getOrDefault(tenant, 0);
    }

    /** Whether some room here, open or closed, is an owner's. */
    boolean hasRoomOf(RoomKey owned) {
        return roomsByOwner.containsKey(owned);
    }

    /** Those of a tenant's rooms with ids after {@code afterId} (null = from the first) that are wanted, sorted by id. */
    List<RoomState> rooms(String tenant, String afterId, int limit, Predicate<RoomState> wanted) {
        String prefix = StateKeys.roomsOf(tenant);
        var range = afterId == null
                ? rooms.subMap(prefix, true, prefix + LAST, false)
                : rooms.subMap(prefix + afterId, false, prefix + LAST, false);
        List<RoomState> page = new ArrayList<>();
        for (Entry entry : range.values()) {
            if (page.size() == limit) {
                break;
            }
            if (wanted.test(entry.state())) {
                page.add(entry.state());
            }
        }
        return page;
    }

    /** All logged rooms, the one written last first. */
    List<RoomState> loggedRooms() {
        return rooms.values().stream()
                .filter(entry -> entry.state().durability() == Durability.LOGGED)
                .sorted(Comparator.comparingLong(Entry::writtenAtMs).reversed())
                .map(Entry::state)
                .toList();
    }

    /** Up to {@code limit} rooms that were closed, and not archived, before a time. */
    List<RoomState> closedBefore(long timeMs, int limit) {
        List<RoomState> found = new ArrayList<>();
        for (Entry entry : rooms.values()) {
            if (found.size() == limit) {
                break;
            }
            if (entry.state().end() == RoomState.End.CLOSED && entry.writtenAtMs() < timeMs) {
                found.add(entry.state());
            }
        }
        return found;
    }

    public SanctionTable sanctions() {
        return sanctions;
    }

    /** Whether what it was spoken for is no more: its room, or the room's stream. An owner may have rooms again. */
    private boolean isOver(Sanction sanction) {
        if (sanction.room().namesOwner()) {
            return false;
        }
        return isGone(sanction.room(), sanction.epoch())
                || (sanction.stream() > 0 && sanction.stream() != room(sanction.room()).stream());
    }

    /** What was given to a user in the room's present epoch, or null; perhaps taken again (role viewer). */
    public Grant grant(RoomState room, String user) {
        Grant grant = grants.get(StateKeys.grant(room.key(), user));
        return grant != null && grant.epoch().equals(room.epoch()) ? grant : null;
    }

    /** All records of grants in a room, taken ones and those of former epochs included, by user. */
    public List<Grant> grants(RoomKey room) {
        return List.copyOf(within(grants, StateKeys.grantsIn(room)).values());
    }

    /** Up to {@code limit} grants that were taken before a time, or belong to a room that is no more. */
    public List<Grant> takenBefore(long timeMs, int limit) {
        return grants.values().stream()
                .filter(grant ->
                        isGone(grant.room(), grant.epoch()) || (grant.role() == Role.VIEWER && grant.atMs() < timeMs))
                .limit(limit)
                .toList();
    }

    /** The record of the same events, or null. */
    public Deletion deletion(String key) {
        return deletions.get(key);
    }

    /** Whether an event of the room's present epoch was taken out, by whichever deletion. */
    public boolean isDeleted(RoomState room, long offset, String sender) {
        return within(deletions, StateKeys.deletionsIn(room.key())).values().stream()
                .anyMatch(deletion -> deletion.epoch().equals(room.epoch()) && deletion.covers(offset, sender));
    }

    public int deletionCount(RoomKey room) {
        return within(deletions, StateKeys.deletionsIn(room)).size();
    }

    /** Up to {@code limit} deletions for which something is true, and whether the log that they are about is still the room's. */
    public List<Deletion> deletions(BiPredicate<Deletion, Boolean> wanted, int limit) {
        return deletions.values().stream()
                .filter(deletion -> wanted.test(deletion, !isGone(deletion.room(), deletion.epoch())))
                .limit(limit)
                .toList();
    }

    public WordTable words() {
        return words;
    }

    /** The API keys of the tenants whose place is in this group. */
    public ApiKeyTable apiKeys() {
        return apiKeys;
    }

    /** Events that were asked for. */
    public EventTable events() {
        return events;
    }

    /** Where tenants' own backends are called, of those whose place is in this group. */
    public HookTable hooks() {
        return hooks;
    }

    private boolean isGone(RoomKey key, String epoch) {
        RoomState room = room(key);
        return room == null || !room.epoch().equals(epoch);
    }

    private static <T> NavigableMap<String, T> within(NavigableMap<String, T> map, String prefix) {
        return map.subMap(prefix, true, prefix + LAST, false);
    }

    int grantCount() {
        return grants.size();
    }

    int deletionCount() {
        return deletions.size();
    }
}
