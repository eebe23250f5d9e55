package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomBounds;
import io.danmaku.room.room.RoomLog;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.room.Sweep;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * Mutes, bans, shadow bans and kicks users, devices and addresses, in a room or in all rooms of an owner, and lifts that. One sanction of a
 * kind holds for a target: a new one takes the place of the one before.
 *
 * <p>Lifting writes the sanction again with an end in the past, and the record goes only some time after its end: a
 * reader that was away while the topic was compacted may never see a deletion, but it always sees the newest value.
 */
public final class Sanctions {
    /** Sanctions of addresses in one room, and as many for all rooms of an owner: an edge compares each with who sends. */
    public static final int ADDRESSES_MAX = 1_000;

    /** How long an ended sanction stays in the topic. */
    private static final long ENDED_KEPT_MS = 600_000;

    /** A full room has room again when a sweep finds ended sanctions. */
    private static final long FULL_RETRY_MS = 10_000;

    private final StateGroups groups;
    private final RoomLog log;
    private final RoomBounds bounds;
    private final Sweep<Sanction> outdated;

    public Sanctions(StateGroups groups, RoomLog log, RoomBounds bounds) {
        this.groups = groups;
        this.log = log;
        this.bounds = bounds;
        outdated = new Sweep<>(
                groups,
                (table, nowMs, limit) -> table.sanctions().endedBefore(nowMs - ENDED_KEPT_MS, limit),
                StateKeys::sanction);
    }

    /**
     * Speaks a sanction.
     *
     * @param place one room, or all of an owner; whether somebody may decide for an owner is for the caller
     * @param by who decided: not below the user's own role, as far as it was given here and does not stand in a token
     */
    public Future<Result<Sanction>> speak(RoomKey place, SanctionForm.Wanted wanted, Actor by) {
        RoomState[] room = new RoomState[1];
        return groups.change(place, (table, nowMs) -> {
                    room[0] = table.room(place);
                    Refusal refusal = refusal(table, place, wanted, by);
                    if (refusal != null) {
                        return StateChange.<Sanction>refuse(refusal);
                    }
                    Sanction sanction = new Sanction(
                            Incarnation.create().toString(),
                            place,
                            room[0] == null ? "" : room[0].epoch(),
                            wanted.user(),
                            wanted.device(),
                            wanted.address(),
                            wanted.kind(),
                            wanted.reason(),
                            by.user(),
                            nowMs,
                            wanted.seconds() == 0 ? Sanction.FOREVER_MS : nowMs + wanted.seconds() * 1000L,
                            wanted.stream() ? room[0].stream() : 0);
                    return StateChange.write(sanction, put("sanction.spoken", sanction, by));
                })
                .onSuccess(result -> {
                    if (!result.isRefused()) {
                        tell(room[0], result.value(), SanctionForm::spoken);
                    }
                });
    }

    /** Why it cannot be spoken, or null. */
    private Refusal refusal(RoomTable table, RoomKey place, SanctionForm.Wanted wanted, Actor by) {
        Refusal closed = place.namesOwner() ? null : Rooms.openOr(place, table.room(place));
        if (closed != null) {
            return closed;
        }
        if (!governs(table, place, by, wanted.user())) {
            return Refusal.of(ErrorCode.FORBIDDEN, "the user's role here is not below yours");
        }
        if (!table.sanctions().takes(place, wanted.target(), wanted.kind(), bounds.sanctionsPerRoomMax())) {
            return full("sanctions", bounds.sanctionsPerRoomMax());
        }
        boolean known = table.sanctions().find(place, wanted.target(), wanted.kind()) != null;
        int tenantMax = bounds.quotas().of(place.tenant()).sanctions();
        if (!known && tenantMax > 0 && groups.sanctionCount(place.tenant()) >= tenantMax) {
            return Refusal.retry(ErrorCode.QUOTA, "the tenant has at most " + tenantMax + " sanctions", FULL_RETRY_MS);
        }
        return wanted.address() == null || known || addresses(table, place) < ADDRESSES_MAX
                ? null
                : full("sanctions of addresses", ADDRESSES_MAX);
    }

