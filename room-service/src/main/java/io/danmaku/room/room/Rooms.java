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

    private final StateGroups groups;
    private final RoomTopics topics;
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
        this.retentions = retentions;
        this.log = log;
        this.reports = reports;
        this.bounds = bounds;
    }

    /** Makes a room, or makes a closed one of this id anew, in a new epoch. Its owner is who was named, or else the host who makes it. */
    public Future<Result<RoomState>> create(RoomKey key, RoomForm.Wanted wanted, Actor by) {
        RoomState[] former = new RoomState[1];
        return groups.change(key, (table, nowMs) -> {
                    former[0] = table.room(key);
                    StateChange<RoomState> decided = created(former[0], key, wanted, by, nowMs);
                    return decided.refusal() != null ? decided : decided.after(() -> topics.create(decided.answer()));
                })
                .onSuccess(result -> {
                    if (!result.isRefused() && former[0] != null) {
                        // nothing names the former epoch any more, so nobody can read its log
                        log.release(former[0]);
                        topics.remove(former[0]);
                    }
                });
    }

    private StateChange<RoomState> created(
            RoomState former, RoomKey key, RoomForm.Wanted wanted, Actor by, long nowMs) {
        if (former != null && former.open()) {
            return StateChange.refuse(ErrorCode.EXISTS, "there is an open room " + key.room());
        }
        if (former == null) {
            if (groups.roomCount(key.tenant()) >= bounds.perTenantMax()) {
                return StateChange.refuse(
                        ErrorCode.TOO_MANY_ROOMS, "a tenant has at most " + bounds.perTenantMax() + " rooms");
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
                wanted.profile().live() ? nowMs : 0);
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
     * Closes a room: its record is kept, so that who comes is told. Closing it again changes nothing.
     *
     * @param tag as of {@link #change}
     */
    public Future<Result<RoomState>> close(RoomKey key, String tag, Actor by) {
        boolean[] told = new boolean[1];
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    if (room == null) {
                        return StateChange.<RoomState>refuse(noRoom(key));
                    }
                    if (!room.open()) {
                        return StateChange.nothing(room);
                    }
                    Refusal refusal = changedSince(tag, room);
                    if (refusal != null) {
                        return StateChange.<RoomState>refuse(refusal);
                    }
                    told[0] = true;
                    RoomState closed = room.closed();
                    return StateChange.write(
                            closed, reports.with(put(by, room, closed), table, room, closed, by, nowMs));
                })
                .onSuccess(result -> {
                    if (told[0] && !result.isRefused()) {
                        log.append(result.value(), EventType.POLICY, RoomForm.policyEvent(result.value()));
                        log.release(result.value());
                    }
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
            action = "room.closed";
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

    /** Removes rooms that have been closed for long, with their logs, a bounded number each time. */
    public void sweep() {
        groups.changeActive((table, nowMs) -> {
            List<RoomState> old = table.closedBefore(nowMs - bounds.closedKeptMs(), SWEEP_MAX);
            old.forEach(topics::remove);
            return StateChange.write(
                    old.size(),
                    old.stream()
                            .map(room -> StateChange.Write.delete(StateKeys.room(room.key())))
                            .toArray(StateChange.Write[]::new));
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
