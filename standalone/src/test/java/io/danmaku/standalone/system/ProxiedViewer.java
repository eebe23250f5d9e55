package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.hub.Eventually;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A viewer behind a proxy: a socket, and all that was ever said on it. */
final class ProxiedViewer implements AutoCloseable {
    private static final Duration JOINED_MAX = Duration.ofSeconds(30);
    private static final AtomicInteger IDS = new AtomicInteger();

    private final RawSocket socket;
    private final List<JsonNode> told = new ArrayList<>();

    ProxiedViewer(URI edge, String address, String token) throws IOException {
        socket = RawSocket.forwardedFor(edge, address);
        assertTrue(ask("\"op\":\"auth\",\"token\":\"" + token + "\"").has("ok"));
    }

    /** @param command without its id and its braces */
    JsonNode ask(String command) throws IOException {
        int id = IDS.incrementAndGet();
        socket.text("{\"id\":" + id + "," + command + "}");
        JsonNode frame = hear();
        while (frame.path("re").asInt() != id) {
            frame = hear();
        }
        return frame;
    }

    private JsonNode hear() throws IOException {
        JsonNode frame = socket.read().json();
        told.add(frame);
        return frame;
    }

    /** {@code ok}, or the code of the refusal. */
    private static String outcome(JsonNode answer) {
        return answer.has("ok") ? "ok" : answer.at("/error/code").asText();
    }

    String join(String room) throws IOException {
        return outcome(ask("\"op\":\"join\",\"room\":\"" + room + "\""));
    }

    /** Joins, with patience for a room that was created just now. */
    ProxiedViewer in(String room) {
        Eventually.await(JOINED_MAX, "joins " + room, () -> {
            String outcome = join(room);
            assertTrue(List.of("ok", "no_such_room").contains(outcome), outcome);
            return outcome.equals("ok");
        });
        return this;
    }

    String chat(String room) throws IOException {
        return outcome(say(room));
    }

    /** The answer to a chat. */
    JsonNode say(String room) throws IOException {
        return ask("\"op\":\"send\",\"room\":\"" + room + "\",\"t\":\"chat\",\"cid\":\"c" + IDS.incrementAndGet()
                + "\",\"d\":{\"text\":\"hi\"}");
    }

    void awaitPutOut(String room) throws IOException {
        while (!isPutOut(room)) {
            hear();
        }
    }

    boolean isPutOut(String room) {
        return told.stream()
                .anyMatch(frame -> frame.path("room").asText().equals(room)
                        && frame.path("left").asText().equals("banned"));
    }

    List<JsonNode> events(String type) {
        List<JsonNode> found = new ArrayList<>();
        told.forEach(frame -> frame.path("events").forEach(event -> {
            if (event.path("t").asText().equals(type)) {
                found.add(event.path("d"));
            }
        }));
        return found;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
