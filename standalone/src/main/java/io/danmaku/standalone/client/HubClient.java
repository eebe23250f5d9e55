package io.danmaku.standalone.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One user's connection to the hub: connects by itself to any of its edges, joins its rooms again where it left off, and
 * sends again what was not answered. Every batch goes through its room's {@link Coverage}. Methods may be called from any
 * thread; futures complete on the client's event loop and never exceptionally: what went wrong is an {@link Answer}.
 */
public final class HubClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long TICK_MS = 100;
    private static final long REJOIN_MS_MIN = 100;
    /** A push without events is short: only those are read by clients that do not watch. */
    private static final int SHORT_CHARS = 400;

    private record Request(Consumer<Answer> taker, long deadlineMs) {}

    private final ClientOptions options;
    private final HubListener listener;
    private final Vertx vertx;
    private final Link link;
    private final Outbox outbox;
    private final CompletableFuture<Answer> connected = new CompletableFuture<>();
    private final Map<Long, Request> requests = new HashMap<>();
    private final Rooms rooms;
    private final DirectInbox inbox;
    private final CompletableFuture<Context> context = new CompletableFuture<>();
    private long lastId;
    private long heardMs;
    private long pingedMs;
    private long ticker;
    private boolean ready;
    /** Why the client has ended, or null. */
    private String ended;

    HubClient(Vertx vertx, WebSocketClient sockets, ClientOptions options, HubListener listener) {
        this.vertx = vertx;
        this.options = options;
        this.listener = listener;
        outbox = new Outbox(options.commandTimeoutMs());
        rooms = new Rooms(listener, outbox, options.watching());
        inbox = new DirectInbox(options.directPosition(), listener);
        link = new Link(vertx, sockets, options, new Link.Owner() {
            @Override
            public void opened(URI edge) {
                authenticate(edge);
            }

            @Override
            public void said(String text) {
                take(text);
            }

            @Override
            public void lost(URI edge, String why) {
                disconnect(why);
                listener.disconnected(edge, why);
            }

            @Override
            public void ended(String why) {
                finish(why);
            }
        });
    }

    void start(Context loop) {
        context.complete(loop);
        link.open();
        // all clients at the same moments: timers that are scattered keep a loop awake all the time
        ticker = vertx.setPeriodic(TICK_MS - nowMs() % TICK_MS, TICK_MS, timer -> tick());
    }

    private void onLoop(Runnable work) {
        context.thenAccept(loop -> loop.runOnContext(v -> work.run()));
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    /** The answer to the first {@code auth}. */
    public CompletableFuture<Answer> connected() {
        return connected;
    }

    /** Joins where the room stands now. */
    public CompletableFuture<Answer> join(String room) {
        return join(room, CommandForms.join(room));
    }

    /**
     * Joins after an offset.
     *
     * @param since last offset that is known; 0 = all that is kept
     * @param epoch the room's epoch of that offset, or null
     */
    public CompletableFuture<Answer> joinSince(String room, long since, String epoch) {
        ObjectNode join = CommandForms.join(room).put("since", since);
        return join(room, epoch == null ? join : join.put("epoch", epoch));
    }

    /** Joins with the newest so many offsets. */
    public CompletableFuture<Answer> joinLast(String room, int last) {
        return join(room, CommandForms.join(room).put("last", last));
    }

    private CompletableFuture<Answer> join(String room, ObjectNode join) {
        RoomWatch watch = new RoomWatch(room, join, options.watching());
        onLoop(() -> {
            if (ended != null) {
                watch.first.complete(Answer.refused("disconnected", ended, false));
            } else if (!rooms.add(watch)) {
                watch.first.complete(Answer.refused("already_joined", "this client watches " + room, false));
            } else {
                tick();
            }
        });
        return watch.first;
    }

    public CompletableFuture<Answer> leave(String room) {
        CompletableFuture<Answer> done = new CompletableFuture<>();
        onLoop(() -> {
            rooms.leaving(room);
            ask(CommandForms.leave(room), answer -> {
                rooms.left(room);
                done.complete(answer);
            });
        });
        return done;
    }

    /** Sends an event into a joined room; sent again with its cid until there is a result or its time is over. */
    public CompletableFuture<Answer> send(String room, String type, String cid, ObjectNode detail) {
        return enqueue(room, CommandForms.send(room, type, cid, detail), options.resendMs());
    }

    public CompletableFuture<Answer> chat(String room, String cid, String text) {
        return send(room, "chat", cid, JSON.createObjectNode().put("text", text));
    }

    /** Sends a direct message; sent again with its cid until there is a result or its time is over. */
    public CompletableFuture<Answer> dmSend(String to, String cid, String body) {
        return enqueue(null, CommandForms.dmSend(to, cid, body), options.directResendMs());
    }

    private CompletableFuture<Answer> enqueue(String room, ObjectNode command, long boundMs) {
        Outbox.Entry entry = new Outbox.Entry(room, command, nowMs(), boundMs);
        onLoop(() -> {
            if (ended != null) {
                // nobody would ask, nor see its time go by
                entry.done.complete(Answer.refused("disconnected", ended, false));
            } else if (outbox.add(entry)) {
                outbox.ask(entry, nowMs(), this::write);
            } else {
                entry.done.complete(Answer.refused("busy", Outbox.WAITING_MAX + " sends wait already", false));
            }
        });
        return entry.done;
    }

    /** @param before offset below which to read, 0 = from the head */
    public CompletableFuture<Answer> history(String room, long before, int limit) {
        return request(CommandForms.history(room, before, limit));
    }

    public CompletableFuture<Answer> dmRead(String peer, long seq) {
        return request(CommandForms.dmRead(peer, seq));
    }

    /** @param before number below which to read, 0 = from the newest */
    public CompletableFuture<Answer> dmHistory(String peer, long before, int limit) {
        return request(CommandForms.dmHistory(peer, before, limit));
    }

    /** @param cursor as an earlier answer gave it, or null for the newest */
    public CompletableFuture<Answer> dmContacts(String cursor, int limit) {
        return request(CommandForms.dmContacts(cursor, limit));
    }

    /** @param position as an earlier answer gave it, or null for the beginning */
    public CompletableFuture<Answer> dmSync(String position, int limit) {
        return request(CommandForms.dmSync(position, limit));
    }

    /** Sends any command once; its {@code id} is filled in. Local codes: {@code disconnected}, {@code timeout}. */
    public CompletableFuture<Answer> request(ObjectNode command) {
        CompletableFuture<Answer> done = new CompletableFuture<>();
        onLoop(() -> ask(command, done::complete));
        return done;
    }

    /** Sends a text as it is. */
    public void sendRaw(String text) {
        onLoop(() -> link.write(text));
    }

    /** Drops the connection as a tunnel would, and comes back at the edge with this place in the list. */
    public void cut(int nextEdge) {
        onLoop(() -> link.cutTo(nextEdge));
    }

    /** Stops or goes on reading the socket. */
    public void reading(boolean on) {
        onLoop(() -> {
            heardMs = nowMs();
            link.reading(on);
        });
    }

    /** Sends without a result yet. */
    public CompletableFuture<Integer> unanswered() {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        onLoop(() -> count.complete(outbox.size()));
        return count;
    }

    @Override
    public void close() {
        onLoop(() -> link.end("closed"));
    }

    // ---- event loop only from here

    private void authenticate(URI edge) {
        heardMs = nowMs();
        pingedMs = heardMs;
        ask(CommandForms.auth(options.token().get()), answer -> {
            if (answer.undecided() || "timeout".equals(answer.code())) {
                link.cut("auth: " + answer.code(), answer.retryMs());
                return;
            }
            if ("disconnected".equals(answer.code())) {
                return;
            }
            if (!answer.acknowledged()) {
                connected.complete(answer);
                link.end(answer.code() + ": " + answer.message());
                return;
            }
            ready = true;
            link.comeback().settled();
            link.comeback().window(answer.ok().path("reconnect"));
            connected.complete(answer);
            listener.connected(edge, answer.ok());
            tick();
        });
    }

    private void ask(ObjectNode command, Consumer<Answer> taker) {
        long id = ++lastId;
        if (link.write(command.put("id", id).toString())) {
            requests.put(id, new Request(taker, nowMs() + options.commandTimeoutMs()));
        } else {
            taker.accept(Answer.refused("disconnected", "there is no connection", false));
        }
    }

    private boolean write(Outbox.Entry entry) {
        if (!ready || !(entry.room == null || !rooms.isJoining(entry.room))) {
            return false;
        }
        long id = ++lastId;
        if (!link.write(entry.command.put("id", id).toString())) {
            return false;
        }
        entry.ids.add(id);
        // an answer that comes after the next try still counts: no deadline of its own
        requests.put(id, new Request(answer -> answered(entry, answer), Long.MAX_VALUE));
        return true;
    }

    private void answered(Outbox.Entry entry, Answer answer) {
        boolean joining = entry.room != null && rooms.isJoining(entry.room);
        if (outbox.answered(entry, answer, joining, nowMs())) {
            entry.ids.forEach(requests::remove);
        }
    }

    private void tick() {
        long now = nowMs();
        requests.values().stream().filter(r -> r.deadlineMs <= now).toList().forEach(late -> {
            requests.values().remove(late);
            late.taker.accept(
                    Answer.refused("timeout", "no answer within " + options.commandTimeoutMs() + " ms", true));
        });
        if (ready) {
            rooms.due(now).forEach(this::join);
            heartbeat(now);
            inbox.tick(now, this::ask);
        }
        outbox.tick(now, this::write).forEach(over -> over.ids.forEach(requests::remove));
    }

    private void heartbeat(long now) {
        if (!link.isReading() || now - pingedMs < options.pingIntervalMs()) {
            return;
        }
        if (heardMs < pingedMs) {
            link.cut("no answer to a ping");
            return;
        }
        pingedMs = now;
        ask(CommandForms.ping(), inbox::pong);
    }

    private void join(RoomWatch watch) {
        watch.state = RoomWatch.State.JOINING;
        ObjectNode join = watch.join();
        ask(join, answer -> {
            if (watch.state != RoomWatch.State.JOINING) {
                return;
            }
            if (answer.acknowledged()) {
                rooms.joined(watch, watch.joined(join, answer.ok()), answer);
                tick();
            } else if (answer.undecided()
                    // who is banned for a while is told so, and does not wait at the door
                    || (answer.retryMs() > 0 && !"banned".equals(answer.code()))
                    || "disconnected".equals(answer.code())
                    || "timeout".equals(answer.code())) {
                watch.again(nowMs() + Math.max(REJOIN_MS_MIN, answer.retryMs()), answer);
            } else if (watch.unsure && "already_joined".equals(answer.code())) {
                // by the join that was not answered in time: where its frames begin nobody has said
                watch.begunAnew();
                link.cut("a join was answered too late", 0);
            } else {
                rooms.end(watch, answer.code(), answer.message());
                watch.first.complete(answer);
            }
        });
    }

    private void take(String text) {
        heardMs = nowMs();
        if (!options.watching() && text.length() > SHORT_CHARS && text.startsWith("{\"room\":")) {
            return;
        }
        JsonNode said;
        try {
            said = JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            listener.violated("", "said what is not JSON: " + notJson.getOriginalMessage());
            return;
        }
        if (said.has("re")) {
            Request request = requests.remove(said.get("re").asLong(-1));
            if (request != null) {
                request.taker.accept(Answer.of(said));
            } else if (!said.get("re").isIntegralNumber()) {
                listener.error(Answer.of(said));
            }
        } else if (said.has("room")) {
            rooms.take(said);
        } else if (said.has("reconnect")) {
            link.comeback().window(said.get("reconnect"));
        } else if (said.has("bye")) {
            link.comeback().bye(said.get("bye"));
        } else {
            inbox.take(said, heardMs);
        }
    }

    private void disconnect(String why) {
        ready = false;
        outbox.lost();
        inbox.lost();
        rooms.lost();
        Map<Long, Request> lost = new HashMap<>(requests);
        requests.clear();
        lost.values().stream()
                .filter(r -> r.deadlineMs < Long.MAX_VALUE)
                .forEach(r -> r.taker.accept(Answer.refused("disconnected", why, true)));
    }

    private void finish(String why) {
        ended = why;
        vertx.cancelTimer(ticker);
        disconnect(why);
        outbox.end(null, "disconnected", why);
        rooms.endAll(why);
        connected.complete(Answer.refused("disconnected", why, false));
        listener.ended(why);
    }
}
