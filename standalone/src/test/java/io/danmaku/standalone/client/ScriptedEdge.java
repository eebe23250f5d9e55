package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** A twin of an edge on loopback that answers as a test says: for what a real edge does only when something breaks. */
final class ScriptedEdge implements AutoCloseable {
    /** The answer to a join of room 42. */
    static final String JOINED = "'ok':{'room':'42','epoch':'k3','head':10}";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final List<JsonNode> heard = new CopyOnWriteArrayList<>();
    private final List<Long> handshakesMs = new CopyOnWriteArrayList<>();

    /** Where a command came from, to answer more than once or to break the connection. */
    record Caller(ServerWebSocket socket) {
        void say(String text) {
            socket.writeTextMessage(text.replace('\'', '"')).onFailure(gone -> {});
        }

        void drop() {
            socket.close().onFailure(gone -> {});
        }

        void restart() {
            socket.close((short) 1012, "restart: connect again").onFailure(gone -> {});
        }
    }

    /** Waits for a client's answer. */
    static Answer get(CompletableFuture<Answer> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    /** @param script the {@code ok} or {@code error} member of the answer to a command, or null for none */
    ScriptedEdge(BiFunction<JsonNode, Caller, String> script) throws Exception {
        this("'ok':{'user':'7','session':'s'}", 0, 0, script);
    }

    /** @param authenticated the answer to {@code auth} */
    ScriptedEdge(String authenticated, BiFunction<JsonNode, Caller, String> script) throws Exception {
        this(authenticated, 0, 0, script);
    }

    /** The same, after it has refused so many handshakes with 503 and {@code Retry-After}. */
    ScriptedEdge(int refused, int retryAfterS, BiFunction<JsonNode, Caller, String> script) throws Exception {
        this("'ok':{'user':'7','session':'s'}", refused, retryAfterS, script);
    }

    private ScriptedEdge(
            String authenticated, int refused, int retryAfterS, BiFunction<JsonNode, Caller, String> script)
            throws Exception {
        server = vertx.createHttpServer(
                        new io.vertx.core.http.HttpServerOptions().setWebSocketSubProtocols(List.of("danmaku.v1.json")))
                .requestHandler(request -> {
                    handshakesMs.add(System.nanoTime() / 1_000_000);
                    if (handshakesMs.size() <= refused) {
                        request.response()
                                .setStatusCode(503)
                                .putHeader("Retry-After", Integer.toString(retryAfterS))
                                .end();
                    } else {
                        request.toWebSocket().onSuccess(socket -> serve(socket, authenticated, script));
                    }
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private void serve(ServerWebSocket socket, String authenticated, BiFunction<JsonNode, Caller, String> script) {
        Caller caller = new Caller(socket);
        socket.textMessageHandler(text -> {
            JsonNode command = read(text);
            heard.add(command);
            String answer = "auth".equals(command.path("op").asText()) ? authenticated : script.apply(command, caller);
            if (answer != null) {
                caller.say("{'re':" + command.get("id") + "," + answer + "}");
            }
        });
    }

    /** When each handshake came, on the monotonic clock. */
    List<Long> handshakesMs() {
        return handshakesMs;
    }

    URI uri() {
        return URI.create("ws://127.0.0.1:" + server.actualPort() + "/ws");
    }

    /** All commands of a kind so far. */
    List<JsonNode> heard(String op) {
        return heard.stream().filter(c -> op.equals(c.path("op").asText())).toList();
    }

    static ObjectNode json(String text) {
        return (ObjectNode) read(text.replace('\'', '"'));
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        CompletableFuture<Void> closed = vertx.close().toCompletionStage().toCompletableFuture();
        closed.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
