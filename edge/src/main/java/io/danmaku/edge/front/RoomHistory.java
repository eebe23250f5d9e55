package io.danmaku.edge.front;

import io.danmaku.edge.gate.SendGate;
import io.danmaku.edge.overload.Admission;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.edge.roomlog.HistoryPage;
import io.danmaku.edge.roomlog.HistoryRequest;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.edge.roomlog.OpenRooms;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.protocol.token.Tokens;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * {@code GET /api/rooms/{room}/events}: a room's history, page by page, for whoever may be in the room; and {@code …/held}: its chats that wait
 * for a moderator, for moderators and above. The edge answers it because it knows already what is deleted, repeated and hidden. On the event
 * loop of who asks.
 */
public final class RoomHistory {
    static final String PATH = "/api/rooms/:room/events";
    static final String HELD_PATH = "/api/rooms/:room/held";
    static final String DOCUMENT = "/openapi/edge.yaml";

    private static final int OK = 200;
    private static final long RETRY_MS = 1_000;
    /** How much this machine's clock and the broker's may differ, by which a log is read. */
    private static final long CLOCKS_MS = 60_000;

    private final Bearer bearer;
    private final RoomTable table;
    private final OpenRooms rooms;
    private final SendGate gate;
    private final Admission admission;
    private final TrustedProxies proxies;
    private final Semaphore reads;
    private volatile boolean draining;
    /** Users, with their tenant, who read now. No more than there are reads. */
    private final Set<String> readers = ConcurrentHashMap.newKeySet();

    /**
     * @param proxies who may say where a request comes from
     * @param readsMax requests that are carried out at a time
     */
    public RoomHistory(
            Tokens tokens,
            RoomTable table,
            OpenRooms rooms,
            SendGate gate,
            Admission admission,
            TrustedProxies proxies,
            int readsMax) {
        bearer = new Bearer(tokens, table);
        this.table = table;
        this.rooms = rooms;
        this.gate = gate;
        this.admission = admission;
        this.proxies = proxies;
        reads = new Semaphore(readsMax);
    }

    /** Takes no more requests: the edge stops. */
    public void drain() {
        draining = true;
    }

    void mount(Router router) {
        Buffer document = document();
        router.get(DOCUMENT)
                .handler(context -> context.response()
                        .putHeader("Content-Type", "application/yaml; charset=utf-8")
                        .end(document));
        router.get(PATH)
                .handler(bearer)
                .handler(Bearer.within(KeyScope.HISTORY))
                .handler(context -> read(context, false));
        router.get(HELD_PATH)
                .handler(bearer)
                .handler(Bearer.within(KeyScope.MODERATE))
                .handler(context -> read(context, true));
    }

    /** What is asked for of a room. */
    private record Asked(HistoryRequest wanted, boolean held) {}

    private void read(RoutingContext context, boolean held) {
        String id = context.pathParam("room");
        if (!Ids.isRoom(id)) {
            Problems.send(context, Refusal.of(ErrorCode.BAD_FIELD, "the room is 1..64 of A-Z a-z 0-9 _ -"));
            return;
        }
        HistoryQuery.Read query =
                held ? HistoryQuery.readHeld(context.queryParams()) : HistoryQuery.read(context.queryParams());
        if (query.refusal() != null) {
            Problems.send(context, query.refusal());
            return;
        }
        Claims claims = Bearer.claims(context);
        RoomKey key = new RoomKey(claims.tenant(), id);
        RoomState state = table.room(key);
        Asked asked = new Asked(query.request(), held);
        Refusal refusal = refusal(context, state, asked);
        refusal = refusal == null && draining ? Refusal.retry(ErrorCode.BUSY, "this edge stops", RETRY_MS) : refusal;
        refusal = refusal == null ? admission.join(() -> rooms.holds(key)) : refusal;
        if (refusal != null) {
            Problems.send(context, refusal);
            return;
        }
        // a backend may read many rooms at a time
        String reader = claims.admin() ? null : claims.tenant() + '/' + claims.user();
        if (reader != null && !readers.add(reader)) {
            busy(context, "one page at a time");
            return;
        }
        if (!reads.tryAcquire()) {
            end(reader);
            busy(context, "too many read history at a time");
            return;
        }
        Future.fromCompletionStage(page(state, asked), context.vertx().getOrCreateContext())
                .onComplete(read -> {
                    reads.release();
                    end(reader);
                    answer(context, key, asked, read.result(), read.cause());
                });
    }

