package io.danmaku.room.moderation;

import io.danmaku.node.config.TenantQuotas;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.WordList;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.room.Sweep;
import io.danmaku.room.room.WordTable;
import io.vertx.core.Future;
import java.util.List;

/** Keeps the lists of words that are not wanted, of rooms and (room empty) for all rooms of a tenant. On the state context. */
public final class Words {
    /** Lists of a room, and as many for all rooms of a tenant. */
    public static final int LISTS_MAX = 20;
    /** Terms of all lists of a room together: every edge holds them, for each room whose host likes long lists. */
    public static final int ROOM_TERMS_MAX = 5_000;
    /** Patterns of all lists of a room together, each of which costs every chat; and for all rooms of a tenant. */
    public static final int ROOM_PATTERNS_MAX = 20;

    public static final int TENANT_PATTERNS_MAX = 100;

    /** How long a list that was removed stays in the topic: see {@link WordList}. */
    private static final long REMOVED_KEPT_MS = 600_000;

    private static final long FULL_RETRY_MS = 60_000;

    private final StateGroups groups;
    private final TenantQuotas quotas;
    private final Sweep<WordList> outdated;

    public Words(StateGroups groups, TenantQuotas quotas) {
        this.groups = groups;
        this.quotas = quotas;
        outdated = new Sweep<>(
                groups,
                (table, nowMs, limit) -> table.words().removedBefore(nowMs - REMOVED_KEPT_MS, limit),
                list -> StateKeys.words(list.tenant(), list.room(), list.name()));
    }

    /** Puts a list in the place of the one of its name; an empty one removes it. */
    public Future<Result<WordList>> put(String tenant, String room, String name, WordForm.Wanted wanted, Actor by) {
        RoomKey place = WordList.place(tenant, room);
        return groups.change(place, (table, nowMs) -> {
            String epoch = "";
            if (!room.isEmpty()) {
                RoomState state = table.room(place);
                Refusal refusal = Rooms.openOr(place, state);
                if (refusal != null) {
                    return StateChange.<WordList>refuse(refusal);
                }
                epoch = state.epoch();
            }
            WordList list = new WordList(
                    tenant, room, epoch, name, wanted.action(), wanted.terms(), wanted.patterns(), by.user(), nowMs);
            List<WordList> kept = inForce(table, tenant, room);
            List<WordList> others =
                    kept.stream().filter(other -> !other.name().equals(name)).toList();
            if (list.removed() && others.size() == kept.size()) {
                return StateChange.<WordList>refuse(noList(name));
            }
            String tooMuch = tooMuch(others, list);
            if (tooMuch != null) {
                return StateChange.<WordList>refuse(ErrorCode.CONFLICT, tooMuch);
            }
            Refusal full = full(kept, list);
            if (full != null) {
                return StateChange.<WordList>refuse(full);
            }
            return StateChange.write(
                    list,
                    StateChange.Write.put(
                            by.act(list.removed() ? "words.removed" : "words.set", place, name, ""),
                            StateKeys.words(tenant, room, name),
                            list));
        });
    }

    /** Why a list cannot be kept beside the others of its room or tenant, or null. */
    private static String tooMuch(List<WordList> others, WordList list) {
        boolean ofRoom = !list.room().isEmpty();
        int patternsMax = ofRoom ? ROOM_PATTERNS_MAX : TENANT_PATTERNS_MAX;
        int terms = list.terms().size()
                + others.stream().mapToInt(other -> other.terms().size()).sum();
        int patterns = list.patterns().size()
                + others.stream().mapToInt(other -> other.patterns().size()).sum();
        if (others.size() >= LISTS_MAX) {
            return "there are " + LISTS_MAX + " lists already: remove one, or add to one";
        }
        if (ofRoom && terms > ROOM_TERMS_MAX) {
            return "all lists of a room together have at most " + ROOM_TERMS_MAX + " terms";
        }
        return patterns > patternsMax ? "all lists together have at most " + patternsMax + " patterns here" : null;
    }

    /** Why the tenant may have no more words, or null. Fewer than before it may always. */
    private Refusal full(List<WordList> kept, WordList list) {
        int max = quotas.of(list.tenant()).words();
        int more = WordTable.words(list)
                - kept.stream()
                        .filter(before -> before.name().equals(list.name()))
                        .mapToInt(WordTable::words)
                        .sum();
        return max > 0 && more > 0 && groups.wordCount(list.tenant()) + more > max
                ? Refusal.retry(
                        ErrorCode.QUOTA,
                        "all lists of the tenant together have at most " + max + " words, a pattern counting as "
                                + WordTable.PATTERN_WORDS,
                        FULL_RETRY_MS)
                : null;
    }

    private static List<WordList> inForce(RoomTable table, String tenant, String room) {
        RoomState state = room.isEmpty() ? null : table.room(new RoomKey(tenant, room));
        String epoch = state == null ? "" : state.epoch();
        return table.words().in(tenant, room).stream()
                .filter(list -> !list.removed() && list.epoch().equals(epoch))
                .toList();
    }

    /** The lists in force, by name, as this instance has read them. */
    public Result<List<WordList>> list(String tenant, String room) {
        RoomKey place = WordList.place(tenant, room);
        if (!room.isEmpty()) {
            Result<RoomState> state = groups.read(place);
            if (state.isRefused()) {
                return Result.refused(state.refusal());
            }
        }
        return Result.of(inForce(groups.table(place), tenant, room));
    }

    /** One list. */
    public Result<WordList> read(String tenant, String room, String name) {
        Result<List<WordList>> lists = list(tenant, room);
        if (lists.isRefused()) {
            return Result.refused(lists.refusal());
        }
        return lists.value().stream()
                .filter(list -> list.name().equals(name))
                .findFirst()
                .map(Result::of)
                .orElseGet(() -> Result.refused(noList(name)));
    }

    private static Refusal noList(String name) {
        return Refusal.of(ErrorCode.NOT_FOUND, "there is no word list " + name);
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }
}
