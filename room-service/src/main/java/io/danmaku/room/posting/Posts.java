package io.danmaku.room.posting;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Posted;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomBounds;
import io.danmaku.room.room.RoomLog;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.room.Sweep;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a backend's events into rooms, each once. That it is about to be appended is written first ({@link Posted}), and only then the event. So
 * of a request whose key is known the event is looked for in the log, around that time: there it is, or it never came, and that is written anew
 * and it goes now. Should the first one be on its way still, both have the same user and cid, and whoever reads the log takes the later for a
 * repeat. On the state context.
 */
public final class Posts {
    private static final Logger LOG = LoggerFactory.getLogger(Posts.class);
    private static final long RETRY_MS = 1_000;
    /** An append that has not begun so long after it was decided is not begun: it would be looked for elsewhere in the log. */
    private static final long APPEND_WITHIN_NS = TimeUnit.SECONDS.toNanos(30);

    /** No time of any request. */
    private static final long UNKNOWN = -1;

    private static final long FULL_RETRY_MS = 60_000;
    /** Over all rooms: so few that decisions find a place among them in their group's queue, and that few readers of logs are open. */
    private static final int UNDER_WAY_MAX = 100;

    private final StateGroups groups;
    private final RoomLog log;
    private final RoomBounds bounds;
    private final Sweep<Posted> outdated;
    /** By key and digest: who asks again while it is under way waits for the same outcome. */
    private final Map<String, Future<Result<RoomLog.Place>>> underWay = new HashMap<>();

    /**
     * What the state topic says of a request.
     *
     * @param room as it was then
     * @param now whether it was written just now, so that the event is to be appended
     */
    private record Asked(RoomState room, Posted posted, boolean now) {}

    public Posts(StateGroups groups, RoomLog log, RoomBounds bounds) {
        this.groups = groups;
        this.log = log;
        this.bounds = bounds;
        outdated = new Sweep<>(
                groups,
                (table, nowMs, limit) -> table.events().postedBefore(nowMs - bounds.postedKeptMs(), limit),
                StateKeys::posted);
    }

    /**
     * Puts an event into a room's log, or finds the one that was put there for this key.
     *
     * @param by null = the act that it comes of is written already
     * @return its place; {@code conflict} when the key was used for another event. Never fails
     */
    public Future<Result<RoomLog.Place>> post(RoomKey room, String key, PostForm.Wanted event, Actor by) {
        String request = StateKeys.posted(room, key) + " " + event.digest();
        Future<Result<RoomLog.Place>> known = underWay.get(request);
        if (known != null) {
            return known;
        }
        if (underWay.size() >= UNDER_WAY_MAX) {
            return Future.succeededFuture(Result.refused(
                    Refusal.retry(ErrorCode.BUSY, "too many events of backends are on their way", RETRY_MS)));
        }
        Future<Result<RoomLog.Place>> posting = attempt(room, key, event, by, UNKNOWN)
                .onSuccess(result -> {
                    if (!result.isRefused()) {
                        keep(room, key, result.value());
                    }
                })
                .otherwise(failure -> {
                    LOG.warn("what became of an event in {} is not known: {}", room, failure.getMessage());
                    return Result.refused(pending());
                });
        if (!posting.isComplete()) {
            underWay.put(request, posting);
            posting.onComplete(done -> underWay.remove(request));
        }
        return posting;
    }