    private void end(String reader) {
        if (reader != null) {
            readers.remove(reader);
        }
    }

    /** Why it is not answered, or null. */
    private Refusal refusal(RoutingContext context, RoomState room, Asked asked) {
        Claims claims = Bearer.claims(context);
        if (room == null) {
            return Refusal.of(ErrorCode.NO_SUCH_ROOM, "there is no such room");
        }
        if (!room.open() && room.end() != RoomState.End.ARCHIVED) {
            return Refusal.of(ErrorCode.ROOM_CLOSED, "the room is closed");
        }
        if (room.durability() == Durability.EPHEMERAL) {
            return Refusal.of(ErrorCode.UNSUPPORTED, "an ephemeral room has no history");
        }
        if (asked.held && !table.role(claims, room).may(Permission.REVIEW)) {
            return Refusal.of(ErrorCode.FORBIDDEN, "what is held is for moderators and above");
        }
        if (!asked.wanted.user().isEmpty()
                && !asked.wanted.user().equals(claims.user())
                && !table.role(claims, room).may(Permission.DELETE)) {
            return Refusal.of(ErrorCode.FORBIDDEN, "what somebody else wrote is looked for by moderators and above");
        }
        return gate.exclusion(claims, proxies.client(context.request()), room, System.currentTimeMillis());
    }

    /** A page, and the room's epoch. */
    private record Told(HistoryPage page, String epoch) {}

    private CompletableFuture<Told> page(RoomState state, Asked asked) {
        CompletableFuture<OpenRoom> opening = rooms.acquire(state, table.deletions(state.key(), state.epoch()));
        if (opening == null) {
            return CompletableFuture.failedFuture(
                    new RejectedExecutionException("the edge has as many rooms as it may"));
        }
        return opening.thenCompose(room -> page(room, state, asked)
                .thenApply(page -> new Told(page, room.stateEpoch()))
                .whenComplete((told, failure) -> rooms.release(room)));
    }

    private CompletableFuture<HistoryPage> page(OpenRoom room, RoomState state, Asked asked) {
        if (!asked.held) {
            return room.history(asked.wanted);
        }
        long nowMs = System.currentTimeMillis();
        long fromMs = nowMs - RoomPolicy.HELD_MINUTES_MAX * 60_000L - CLOCKS_MS;
        return room.held(asked.wanted.from(fromMs), new HeldFilter(table, state, nowMs));
    }

    private void answer(RoutingContext context, RoomKey key, Asked asked, Told told, Throwable failure) {
        // once more: what was decided while it was read
        Refusal refusal = refusal(context, table.room(key), asked);
        if (refusal != null) {
            Problems.send(context, refusal);
        } else if (failure == null) {
            context.response()
                    .setStatusCode(OK)
                    .putHeader("Content-Type", "application/json")
                    // what is deleted is served to nobody, from no cache either
                    .putHeader("Cache-Control", "no-store")
                    .end(json(key.room(), told, asked));
        } else if (cause(failure) instanceof RejectedExecutionException) {
            busy(context, "too much of the log is read at a time");
        } else {
            Problems.send(context, Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS));
        }
    }

    private static void busy(RoutingContext context, String message) {
        Problems.send(context, Refusal.retry(ErrorCode.BUSY, message, RETRY_MS));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static Buffer json(String room, Told told, Asked asked) {
        HistoryPage page = told.page;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ascii(
                out,
                "{\"room\":\"" + room + "\",\"epoch\":\"" + told.epoch
                        + (asked.held ? "\",\"held\":" : "\",\"events\":"));
        page.writeEvents(out);
        if (page.gapFrom() > 0 && !asked.held) {
            ascii(
                    out,
                    ",\"gap\":{\"from\":" + page.gapFrom() + ",\"to\":" + page.gapTo() + ",\"reason\":\"retention\"}");
        }
        ascii(out, ",\"more\":" + page.more());
        ascii(out, ",\"next\":{\"" + (asked.wanted.forward() ? "after" : "before") + "\":" + page.next() + "}}");
        return Buffer.buffer(out.toByteArray());
    }

    private static void ascii(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Buffer document() {
        try (InputStream in = RoomHistory.class.getResourceAsStream(DOCUMENT)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
