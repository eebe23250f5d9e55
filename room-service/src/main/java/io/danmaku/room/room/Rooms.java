package io.danmaku.room.room;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Predicate;

/** Creates, changes and closes rooms. Whether somebody may is for the caller. On the state context. */
public final class Rooms {
    private static final int SWEEP_MAX = 100;
    /** So many of a group; above it none is erased until others go. */
    private static final int ERASED_MAX = 10_000;

    private static final long FULL_RETRY_MS = 60_000;

    private final StateGroups groups;
    private final RoomTopics topics;
    private final ErasedLogs erasedLogs;
    private final Sweep<RoomState> erasedSweep;
    private final Retentions retentions;
    private final RoomLog log;
    private final Reports reports;
    private final RoomBounds bounds;

    public Rooms(
            StateGroups groups,
            RoomTopics topics,
            Retentions retentions,
            RoomLog log,
            Reports reports,
            RoomBounds bounds) {
        this.groups = groups;
        this.topics = topics;
        erasedLogs = new ErasedLogs(topics::remove);
        erasedSweep = new Sweep<>(groups, erasedLogs, room -> StateKeys.room(room.key()));
        this.retentions = retentions;
        this.log = log;
        this.reports = reports;
        this.bounds = bounds;
    }

    /** Makes a room, or makes a closed one of this id anew, in a new epoch. Its owner is who was named, or else the host who makes it. */
    public Future<Result<RoomState>> create(RoomKey key, RoomForm.Wanted wanted, Actor by) {
        RoomState[] former = new RoomState[1];
        return groups.change(key, (table, nowMs) -> {
                    RoomState known = table.room(key);
                    former[0] = known == null ? table.erased(key) : known;
                    StateChange<RoomState> decided = created(known, former[0], key, wanted, by, nowMs);
                    return decided.refusal() != null ? decided : decided.after(() -> topics.create(decided.answer()));
                })
                .onSuccess(result -> {
                    if (!result.isRefused() && former[0] != null) {
                        // nothing names the former epoch any more, so nobody can read its log
                        log.release(former[0]);
                        erasedLogs.removeFormer(former[0]);
                    }
                });
    }

    /** @param former the room of this id, or what is left of an erased one */
    private StateChange<RoomState> created(
            RoomState known, RoomState former, RoomKey key, RoomForm.Wanted wanted, Actor by, long nowMs) {
        if (known != null && known.end() != RoomState.End.CLOSED) {
            String what = known.open() ? "there is an open room " : "there is an archived room, erase it first: ";
            return StateChange.refuse(ErrorCode.EXISTS, what + key.room());
        }
        if (known == null) {
            int max = bounds.quotas().of(key.tenant()).rooms();
            if (max > 0 && groups.roomCount(key.tenant()) >= max) {
                return StateChange.refuse(ErrorCode.TOO_MANY_ROOMS, "this tenant has at most " + max + " rooms");
            }
            if (groups.roomCount() >= bounds.allTenantsMax()) {
                return StateChange.refuse(ErrorCode.TOO_MANY_ROOMS, "this hub is full of rooms");
            }
        }
        long createdAtMs = former == null ? nowMs : Epoch.after(former.epoch(), nowMs);
        RoomState room = new RoomState(
                key,
                Epoch.of(createdAtMs),
                wanted.title() == null ? key.room() : wanted.title(),
                wanted.durability(),
                true,
                wanted.policy(),
                wanted.profile(),
                null,
                former == null ? 1 : former.version() + 1,
                createdAtMs,
                owner(wanted, by),
                1,
                wanted.profile().live() ? nowMs : 0,
                null,
                null);
        return StateChange.write(room, StateChange.Write.put(by.act("room.created", key), StateKeys.room(key), room));
    }

    /** A backend's own id owns nothing: no user of the product has it. */
    private static String owner(RoomForm.Wanted wanted, Actor by) {
        if (wanted.owner() != null) {
            return wanted.owner();
        }
        return by.claims().admin() ? "" : by.user();
    }