    /** @param lookedForMs the time of a request around which the event was looked for and not found */
    private Future<Result<RoomLog.Place>> attempt(
            RoomKey room, String key, PostForm.Wanted event, Actor by, long lookedForMs) {
        // no client can send a space in its cid: nobody takes an event's place by guessing its key
        String cid = " " + key;
        long deadlineNs = System.nanoTime() + APPEND_WITHIN_NS;
        return ask(room, key, event, by, lookedForMs).compose(result -> {
            if (result.isRefused()) {
                boolean open = result.refusal().code() == ErrorCode.PENDING;
                return Future.succeededFuture(Result.refused(open ? pending() : result.refusal()));
            }
            Asked asked = result.value();
            long atMs = asked.posted().atMs();
            if (asked.posted().offset() > 0) {
                return Future.succeededFuture(Result.of(new RoomLog.Place(
                        asked.posted().offset(), asked.posted().placedAtMs())));
            }
            if (!asked.now()) {
                return log.find(asked.room(), atMs, event.user(), cid)
                        .compose(found -> found.isPresent()
                                ? Future.succeededFuture(Result.of(found.get()))
                                : attempt(room, key, event, by, atMs));
            }
            Future<Result<RoomLog.Place>> posted =
                    log.post(asked.room(), event.record(asked.room().policy(), cid), deadlineNs);
            // of a second one the first may have come meanwhile, and then that is the one that counts
            return lookedForMs == UNKNOWN
                    ? posted
                    : posted.compose(place -> place.isRefused()
                            ? Future.succeededFuture(place)
                            : log.find(asked.room(), atMs, event.user(), cid)
                                    .map(first -> first.map(Result::of).orElse(place)));
        });
    }

    private Future<Result<Asked>> ask(
            RoomKey key, String idempotencyKey, PostForm.Wanted event, Actor by, long lookedForMs) {
        return groups.change(key, (table, nowMs) -> {
            RoomState room = table.room(key);
            Posted known = room == null ? null : table.events().posted(room, idempotencyKey);
            if (known != null && !known.digest().equals(event.digest())) {
                return StateChange.refuse(ErrorCode.CONFLICT, "the idempotency key was used for another event");
            }
            if (known != null && known.atMs() != lookedForMs) {
                // also of a room that was closed meanwhile
                return StateChange.nothing(new Asked(room, known, false));
            }
            Refusal refusal = refusal(key, room);
            refusal = refusal == null ? event.refusal(room.policy()) : refusal;
            if (refusal != null) {
                return StateChange.<Asked>refuse(refusal);
            }
            if (known == null && table.events().postedCount(key) >= bounds.postedPerRoomMax()) {
                return StateChange.refuse(Refusal.retry(
                        ErrorCode.BUSY,
                        "a room keeps at most " + bounds.postedPerRoomMax() + " idempotency keys",
                        FULL_RETRY_MS));
            }
            // another time than before, or a third one could not tell that the second has asked
            long atMs = known == null ? nowMs : Math.max(nowMs, known.atMs() + 1);
            Posted posted = new Posted(key, room.epoch(), idempotencyKey, event.digest(), atMs, 0, 0);
            String stateKey = StateKeys.posted(posted);
            return StateChange.write(
                    new Asked(room, posted, true),
                    by == null
                            ? StateChange.Write.note(stateKey, posted)
                            : StateChange.Write.put(by.act("event.posted", key, idempotencyKey, ""), stateKey, posted));
        });
    }

    /** Writes down where an event stands: whoever asks again needs no log, which may have been trimmed by then. Nobody waits for it. */
    private void keep(RoomKey key, String idempotencyKey, RoomLog.Place place) {
        groups.change(key, (table, nowMs) -> {
            RoomState room = table.room(key);
            Posted known = room == null ? null : table.events().posted(room, idempotencyKey);
            if (known == null || known.offset() > 0) {
                return StateChange.nothing(known);
            }
            Posted placed = known.at(place.offset(), place.atMs());
            return StateChange.write(placed, StateChange.Write.note(StateKeys.posted(placed), placed));
        });
    }

    private static Refusal refusal(RoomKey key, RoomState room) {
        Refusal closed = Rooms.openOr(key, room);
        if (closed != null) {
            return closed;
        }
        return room.durability() == Durability.EPHEMERAL
                ? Refusal.of(ErrorCode.UNSUPPORTED, "an ephemeral room takes no events of a backend")
                : null;
    }

    private static Refusal pending() {
        return Refusal.retry(ErrorCode.PENDING, "the outcome is unknown: ask again with the same key", RETRY_MS);
    }

    /** Forgets keys that were kept for long enough. */
    public void sweep() {
        outdated.run();
    }
}
