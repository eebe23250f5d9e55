package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every operation of the rooms' HTTP APIs, as their documents list them, asked for by those who have no business there; by another user in
 * each test, because one may not ask that often.
 */
final class StrangersIT {
    private static final String OWNER = "7";
    private static final String ELSEWHERE = "elsewhere";

    /** What everybody with a token of the tenant may. */
    private static final Set<String> FOR_ALL =
            Set.of("listRooms", "readRoom", "readPresence", "readEvents", "document", "health", "readiness", "metrics");

    /** Bodies in good order: nobody is refused for his body. */
    private static final Map<String, Map<String, ?>> BODIES = Map.ofEntries(
            Map.entry("createRoom", Map.of("title", "taken")),
            Map.entry("changeRoom", Map.of("title", "taken")),
            Map.entry("pin", Map.of("text", "taken")),
            Map.entry("raiseRaid", Map.of("step", "slow")),
            Map.entry("sanction", Map.of("user", "9", "kind", "ban")),
            Map.entry("sanctionForOwner", Map.of("user", "9", "kind", "ban")),
            Map.entry("giveRole", Map.of("role", "moderator")),
            Map.entry("postEvent", Map.of("t", "announce", "d", Map.of("text", "taken"))),
            Map.entry("answerHeld", Map.of("approve", true)),
            Map.entry("putCheck", Map.of("url", "http://127.0.0.1:1/", "secret", "sixteen-and-more!")),
            Map.entry("putRoomWords", Map.of("action", "mask", "terms", List.of("zzzz"))),
            Map.entry("putTenantWords", Map.of("action", "mask", "terms", List.of("zzzz"))),
            Map.entry("makeKey", Map.of("name", "taken", "scopes", List.of("moderate"))),
            Map.entry(
                    "putWebhook",
                    Map.of("url", "http://127.0.0.1:1/", "secret", "sixteen-and-more!", "events", List.of("live"))));

    private static TestHub hub;
    private static HubApi api;
    private static List<Operation> operations;

    /** @param path with its parameters in braces */
    private record Operation(String id, String method, String path) {
        boolean isOfRoom() {
            return path.startsWith("/api/rooms/");
        }

        String in(String room) {
            return path.replace("{room}", room)
                    .replace("{user}", OWNER)
                    .replace("{offset}", "1")
                    .replace("{stream}", "1")
                    .replace("{id}", id.equals("answerHeld") ? "1302-1764000000000" : "1")
                    .replace("{name}", "mine");
        }
    }

    @BeforeAll
    static void start() throws IOException {
        hub = TestHub.get();
        api = new HubApi(hub);
        operations = Stream.concat(
                        documented(hub.roomService().resolve("/openapi/room-service.yaml")).stream(),
                        documented(hub.edge(1).resolve("/openapi/edge.yaml")).stream())
                .filter(operation -> operation.path.startsWith("/api/"))
                .toList();
        assertTrue(operations.size() > 45, operations::toString);
    }

