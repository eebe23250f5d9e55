package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.StateKeys;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Mutes, bans, shadow bans and kicks users, and lifts that. One sanction of a kind holds for a user: a new one takes the place of the one before.
 *
 * <p>Lifting writes the sanction again with an end in the past, and the record goes only some time after its end: a
 * reader that was away while the topic was compacted may never see a deletion, but it always sees the newest value.
 */
public final class Sanctions {
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
                (table, nowMs, limit) -> table.endedBefore(nowMs - ENDED_KEPT_MS, limit),
                s -> StateKeys.sanction(s.room(), s.user(), s.kind()));
    }

    /** @param by who decided: not below the user's own role, as far as it was given here and does not stand in a token */
    public Future<Result<Sanction>> speak(RoomKey key, SanctionForm.Wanted wanted, Actor by) {
        RoomState[] room = new RoomState[1];
        return groups.change(key, (table, nowMs) -> {
                    room[0] = table.room(key);
                    Refusal refusal = Rooms.openOr(key, room[0]);
                    if (refusal != null) {
                        return StateChange.<Sanction>refuse(refusal);
                    }
                    if (!governs(table, key, by, wanted.user())) {
                        return StateChange.<Sanction>refuse(
                                ErrorCode.FORBIDDEN, "the user's role here is not below yours");
                    }
                    if (!table.takesSanction(key, wanted.user(), wanted.kind(), bounds.sanctionsPerRoomMax())) {
                        return StateChange.<Sanction>refuse(Refusal.retry(
                                ErrorCode.BUSY,
                                "a room keeps at most " + bounds.sanctionsPerRoomMax() + " sanctions",
                                FULL_RETRY_MS));
                    }
                    Sanction sanction = new Sanction(
                            Incarnation.create().toString(),
                            key,
                            room[0].epoch(),
                            wanted.user(),
                            wanted.kind(),
                            wanted.reason(),
                            by.user(),
                            nowMs,
                            wanted.seconds() == 0 ? Sanction.FOREVER_MS : nowMs + wanted.seconds() * 1000L);
                    return StateChange.write(sanction, put("sanction.spoken", sanction, by));
                })
                .onSuccess(result -> {
                    if (!result.isRefused()) {
                        tell(room[0], result.value(), SanctionForm.spoken(result.value()));
                    }
                });
    }

    /**
     * Lifts the sanction of this id.
     *
     * @param by who decides: not of one's own, and not of who has a role at or above one's own
     */
    public Future<Result<Sanction>> lift(RoomKey key, String id, Actor by) {
        RoomState[] room = new RoomState[1];
        return groups.change(key, (table, nowMs) -> {
                    room[0] = table.room(key);
                    if (room[0] == null) {
                        return StateChange.<Sanction>refuse(Rooms.noRoom(key));
                    }
                    for (Sanction s : inForce(table, room[0], nowMs)) {
                        if (s.id().equals(id)) {
                            if (s.user().equals(by.user()) || !governs(table, key, by, s.user())) {
                                return StateChange.<Sanction>refuse(
                                        ErrorCode.FORBIDDEN, "it is for others to lift this");
                            }
                            // an end before its begin: no clock of an edge can be so wrong that it goes on
                            Sanction ended = new Sanction(
                                    s.id(), key, s.epoch(), s.user(), s.kind(), s.reason(), s.by(), s.atMs(), 0);
                            return StateChange.write(ended, put("sanction.lifted", ended, by));
                        }
                    }
                    return StateChange.<Sanction>refuse(ErrorCode.NOT_FOUND, "there is no such sanction in force");
                })
                .onSuccess(result -> {
                    if (!result.isRefused()) {
                        tell(room[0], result.value(), SanctionForm.lifted(result.value()));
                    }
                });
    }

    private static boolean governs(RoomTable table, RoomKey key, Actor by, String user) {
        return Roles.of(table, by.claims(), key).governs(Roles.granted(table, key, user));
    }

    /** A shadow ban that is told is none. */
    private void tell(RoomState room, Sanction sanction, ObjectNode detail) {
        if (sanction.kind() != Sanction.Kind.SHADOW) {
            log.append(room, EventType.SANCTION, detail);
        }
    }

    /** Where a sanction stands in a list. */
    public static String place(Sanction sanction) {
        return sanction.user() + "/" + sanction.kind().wireName();
    }

    /** Sanctions in force, by user and kind, those after a {@link #place} (null = from the first). */
    public Result<List<Sanction>> list(RoomKey key, String after, int limit, long nowMs) {
        Result<RoomState> room = groups.read(key);
        if (room.isRefused()) {
            return Result.refused(room.refusal());
        }
        return Result.of(inForce(groups.table(key), room.value(), nowMs).stream()
                .filter(s -> after == null || place(s).compareTo(after) > 0)
                .sorted(Comparator.comparing(Sanctions::place))
                .limit(limit)
                .toList());
    }

    private static List<Sanction> inForce(RoomTable table, RoomState room, long nowMs) {
        List<Sanction> all = new ArrayList<>();
        for (Sanction s : table.sanctions(room.key())) {
            if (s.untilMs() > nowMs && s.epoch().equals(room.epoch())) {
                all.add(s);
            }
        }
        return all;
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }

    private static StateChange.Write put(String action, Sanction sanction, Actor by) {
        return StateChange.Write.put(
                by.act(action, sanction.room(), sanction.user(), sanction.reason()),
                StateKeys.sanction(sanction.room(), sanction.user(), sanction.kind()),
                sanction);
    }
}
