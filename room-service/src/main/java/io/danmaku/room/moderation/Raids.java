package io.danmaku.room.moderation;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.RaidSigns;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Raid;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RaidStep;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.room.room.Act;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import io.danmaku.room.room.RoomLog;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Brings rooms up their ladders against raids, by hand or by what edges see, and down again by time. Where a room is stands in its state, with times, so whoever
 * decides for it after a crash goes on with it; what edges told lives here for seconds only. On the state context.
 */
public final class Raids {
    /** How often {@link #lookAfter} is to be called. */
    public static final long LOOK_MS = 1_000;

    /** Rooms that go down at a time: after a long outage all want to. */
    private static final int DOWN_MAX = 100;

    private static final String RAISED = "raid.raised";
    private static final String RELEASED = "raid.released";

    private final StateGroups groups;
    private final RoomLog log;
    private final Clock clock;
    private final RaidBoard board = new RaidBoard();
    /** Rooms with a change by signs or by time on its way, one for each. */
    private final Set<RoomKey> changing = new HashSet<>();

    private final Counter byHand;
    private final Counter bySigns;
    /** For the registry's thread. */
    private volatile int standing;

    public Raids(StateGroups groups, RoomLog log, MeterRegistry registry, Clock clock) {
        this.groups = groups;
        this.log = log;
        this.clock = clock;
        byHand = registry.counter("danmaku.raid.steps", "how", "hand");
        bySigns = registry.counter("danmaku.raid.steps", "how", "auto");
        registry.gauge("danmaku.raid.rooms", this, raids -> raids.standing);
    }

    /** What becomes of a room's place on its ladder; null = it is at rest. */
    private interface Move {
        Raid of(RoomState room, long nowMs);
    }

    /** The room, as this instance has read it. */
    public Result<RoomState> read(RoomKey key) {
        return groups.read(key);
    }

    /** Brings a room to a step of its ladder, up or down, for some time. */
    public Future<Result<RoomState>> put(RoomKey key, RaidForm.Wanted wanted, Actor by) {
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    Refusal refusal = refusal(table, key, room, by);
                    int step = refusal != null ? 0 : wanted.on(room.policy().raid());
                    if (refusal == null && step == 0) {
                        refusal = Refusal.of(ErrorCode.BAD_FIELD, "step is not one of the room's policy.raid.steps");
                    }
                    if (refusal != null) {
                        return StateChange.<Changed>refuse(refusal);
                    }
                    long lastsMs = wanted.minutes() == 0 ? room.policy().raid().stepMs() : wanted.minutes() * 60_000L;
                    Raid raid = Raid.byHand(step, lastsMs, by.user(), wanted.reason(), nowMs);
                    return write(room, raid, by.act(RAISED, key, name(room, step), wanted.reason()));
                })
                .map(this::told);
    }

    /** Takes back what stands; where nothing does, nothing changes. Signs raise nothing for the time of a step. */
    public Future<Result<RoomState>> release(RoomKey key, Actor by) {
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    Refusal refusal = refusal(table, key, room, by);
                    if (refusal != null) {
                        return StateChange.<Changed>refuse(refusal);
                    }
                    if (step(room) == 0) {
                        return StateChange.nothing(new Changed(room, room));
                    }
                    RaidRules rules = room.policy().raid();
                    Raid raid = rules.auto() ? Raid.released(rules, by.user(), nowMs) : null;
                    return write(room, raid, by.act(RELEASED, key));
                })
                .map(this::told);
    }

    /** Takes note of what an edge sees, and raises a step where it is too much. Passed over for rooms that are not decided here. */
    public void take(RaidSigns signs) {
        RoomKey key = signs.room();
        RoomState room = groups.isActive(key) ? groups.table(key).room(key) : null;
        if (room == null
                || !room.open()
                || !room.epoch().equals(signs.epoch())
                || !room.policy().raid().auto()) {
            return;
        }
        long nowMs = clock.millis();
        String why = board.take(signs, room.policy().raid(), nowMs);
        if (why == null) {
            return;
        }
        Move move = (now, atMs) -> now.policy().raid().auto()
                ? Raid.onSigns(now.raid(), now.policy().raid(), why, atMs)
                : now.raid();
        if (!Objects.equals(move.of(room, nowMs), room.raid())) {
            moveByItself(key, move);
        }
    }

    /** Lets go down what has stood for its time. */
    public void lookAfter() {
        long nowMs = clock.millis();
        board.forget(nowMs);
        List<RoomState> raided = groups.raided();
        standing = (int) raided.stream().filter(room -> room.raid().stands()).count();
        raided.stream()
                .filter(room -> room.raid().untilMs() <= nowMs)
                .limit(DOWN_MAX)
                .forEach(room -> moveByItself(
                        room.key(),
                        (now, atMs) -> now.raid() == null
                                ? null
                                : now.raid().onTime(now.policy().raid(), atMs)));
    }

    private void moveByItself(RoomKey key, Move move) {
        if (!changing.add(key)) {
            return;
        }
        groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    Refusal closed = Rooms.openOr(key, room);
                    if (closed != null) {
                        return StateChange.<Changed>refuse(closed);
                    }
                    Raid raid = move.of(room, nowMs);
                    if (Objects.equals(raid, room.raid())) {
                        return StateChange.nothing(new Changed(room, room));
                    }
                    RoomState now = room.raided(raid);
                    if (step(now) == step(room)) {
                        // longer, or signs are looked at again: nothing that somebody has to know
                        return StateChange.write(
                                new Changed(room, now), StateChange.Write.note(StateKeys.room(key), now));
                    }
                    boolean up = step(now) > step(room);
                    return write(
                            room,
                            raid,
                            up
                                    ? Act.ofHub(RAISED, key, name(room, raid.step()), raid.why())
                                    : Act.ofHub(RELEASED, key, raid == null ? "" : name(room, raid.step()), ""));
                })
                .onComplete(done -> changing.remove(key))
                .onSuccess(this::told);
    }

    /** A room before and after. */
    private record Changed(RoomState before, RoomState now) {}

    private static StateChange<Changed> write(RoomState before, Raid raid, Act act) {
        RoomState now = before.raided(raid);
        return StateChange.write(new Changed(before, now), StateChange.Write.put(act, StateKeys.room(now.key()), now));
    }

    /** Tells the room of another step, and of another end of one that somebody set. */
    private Result<RoomState> told(Result<Changed> result) {
        if (result.isRefused()) {
            return Result.refused(result.refusal());
        }
        RoomState before = result.value().before();
        RoomState now = result.value().now();
        boolean hand =
                now.raid() != null && now.raid().stands() && !now.raid().by().isEmpty();
        if (step(now) > step(before)) {
            (hand ? byHand : bySigns).increment();
        }
        if (step(now) != step(before)
                || (hand && now.raid().sinceMs() != before.raid().sinceMs())) {
            log.append(now, EventType.POLICY, RoomForm.policyEvent(now));
        }
        return Result.of(now);
    }

    private static int step(RoomState room) {
        return room.raid() == null ? 0 : room.raid().step();
    }

    private static String name(RoomState room, int step) {
        List<RaidStep> steps = room.policy().raid().steps();
        return steps.get(Math.min(step, steps.size()) - 1).wireName();
    }

    private static Refusal refusal(RoomTable table, RoomKey key, RoomState room, Actor by) {
        Refusal closed = Rooms.openOr(key, room);
        return closed != null || Roles.of(table, by.claims(), key).may(Permission.SANCTION)
                ? closed
                : Refusal.of(ErrorCode.FORBIDDEN, "your role was taken meanwhile");
    }
}
