package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnFaults;
import io.danmaku.standalone.hub.SpoiltJson;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Commands of direct messages that are not of their form, each made of the AsyncAPI document's own examples: refused with a code that says so, the
 * connection stays, and nothing is a fault of the hub.
 */
final class DirectBadCommandsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int MIXED = 1_500;
    /** The documented bound of a message. */
    private static final int FRAME_BYTES_MAX = 65_536;

    /** What says that a command is not of its form. */
    private static final Set<String> NOT_OF_ITS_FORM =
            Set.of("bad_json", "bad_command", "unknown_command", "bad_field", "too_long", "unsupported");

    /** What a command that is of its form, or happens to be, can hear besides. */
    private static final Set<String> FOR_WHAT_IS_THERE =
            Set.of("not_found", "forbidden", "blocked", "unanswered", "too_late", "conflict", "text_refused");

    private static final Set<String> AGAIN = Set.of("rate_limited", "busy", "unavailable", "pending");

    private final TestHub hub = TestHub.get();
    private final OwnFaults faults = OwnFaults.since(hub);
    private RawSocket socket;

    /** A command of the document: what it looks like, and how the document wants it. */
    private record Described(String name, SpoiltJson spoilt) {}

    @BeforeEach
    void connect() throws IOException {
        socket = new RawSocket(hub.edge(1));
        String tenant = "bad-commands-" + Long.toString(System.nanoTime(), 36);
        long until = System.currentTimeMillis() + 3_600_000;
        // with the rates of a backend
        String token = hub.token(new Claims("mallory", "mallory", tenant, Map.of(), true, until));
        socket.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + token + "\"}");
        assertTrue(socket.reply().has("ok"));
    }

    @AfterEach
    void theConnectionStaysAndNothingIsAFaultOfTheHub() throws IOException {
        try (RawSocket closed = socket) {
            closed.text("{\"op\":\"dm.history\",\"id\":4711,\"peer\":\"8\"}");
            JsonNode history = closed.reply();
            assertTrue(history.has("ok"), history::toString);
            assertEquals(4711, history.get("re").asInt());
        }
        faults.assertNone();
    }

    private static List<Described> commands() throws IOException {
        JsonNode document =
                new YAMLMapper().readTree(Path.of("..", "docs", "asyncapi.yaml").toFile());
        List<Described> found = new ArrayList<>();
        for (JsonNode message : document.at("/components/messages")) {
            String name = message.at("/payload/properties/op/const").asText();
            if (name.startsWith("dm.")) {
                ObjectNode sound = (ObjectNode) message.at("/examples/0/payload");
                found.add(new Described(name, new SpoiltJson(document, message.get("payload"), sound)));
            }
        }
        assertTrue(found.size() > 18, found::toString);
        return found;
    }

    /** The reply, asked again where the moment was a bad one. */
    private JsonNode say(String text) {
        JsonNode[] reply = new JsonNode[1];
        Eventually.await(SOON, "it is not too fast", () -> {
            socket.text(text);
            reply[0] = socket.reply();
            return !AGAIN.contains(code(reply[0]));
        });
        return reply[0];
    }

    private static String code(JsonNode reply) {
        return reply.path("error").path("code").asText();
    }

    private void check(String name, SpoiltJson.Spoilt spoilt) {
        JsonNode reply = say(spoilt.text());
        String shown = spoilt.text().length() > 500 ? spoilt.text().substring(0, 500) + " …" : spoilt.text();
        if (reply.has("ok")) {
            assertFalse(spoilt.refused(), () -> name + " was taken: " + shown);
            return;
        }
        boolean documented =
                NOT_OF_ITS_FORM.contains(code(reply)) || (!spoilt.refused() && FOR_WHAT_IS_THERE.contains(code(reply)));
        assertTrue(documented, () -> name + ": " + shown + " got " + reply);
        assertFalse(reply.at("/error/message").asText().isBlank(), reply::toString);
    }

    @Test
    void whateverIsWrongInOneFieldIsRefused() throws IOException {
        for (Described command : commands()) {
            List<SpoiltJson.Spoilt> all = command.spoilt.all();
            assertTrue(all.stream().filter(SpoiltJson.Spoilt::refused).count() > 50, command.name);
            all.forEach(spoilt -> check(command.name, spoilt));
        }
    }

    @Test
    void whateverIsWrongInSeveralFieldsIsRefused() throws IOException {
        long seed = System.nanoTime();
        System.out.println("DirectBadCommandsIT: seed " + seed);
        Random random = new Random(seed);
        List<Described> commands = commands();
        for (int i = 0; i < MIXED; i++) {
            Described command = commands.get(random.nextInt(commands.size()));
            SpoiltJson.Spoilt spoilt = command.spoilt.any(random);
            // one with several long fields is refused before it is read, and the connection closed
            if (spoilt.text().getBytes(StandardCharsets.UTF_8).length <= FRAME_BYTES_MAX) {
                check("seed " + seed + ", " + command.name, spoilt);
            }
        }
    }
}
