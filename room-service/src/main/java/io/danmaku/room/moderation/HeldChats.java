package io.danmaku.room.moderation;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.HeldJson;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.HeldId;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.room.posting.PostForm;
import io.danmaku.room.posting.Posts;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
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
 * Answers chats that wait for a moderator. The first answer counts, and is written first ({@link HeldAnswer}); an approved chat is then put into
 * the room as a backend's event is, once ({@link Posts}), and the answer is written again with its place. Which chats wait is for the edges to
 * tell, out of the log. On the state context.
 */
public final class HeldChats {
    private static final Logger LOG = LoggerFactory.getLogger(HeldChats.class);
    private static final long RETRY_MS = 1_000;
    private static final long FULL_RETRY_MS = 60_000;
    /** Over all rooms: each opens readers of a log. */
    private static final int UNDER_WAY_MAX = 100;
    /** Kept of one room, each until its chat's time is over. */
    private static final int ANSWERS_MAX = 20_000;
    /** How much longer than the chat's time: edges' clocks may be behind. */
    private static final long KEPT_MS = 600_000;

    private final StateGroups groups;
    private final RoomLog log;
    private final Posts posts;
    private final Sweep<HeldAnswer> outdated;
    private int underWay;

    public HeldChats(StateGroups groups, RoomLog log, Posts posts) {
        this.groups = groups;
        this.log = log;
        this.posts = posts;
        outdated = new Sweep<>(
                groups, (table, nowMs, limit) -> table.events().answersOver(nowMs - KEPT_MS, limit), StateKeys::held);
    }

