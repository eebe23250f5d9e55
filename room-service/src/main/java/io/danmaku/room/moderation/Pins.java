package io.danmaku.room.moderation;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.PinJson;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomLog;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pins a text or an event above a room's chat, one at a time, and takes it down. It is part of the room's state; the {@code pin} event
 * announces. Nothing happens here when its time is over: clients know until when it holds. On the state context.
 */
public final class Pins {
    private static final Logger LOG = LoggerFactory.getLogger(Pins.class);
    private static final long RETRY_MS = 1_000;

    private final StateGroups groups;
    private final RoomLog log;

    public Pins(StateGroups groups, RoomLog log) {
        this.groups = groups;
        this.log = log;
    }

    /** Pins, in the place of what is pinned; the room with its pin. An event has to lie in the room's log and not be deleted. */
    public Future<Result<RoomState>> put(RoomKey key, PinForm.Wanted wanted, Actor by) {
        Result<RoomState> read = groups.read(key);
        Refusal refusal = read.isRefused() ? read.refusal() : refusal(key, read.value());
        if (refusal != null) {
            return Future.succeededFuture(Result.refused(refusal));
        }
        if (wanted.offset() == 0) {
            return write(read.value(), wanted, by);
        }
        return log.head(read.value())
                .compose(
                        head -> wanted.offset() > head
                                ? Future.succeededFuture(Result.refused(noEvent()))
                                : write(read.value(), wanted, by),
                        failure -> {
                            LOG.warn("the head of {} is not known: {}", key, failure.getMessage());
                            return Future.succeededFuture(Result.refused(
                                    Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS)));
                        });
    }

    private static Refusal noEvent() {
        return Refusal.of(ErrorCode.NOT_FOUND, "the room has no such event");
    }

    private static Refusal refusal(RoomKey key, RoomState room) {
        Refusal closed = Rooms.openOr(key, room);
        if (closed != null) {
            return closed;
        }
        return room.durability() == Durability.EPHEMERAL
                ? Refusal.of(ErrorCode.UNSUPPORTED, "an ephemeral room keeps nothing")
                : null;
    }

    private static Refusal refusal(RoomTable table, RoomKey key, RoomState room, Actor by) {
        Refusal refusal = refusal(key, room);
        return refusal != null || Roles.of(table, by.claims(), key).may(Permission.PIN)
                ? refusal
                : Refusal.of(ErrorCode.FORBIDDEN, "your role was taken meanwhile");
    }

    private Future<Result<RoomState>> write(RoomState read, PinForm.Wanted wanted, Actor by) {
        RoomKey key = read.key();
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    Refusal refusal = refusal(table, key, room, by);
                    if (refusal == null && !room.epoch().equals(read.epoch())) {
                        refusal = Refusal.of(ErrorCode.ROOM_CLOSED, "the room was made anew");
                    }
                    if (refusal == null
                            && wanted.offset() > 0
                            && table.isDeleted(room, wanted.offset(), wanted.user())) {
                        refusal = noEvent();
                    }
                    if (refusal != null) {
                        return StateChange.<RoomState>refuse(refusal);
                    }
                    RoomState pinned = room.pinned(wanted.at(nowMs, by.user()));
                    return StateChange.write(
                            pinned,
                            StateChange.Write.put(
                                    by.act(
                                            "pin.set",
                                            key,
                                            wanted.offset() == 0 ? "" : Long.toString(wanted.offset()),
                                            ""),
                                    StateKeys.room(key),
                                    pinned));
                })
                .onSuccess(result -> {
                    if (!result.isRefused()) {
                        log.append(
                                result.value(),
                                EventType.PIN,
                                PinJson.of(result.value().pin()));
                    }
                });
    }

    /** Takes down what is pinned; where nothing is, nothing changes. */
    public Future<Result<RoomState>> remove(RoomKey key, Actor by) {
        boolean[] told = new boolean[1];
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    Refusal refusal = refusal(table, key, room, by);
                    if (refusal != null) {
                        return StateChange.<RoomState>refuse(refusal);
                    }
                    if (room.pin() == null) {
                        return StateChange.nothing(room);
                    }
                    told[0] = true;
                    RoomState bare = room.pinned(null);
                    return StateChange.write(
                            bare, StateChange.Write.put(by.act("pin.removed", key), StateKeys.room(key), bare));
                })
                .onSuccess(result -> {
                    if (told[0] && !result.isRefused()) {
                        log.append(result.value(), EventType.PIN, PinJson.lifted());
                    }
                });
    }
}