    private static Refusal full(String what, int max) {
        return Refusal.retry(ErrorCode.BUSY, "there are at most " + max + " " + what + " here", FULL_RETRY_MS);
    }

    private static long addresses(RoomTable table, RoomKey place) {
        return table.sanctions().in(place).stream()
                .filter(sanction -> sanction.address() != null)
                .count();
    }

    /**
     * Lifts the sanction of this id.
     *
     * @param place one room, or all of an owner; whether somebody may decide for an owner is for the caller
     * @param by who decides: not of one's own, and not of who has a role at or above one's own
     */
    public Future<Result<Sanction>> lift(RoomKey place, String id, Actor by) {
        RoomState[] room = new RoomState[1];
        return groups.change(place, (table, nowMs) -> {
                    room[0] = table.room(place);
                    if (room[0] == null && !place.namesOwner()) {
                        return StateChange.<Sanction>refuse(Rooms.noRoom(place));
                    }
                    for (Sanction s : inForce(table, place, nowMs)) {
                        if (s.id().equals(id)) {
                            if (isOwn(s, by) || !governs(table, place, by, s.user())) {
                                return StateChange.<Sanction>refuse(
                                        ErrorCode.FORBIDDEN, "it is for others to lift this");
                            }
                            return StateChange.write(s.lifted(), put("sanction.lifted", s.lifted(), by));
                        }
                    }
                    return StateChange.<Sanction>refuse(ErrorCode.NOT_FOUND, "there is no such sanction in force");
                })
                .onSuccess(result -> {
                    if (!result.isRefused()) {
                        tell(room[0], result.value(), SanctionForm::lifted);
                    }
                });
    }

    /** Whether a room's moderator is asked to lift what holds for the moderator. An owner's own rooms know no such thing. */
    private static boolean isOwn(Sanction sanction, Actor by) {
        return by.user().equals(sanction.user()) && !sanction.room().namesOwner();
    }

    /** @param user null = a device or an address: whose, nobody knows, and it holds for nobody who moderates */
    private static boolean governs(RoomTable table, RoomKey place, Actor by, String user) {
        if (place.namesOwner()) {
            return true;
        }
        Role own = Roles.of(table, by.claims(), place);
        return user == null ? own.may(Permission.SANCTION) : own.governs(Roles.granted(table, place, user));
    }

    /**
     * Tells a room's viewers of what became of one of them. A shadow ban that is told is none, devices and addresses are nobody's business, and
     * of all rooms of an owner no single one is told.
     */
    private void tell(RoomState room, Sanction sanction, Function<Sanction, ObjectNode> detail) {
        if (!sanction.room().namesOwner() && sanction.user() != null && sanction.kind() != Sanction.Kind.SHADOW) {
            log.append(room, EventType.SANCTION, detail.apply(sanction));
        }
    }

    /** Where a sanction stands in a list. */
    public static String place(Sanction sanction) {
        return sanction.target() + "/" + sanction.kind().wireName();
    }

    /** Sanctions in force, by target and kind, those after a {@link #place} (null = from the first). */
    public Result<List<Sanction>> list(RoomKey place, String after, int limit, long nowMs) {
        Result<?> known = place.namesOwner() ? groups.readTable(place) : groups.read(place);
        if (known.isRefused()) {
            return Result.refused(known.refusal());
        }
        return Result.of(inForce(groups.table(place), place, nowMs).stream()
                .filter(s -> after == null || place(s).compareTo(after) > 0)
                .sorted(Comparator.comparing(Sanctions::place))
                .limit(limit)
                .toList());
    }

    private static List<Sanction> inForce(RoomTable table, RoomKey place, long nowMs) {
        RoomState room = table.room(place);
        return table.sanctions().in(place).stream()
                .filter(sanction -> sanction.holds(room, nowMs))
                .toList();
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }

    private static StateChange.Write put(String action, Sanction sanction, Actor by) {
        return StateChange.Write.put(
                by.act(action, sanction.room(), sanction.target(), sanction.reason()),
                StateKeys.sanction(sanction),
                sanction);
    }
}