    /**
     * Approves or denies a held chat. The same answer again is the first one's; another one is {@code conflict}. One that is deleted, over or
     * no held chat is {@code not_found}; approving is refused while its sender is muted or banned. Never fails.
     */
    public Future<Result<HeldAnswer>> answer(RoomKey key, HeldId id, boolean approve, Actor by) {
        Result<RoomState> read = groups.read(key);
        Refusal refusal = read.isRefused() ? read.refusal() : refusal(key, read.value());
        if (refusal == null && underWay >= UNDER_WAY_MAX) {
            refusal = Refusal.retry(ErrorCode.BUSY, "too many held chats are answered at a time", RETRY_MS);
        }
        if (refusal != null) {
            return Future.succeededFuture(Result.refused(refusal));
        }
        underWay++;
        return found(read.value(), id)
                .compose(record -> answer(read.value(), id, record, approve, by))
                .otherwise(failure -> {
                    LOG.warn("a held chat of {} could not be read: {}", key, failure.getMessage());
                    return Result.refused(Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS));
                })
                .onComplete(done -> underWay--);
    }

    /** The record, or null; of what is answered for good it is not looked for. */
    private Future<RoomRecord> found(RoomState room, HeldId id) {
        HeldAnswer known = groups.table(room.key()).events().answer(room, id.offset());
        return known != null && known.settled() ? Future.succeededFuture() : log.read(room, id);
    }

    private static Refusal refusal(RoomKey key, RoomState room) {
        Refusal closed = Rooms.openOr(key, room);
        return closed == null && room.durability() == Durability.EPHEMERAL ? noChat() : closed;
    }

    private Future<Result<HeldAnswer>> answer(RoomState read, HeldId id, RoomRecord record, boolean approve, Actor by) {
        RoomKey key = read.key();
        return groups.change(key, (table, nowMs) -> {
                    RoomState room = table.room(key);
                    Refusal refusal = refusal(key, room);
                    if (refusal == null && !room.epoch().equals(read.epoch())) {
                        refusal = Refusal.of(ErrorCode.ROOM_CLOSED, "the room was made anew");
                    }
                    if (refusal == null && !Roles.of(table, by.claims(), key).may(Permission.REVIEW)) {
                        refusal = Refusal.of(ErrorCode.FORBIDDEN, "your role was taken meanwhile");
                    }
                    HeldAnswer known = refusal == null ? table.events().answer(room, id.offset()) : null;
                    if (known != null) {
                        return known.approved() == approve
                                ? StateChange.nothing(known)
                                : StateChange.<HeldAnswer>refuse(
                                        ErrorCode.CONFLICT,
                                        known.approved() ? "it was approved before" : "it was denied before");
                    }
                    refusal = refusal == null ? refusal(table, room, id, record, nowMs) : refusal;
                    refusal = refusal == null && approve ? sanction(table, room, record.user(), nowMs) : refusal;
                    if (refusal != null) {
                        return StateChange.<HeldAnswer>refuse(refusal);
                    }
                    HeldAnswer answer = new HeldAnswer(
                            key,
                            room.epoch(),
                            id.offset(),
                            approve,
                            by.user(),
                            nowMs,
                            record.held().untilMs(),
                            0,
                            0);
                    return StateChange.write(
                            answer,
                            StateChange.Write.put(
                                    by.act(
                                            approve ? "chat.approved" : "chat.denied",
                                            key,
                                            Long.toString(id.offset()),
                                            ""),
                                    StateKeys.held(answer),
                                    answer));
                })
                .compose(result -> result.isRefused() || result.value().settled()
                        ? Future.succeededFuture(result)
                        : append(result.value(), record));
    }

    /** Why there is nothing to answer, or no place for an answer; null when there is. */
    private static Refusal refusal(RoomTable table, RoomState room, HeldId id, RoomRecord record, long nowMs) {
        if (!waits(record, nowMs) || table.isDeleted(room, id.offset(), record.user())) {
            return noChat();
        }
        return table.events().answerCount(room.key()) < ANSWERS_MAX
                ? null
                : Refusal.retry(
                        ErrorCode.BUSY,
                        "a room keeps at most " + ANSWERS_MAX + " answers to held chats",
                        FULL_RETRY_MS);
    }

    /** Whether a record is a chat that waits for a moderator. */
    static boolean waits(RoomRecord record, long nowMs) {
        return record != null
                && record.type() == EventType.CHAT
                && record.held() != null
                && !record.shadowed()
                && !record.held().over(nowMs);
    }

    private static Refusal noChat() {
        return Refusal.of(ErrorCode.NOT_FOUND, "there is no such chat that waits");
    }

    /** Why nothing of a user may be told now, or null. */
    private Refusal sanction(RoomTable table, RoomState room, String user, long nowMs) {
        if (Roles.granted(table, room.key(), user).may(Permission.GOVERN)) {
            return null; // no sanction holds
        }
        if (holds(table, room, user, Sanction.Kind.SHADOW, nowMs)) {
            return noChat();
        }
        if (holds(table, room, user, Sanction.Kind.BAN, nowMs) || holds(table, room, user, Sanction.Kind.KICK, nowMs)) {
            return Refusal.of(ErrorCode.BANNED, "its sender is banned from this room");
        }
        return holds(table, room, user, Sanction.Kind.MUTE, nowMs)
                ? Refusal.of(ErrorCode.MUTED, "its sender is muted here")
                : null;
    }

    /** In the room, or in all rooms of its owner: what was spoken there may be some milliseconds old here. */
    private boolean holds(RoomTable table, RoomState room, String user, Sanction.Kind kind, long nowMs) {
        Sanction here = table.sanctions().find(room.key(), user, kind);
        if (here != null && here.holds(room, nowMs)) {
            return true;
        }
        if (room.owner().isEmpty()) {
            return false;
        }
        RoomKey owned = RoomKey.ownedBy(room.key().tenant(), room.owner());
        Sanction everywhere = groups.table(owned).sanctions().find(owned, user, kind);
        return everywhere != null && everywhere.holds(room, nowMs);
    }

    /** @param record the held chat: an answer that is not settled is never found without it */
    private Future<Result<HeldAnswer>> append(HeldAnswer answer, RoomRecord record) {
        byte[] event = record == null ? null : HeldJson.approved(record, answer.offset());
        if (event == null) {
            return Future.succeededFuture(Result.refused(noChat()));
        }
        // a backend's key has no space: nobody takes its place
        return posts.post(
                        answer.room(),
                        "held " + answer.offset(),
                        new PostForm.Wanted(EventType.CHAT, record.user(), null, "", event),
                        null)
                .compose(place -> place.isRefused()
                        ? Future.succeededFuture(Result.refused(place.refusal()))
                        : keep(answer.at(place.value().offset(), place.value().atMs())));
    }

    /** Writes down that it is done, and whatever becomes of that, done it is. */
    private Future<Result<HeldAnswer>> keep(HeldAnswer settled) {
        return groups.change(settled.room(), (table, nowMs) -> {
                    RoomState room = table.room(settled.room());
                    HeldAnswer known = room == null ? null : table.events().answer(room, settled.offset());
                    return known == null || known.settled() || !room.epoch().equals(settled.epoch())
                            ? StateChange.nothing(settled)
                            : StateChange.write(settled, StateChange.Write.note(StateKeys.held(settled), settled));
                })
                .map(kept -> Result.of(settled));
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }
}