    /**
     * Changes an open room's title, profile or rules; a change to what it is already writes nothing.
     *
     * @param tag the version that it has to be ({@link RoomForm#tag}), else it is {@code changed}; null = any
     */
    public Future<Result<RoomState>> change(RoomKey key, RoomForm.Patch patch, String tag, Actor by) {
        boolean[] told = new boolean[1];
        boolean[] kept = new boolean[1];
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    Refusal closed = openOr(key, room);
                    Refusal refusal = closed == null ? changedSince(tag, room) : closed;
                    if (refusal != null) {
                        return StateChange.<RoomState>refuse(refusal);
                    }
                    Result<RoomPolicy> policy = RoomForm.policy(room.policy(), patch.policy());
                    if (policy.isRefused()) {
                        return StateChange.<RoomState>refuse(policy.refusal());
                    }
                    Result<RoomProfile> profile = ProfileForm.merged(room.profile(), patch.profile());
                    if (profile.isRefused()) {
                        return StateChange.<RoomState>refuse(profile.refusal());
                    }
                    String title = patch.title() == null ? room.title() : patch.title();
                    if (title.equals(room.title())
                            && policy.value().equals(room.policy())
                            && profile.value().equals(room.profile())) {
                        return StateChange.nothing(room);
                    }
                    RoomState changed = room.changed(title, policy.value(), profile.value(), nowMs);
                    told[0] = !RoomForm.policyEvent(changed).equals(RoomForm.policyEvent(room));
                    StateChange<RoomState> written = StateChange.write(
                            changed, reports.with(put(by, room, changed), table, room, changed, by, nowMs));
                    int hoursMore =
                            policy.value().retentionHours() - room.policy().retentionHours();
                    kept[0] = hoursMore != 0;
                    return hoursMore > 0 ? written.after(() -> retentions.lengthen(changed)) : written;
                })
                .onSuccess(result -> {
                    if (kept[0]) {
                        // a shorter retention only now; and whatever the outcome, the topic follows the policy in force
                        retentions.check(key);
                    }
                    if (told[0] && !result.isRefused()) {
                        log.append(result.value(), EventType.POLICY, RoomForm.policyEvent(result.value()));
                    }
                });
    }

    /**
     * Closes or archives a room: its record is kept, so that who comes is told. Doing it again changes nothing. A closed room can be archived,
     * an archived one stays that.
     *
     * @param tag as of {@link #change}
     */
    public Future<Result<RoomState>> end(RoomKey key, RoomState.End how, String tag, Actor by) {
        boolean[] told = new boolean[1];
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    if (room == null) {
                        return StateChange.<RoomState>refuse(noRoom(key));
                    }
                    if (room.end() == how) {
                        return StateChange.nothing(room);
                    }
                    Refusal refusal = changedSince(tag, room);
                    if (refusal == null && room.end() == RoomState.End.ARCHIVED) {
                        refusal = Refusal.of(ErrorCode.CONFLICT, "an archived room stays one until it is erased");
                    }
                    if (refusal != null) {
                        return StateChange.<RoomState>refuse(refusal);
                    }
                    told[0] = room.open();
                    RoomState ended = room.ended(how);
                    return StateChange.write(ended, reports.with(put(by, room, ended), table, room, ended, by, nowMs));
                })
                .onSuccess(result -> {
                    if (told[0] && !result.isRefused()) {
                        log.append(result.value(), EventType.POLICY, RoomForm.policyEvent(result.value()));
                        log.release(result.value());
                    }
                });
    }

    /**
     * Erases a room, open or over: its record and its log are gone. What is left for a while says that its epoch was used. Erasing it again
     * removes what may be left of the log.
     *
     * @param tag as of {@link #change}
     * @return what is left; {@code pending} when the log may not be gone yet
     */
    public Future<Result<RoomState>> erase(RoomKey key, String tag, Actor by) {
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    if (room == null) {
                        RoomState left = table.erased(key);
                        return left == null ? StateChange.<RoomState>refuse(noRoom(key)) : StateChange.nothing(left);
                    }
                    Refusal refusal = changedSince(tag, room);
                    if (refusal == null && table.erasedCount() >= ERASED_MAX) {
                        refusal = Refusal.retry(ErrorCode.BUSY, "too many rooms were erased just now", FULL_RETRY_MS);
                    }
                    if (refusal != null) {
                        return StateChange.<RoomState>refuse(refusal);
                    }
                    RoomState erased = room.erased();
                    return StateChange.write(
                            erased, StateChange.Write.put(by.act("room.erased", key), StateKeys.room(key), erased));
                })
                .compose(result -> {
                    if (result.isRefused()) {
                        return Future.succeededFuture(result);
                    }
                    log.release(result.value());
                    return topics.remove(result.value())
                            .map(result)
                            .otherwise(Result.refused(Refusal.retry(
                                    ErrorCode.PENDING,
                                    "the room is erased, its log perhaps not yet; it will be, or ask again",
                                    Result.RETRY_MS)));
                });
    }

    private static Refusal changedSince(String tag, RoomState room) {
        return tag == null || tag.equals(RoomForm.tag(room))
                ? null
                : Refusal.of(
                        ErrorCode.CHANGED, "the room is at " + RoomForm.tag(room) + " now: read it, and decide anew");
    }

    /** The record of a change, named for what it means most to others: the end of a stream, its begin, or just a change. */
    private static StateChange.Write put(Actor by, RoomState before, RoomState now) {
        String action = "room.changed";
        if (!now.open()) {
            action = "room." + now.end().wireName();
        } else if (before.profile().live() != now.profile().live()) {
            action = now.profile().live() ? "room.live" : "room.offline";
        }
        return StateChange.Write.put(by.act(action, now.key()), StateKeys.room(now.key()), now);
    }

    /** A room, open or closed, as this instance has read it. */
    public Result<RoomState> read(RoomKey key) {
        return groups.read(key);
    }

    /** A page of those of a tenant's rooms that are wanted, by id, from what this instance has read; refused until that is all. */
    public Result<List<RoomState>> list(String tenant, String afterId, int limit, Predicate<RoomState> wanted) {
        return groups.rooms(tenant, afterId, limit, wanted);
    }

    /**
     * Erases rooms that have been closed for long, and removes what is left of erased ones, a bounded number each time. A log is removed only
     * when its room is erased in the topic: an owner that stood still and was replaced meanwhile does not know that a closed room was archived.
     */
    public void sweep() {
        erasedLogs.again();
        erasedSweep.run();
        groups.changeActive((table, nowMs) -> {
            int places = Math.max(0, Math.min(SWEEP_MAX, ERASED_MAX - table.erasedCount()));
            StateChange.Write[] writes = table.closedBefore(nowMs - bounds.closedKeptMs(), places).stream()
                    .map(room -> StateChange.Write.note(StateKeys.room(room.key()), room.erased()))
                    .toArray(StateChange.Write[]::new);
            return StateChange.write(writes.length, writes);
        });
    }

    /** Why a room cannot be changed, or null. */
    public static Refusal openOr(RoomKey key, RoomState room) {
        if (room == null) {
            return noRoom(key);
        }
        return room.open() ? null : Refusal.of(ErrorCode.ROOM_CLOSED, "room " + key.room() + " is closed");
    }

    /** The answer for a room that there is not. */
    public static Refusal noRoom(RoomKey key) {
        return Refusal.of(ErrorCode.NO_SUCH_ROOM, "there is no room " + key.room());
    }
}
