package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PinJson;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.OutdatedDeletions;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomBounds;
import io.danmaku.room.room.RoomLog;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.room.Sweep;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events out of rooms' logs. The log itself cannot be changed: what is written is which of its offsets nobody is shown any more
 * ({@link Deletion}), kept for as long as the log keeps them. What is pinned of it is taken down with it. On the state context.
 */
public final class Takedowns {
    private static final Logger LOG = LoggerFactory.getLogger(Takedowns.class);
    private static final long RETRY_MS = 1_000;
    private static final long FULL_RETRY_MS = 60_000;

    private final StateGroups groups;
    private final RoomLog log;
    private final RoomBounds bounds;
    private final Sweep<Deletion> outdated;

    public Takedowns(StateGroups groups, RoomLog log, RoomBounds bounds) {
        this.groups = groups;
        this.log = log;
        this.bounds = bounds;
        outdated = new Sweep<>(groups, new OutdatedDeletions(log::oldest), StateKeys::deletion);
    }

    /** Takes out one event. */
    public Future<Result<Deletion>> event(RoomKey key, long offset, Actor by) {
        return take(key, "", offset, by);
    }

    /** Takes out everything that was sent so far, by a user or (empty) by everybody. */
    public Future<Result<Deletion>> all(RoomKey key, String user, Actor by) {
        return take(key, user, 0, by);
    }

    /** @param offset 0 = all up to the head */
    private Future<Result<Deletion>> take(RoomKey key, String user, long offset, Actor by) {
        Result<RoomState> read = groups.read(key);
        Refusal refusal = read.isRefused() ? read.refusal() : refusal(key, read.value());
        if (refusal != null) {
            return Future.succeededFuture(Result.refused(refusal));
        }
        RoomState room = read.value();
        return log.head(room)
                .compose(
                        head -> {
                            if (offset > head || head == 0) {
                                return Future.succeededFuture(
                                        Result.refused(ErrorCode.NOT_FOUND, "the room has no such event"));
                            }
                            return write(room, user, offset == 0 ? 1 : offset, offset == 0 ? head : offset, by);
                        },
                        failure -> {
                            LOG.warn("the head of {} is not known: {}", key, failure.getMessage());
                            return Future.succeededFuture(Result.refused(
                                    Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS)));
                        });
    }

    private static Refusal refusal(RoomKey key, RoomState room) {
        // what an archive serves can be taken out of it
        boolean archived = room != null && room.end() == RoomState.End.ARCHIVED;
        Refusal closed = archived ? null : Rooms.openOr(key, room);
        if (closed != null) {
            return closed;
        }
        return room.durability() == Durability.EPHEMERAL
                ? Refusal.of(ErrorCode.UNSUPPORTED, "an ephemeral room keeps nothing")
                : null;
    }

    private Future<Result<Deletion>> write(RoomState read, String user, long from, long upTo, Actor by) {
        RoomKey key = read.key();
        boolean[] told = new boolean[1];
        RoomState[] unpinned = new RoomState[1];
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    Refusal refusal = refusal(key, room);
                    if (refusal == null && !room.epoch().equals(read.epoch())) {
                        refusal = Refusal.of(ErrorCode.ROOM_CLOSED, "the room was made anew");
                    }
                    if (refusal == null && !Roles.of(table, by.claims(), key).may(Permission.DELETE)) {
                        refusal = Refusal.of(ErrorCode.FORBIDDEN, "your role was taken meanwhile");
                    }
                    if (refusal != null) {
                        return StateChange.<Deletion>refuse(refusal);
                    }
                    return decide(
                            table,
                            new Deletion(key, room.epoch(), user, from, upTo, by.user(), nowMs),
                            by,
                            told,
                            unpinned);
                })
                .onSuccess(result -> {
                    if (told[0] && !result.isRefused()) {
                        log.append(read, EventType.DELETED, event(result.value()));
                        if (unpinned[0] != null) {
                            log.append(read, EventType.PIN, PinJson.lifted());
                        }
                    }
                });
    }

    private StateChange<Deletion> decide(
            RoomTable table, Deletion wanted, Actor by, boolean[] told, RoomState[] unpinned) {
        String stateKey = StateKeys.deletion(wanted);
        Deletion known = table.deletion(stateKey);
        if (known != null && known.upTo() >= wanted.upTo()) {
            return StateChange.nothing(known);
        }
        if (known == null
                && !stateKey.equals(StateKeys.deletionOfAll(wanted.room(), wanted.epoch()))
                && table.deletionCount(wanted.room()) >= bounds.deletionsPerRoomMax()) {
            return StateChange.refuse(Refusal.retry(
                    ErrorCode.BUSY,
                    "a room keeps at most " + bounds.deletionsPerRoomMax() + " deletions; clear it instead",
                    FULL_RETRY_MS));
        }
        told[0] = true;
        String what = wanted.single() ? Long.toString(wanted.from()) : wanted.user();
        StateChange.Write deleted =
                StateChange.Write.put(by.act("events.deleted", wanted.room(), what, ""), stateKey, wanted);
        RoomState room = table.room(wanted.room());
        if (room.pin() == null || !room.pin().isOf(wanted)) {
            return StateChange.write(wanted, deleted);
        }
        unpinned[0] = room.pinned(null);
        // first: should only this be written, who asks for the deletion again is not told that it is there already
        return StateChange.write(
                wanted,
                StateChange.Write.put(by.act("pin.removed", room.key()), StateKeys.room(room.key()), unpinned[0]),
                deleted);
    }

    /** The {@code d} of the event by which viewers' pages are told what to take down. */
    private static ObjectNode event(Deletion deletion) {
        ObjectNode detail = Json.object().put("from", deletion.from()).put("to", deletion.upTo());
        return deletion.user().isEmpty() ? detail : detail.put("user", deletion.user());
    }

    /** See {@link OutdatedDeletions#goneAtMs}; 0 when the room is not known. */
    public long bytesGoneAtMs(Deletion deletion) {
        RoomTable table = groups.table(deletion.room());
        return table.room(deletion.room()) == null ? 0 : OutdatedDeletions.goneAtMs(table, deletion);
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }
}