    private static List<Operation> documented(URI document) throws IOException {
        List<Operation> found = new ArrayList<>();
        JsonNode paths;
        try (InputStream in = document.toURL().openStream()) {
            paths = new YAMLMapper().readTree(in).path("paths");
        }
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (operation.getValue().has("operationId")) {
                    found.add(new Operation(
                            operation.getValue().path("operationId").asText(),
                            operation.getKey().toUpperCase(Locale.ROOT),
                            path.getKey()));
                }
            }
        }
        return found;
    }

    private static String token(String tenant, String user, Map<String, Role> rooms, boolean admin) {
        return hub.token(new Claims(user, user, tenant, rooms, admin, System.currentTimeMillis() + 3_600_000));
    }

    private static HubApi.Reply ask(Operation operation, String room, String token) {
        return api.ask(
                hub.edge(2),
                operation.method,
                operation.in(room),
                token,
                BODIES.get(operation.id),
                operation.id.equals("postEvent") ? Map.of("Idempotency-Key", "taken") : Map.of());
    }

    /** A room of {@link #OWNER} with something to take in it. */
    private static String room() {
        String room = "strangers-" + Long.toString(System.nanoTime(), 36);
        assertEquals(201, api.createRoomOf(OWNER, room).status());
        assertEquals(201, api.sanction(room, "8", "mute").status());
        return room;
    }

    private static List<JsonNode> state(String room) {
        String path = "/api/rooms/" + room;
        return Stream.of("", "/sanctions", "/roles", "/words", "/events", "/raid")
                .map(part -> api.get(path + part, hub.adminToken()).body())
                .toList();
    }

    /** Asks for all operations that {@code which} names, checks the answers, and that nothing came of it. */
    private static void assertAllRefused(
            String token, Set<String> but, int status, String code, Function<Operation, Boolean> which) {
        String room = room();
        List<JsonNode> before = state(room);
        assertAll(operations.stream()
                .filter(operation -> which.apply(operation) && !but.contains(operation.id))
                .map(operation -> () -> {
                    HubApi.Reply reply = ask(operation, room, token);
                    assertEquals(
                            status + " " + code,
                            reply.status() + " " + reply.body().path("code").asText(),
                            () -> operation + ": " + reply);
                }));
        assertEquals(before, state(room));
    }

    @Test
    void whoShowsNoTokenOfTheHubGetsNothing() {
        String forged = token("default", OWNER, Map.of(), true).replaceAll("[^.]+$", "AAAA");
        assertAllRefused(forged, Set.of(), 401, "bad_token", operation -> true);
    }

    @Test
    void aViewerMayDoNothingThatIsForTheRoomsPeopleAlone() {
        assertAllRefused(token("default", "9", Map.of(), false), FOR_ALL, 403, "forbidden", operation -> true);
    }

    @Test
    void aModeratorOfAnotherRoomIsAViewerHere() {
        String other = room();
        assertAllRefused(
                token("default", "10", Map.of(other, Role.MODERATOR), false),
                FOR_ALL,
                403,
                "forbidden",
                operation -> true);
    }

    @Test
    void anOwnerOfOtherRoomsDecidesForThoseOnly() {
        String other = "strangers-of-11-" + Long.toString(System.nanoTime(), 36);
        assertEquals(201, api.createRoomOf("11", other).status());
        assertAllRefused(token("default", "11", Map.of(), false), FOR_ALL, 403, "forbidden", operation -> true);
    }

    @Test
    void anotherTenantSeesNoRoomOfThisOneAndMayNotTellThatItIsThere() {
        String admin = token(ELSEWHERE, "backend", Map.of(), true);
        assertAllRefused(admin, Set.of("auditRoom"), 404, "no_such_room", Operation::isOfRoom);
        HubApi.Reply audit = api.get("/api/rooms/" + room() + "/audit", admin);
        assertEquals(0, audit.body().path("acts").size(), audit::toString);
        assertTrue(audit.body().path("acts").isArray(), audit::toString);
    }

    @Test
    void aKeyOfAnotherTenantSeesNoRoomOfThisOne() {
        HubApi.Reply made = api.ask(
                hub.edge(1),
                "POST",
                "/api/keys",
                token(ELSEWHERE, "backend", Map.of(), true),
                Map.of(
                        "name",
                        "all",
                        "scopes",
                        Stream.of(KeyScope.values()).map(KeyScope::wireName).toList()),
                Map.of());
        assertEquals(201, made.status(), made::toString);
        String key = made.body().path("key").asText();
        Eventually.await(
                Duration.ofSeconds(10),
                "the key is known",
                () -> api.ask(hub.edge(2), "GET", "/api/rooms", key, null, Map.of())
                                .status()
                        == 200);
        assertAllRefused(key, Set.of("auditRoom"), 404, "no_such_room", Operation::isOfRoom);
        assertEquals(403, api.get("/api/rooms/" + room() + "/audit", key).status(), "the audit is for no key");
    }
}
