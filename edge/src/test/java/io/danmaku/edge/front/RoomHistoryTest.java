package io.danmaku.edge.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.danmaku.edge.gate.SendGate;
import io.danmaku.edge.overload.Admission;
import io.danmaku.edge.overload.OverloadStep;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.protocol.token.Tokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom history is refused to, and that its document says what the code says. Nobody here gets as far as a log: no read is free. */
class RoomHistoryTest {
    private static final Tokens TOKENS = new Tokens("0123456789abcdef0123456789abcdef");
    private static final RoomKey ROOM = new RoomKey("default", "42");

    private final Vertx vertx = Vertx.vertx();
    private final RoomTable table = new RoomTable(null, new RoomTable.Decided() {});
    private OverloadStep step = OverloadStep.NORMAL;
    private final Router router = Router.router(vertx);
    private final String address = serve();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private String serve() {
        Admission admission =
                new Admission(new Admission.Limits(0, 100), () -> step, () -> 0, new SimpleMeterRegistry(), 0);
        new RoomHistory(TOKENS, table, null, new SendGate(table, null), admission, TrustedProxies.NONE, 0)
                .mount(router);
        Problems.handleFailures(router);
        return "http://127.0.0.1:"
                + vertx.createHttpServer()
                        .requestHandler(router)
                        .listen(0, "127.0.0.1")
                        .await()
                        .actualPort();
    }

    private void put(RoomKey key, Durability durability, boolean open) {
        RoomState room = new RoomState(key, "e1", "", durability, open, RoomPolicy.DEFAULT, 1, 0);
        table.take(StateKeys.room(key), Json.bytes(room));
    }

    private static String token(String tenant, Role role, boolean admin) {
        Map<String, Role> roles = role == Role.VIEWER ? Map.of() : Map.of("42", role);
        return TOKENS.sign(new Claims("7", "Ann", tenant, roles, admin, System.currentTimeMillis() + 60_000));
    }

    private static String viewer() {
        return token("default", Role.VIEWER, false);
    }

    private HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private void assertRefused(ErrorCode code, String path, String token) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(path, token);
        assertEquals(
                code.wireName(),
                Json.MAPPER.readTree(answer.body()).path("code").asText(),
                answer::body);
        assertEquals(code.httpStatus(), answer.statusCode());
    }

    @Test
    void whoMayNotBeInTheRoomMayNotReadIt() throws Exception {
        String path = "/api/rooms/42/events";
        assertRefused(ErrorCode.UNAUTHENTICATED, path, null);
        assertRefused(ErrorCode.BAD_TOKEN, path, "x");
        assertRefused(ErrorCode.NO_SUCH_ROOM, path, viewer());
        put(ROOM, Durability.LOGGED, true);
        assertRefused(ErrorCode.NO_SUCH_ROOM, path, token("other", Role.HOST, true));
        assertRefused(ErrorCode.BUSY, path, viewer());
        Sanction ban = new Sanction("7/ban", ROOM, "e1", "7", Sanction.Kind.BAN, "", "1", 0, Sanction.FOREVER_MS);
        table.take(StateKeys.sanction(ROOM, "7", Sanction.Kind.BAN), Json.bytes(ban));
        assertRefused(ErrorCode.BANNED, path, viewer());
        assertRefused(ErrorCode.BUSY, path, token("default", Role.HOST, false));
        assertRefused(ErrorCode.BUSY, path, token("default", Role.VIEWER, true));
    }

    @Test
    void aRoomWithoutALogOrAnEndedOneHasNoHistory() throws Exception {
        put(ROOM, Durability.EPHEMERAL, true);
        assertRefused(ErrorCode.UNSUPPORTED, "/api/rooms/42/events", viewer());
        RoomKey closed = new RoomKey("default", "43");
        put(closed, Durability.LOGGED, false);
        assertRefused(ErrorCode.ROOM_CLOSED, "/api/rooms/43/events", token("default", Role.VIEWER, true));
        RoomState room = new RoomState(closed, "e1", "", Durability.LOGGED, true, RoomPolicy.DEFAULT, 2, 0);
        table.take(StateKeys.room(closed), Json.bytes(room.ended(RoomState.End.ARCHIVED)));
        assertRefused(ErrorCode.BUSY, "/api/rooms/43/events", viewer());
        table.take(
                StateKeys.room(closed),
                Json.bytes(room.ended(RoomState.End.ARCHIVED).erased()));
        assertRefused(ErrorCode.NO_SUCH_ROOM, "/api/rooms/43/events", viewer());
    }

    @Test
    void aKeyReadsHistoryWithItsScopeOnly() throws Exception {
        put(ROOM, Durability.LOGGED, true);
        String secret = "s".repeat(43);
        for (KeyScope scope : List.of(KeyScope.HISTORY, KeyScope.WORDS)) {
            String id = scope == KeyScope.HISTORY ? "000000000000000h" : "000000000000000w";
            ApiKey key =
                    new ApiKey("default", id, "n", List.of(scope), ApiKey.sha256(secret), "1", 0, ApiKey.NEVER_MS, 0);
            table.take(StateKeys.apiKey("default", id), Json.bytes(key));
        }
        String path = "/api/rooms/42/events?user=8";
        assertRefused(ErrorCode.BUSY, path, "dmk_000000000000000h_" + secret);
        assertRefused(ErrorCode.FORBIDDEN, path, "dmk_000000000000000w_" + secret);
        assertRefused(ErrorCode.UNAVAILABLE, path, "dmk_000000000000000x_" + secret);
        table.take(StateKeys.apiKey("default", "000000000000000h"), null);
        assertRefused(ErrorCode.UNAVAILABLE, path, "dmk_000000000000000h_" + secret);
    }

    @Test
    void whatSomebodyElseWroteIsLookedForByModeratorsAlone() throws Exception {
        put(ROOM, Durability.LOGGED, true);
        assertRefused(ErrorCode.FORBIDDEN, "/api/rooms/42/events?user=8", viewer());
        assertRefused(ErrorCode.BUSY, "/api/rooms/42/events?user=7", viewer());
        assertRefused(ErrorCode.BUSY, "/api/rooms/42/events?user=8", token("default", Role.MODERATOR, false));
    }

    @Test
    void whatWaitsForAModeratorIsForModeratorsOfTheRoomAlone() throws Exception {
        String path = "/api/rooms/42/held";
        assertRefused(ErrorCode.UNAUTHENTICATED, path, null);
        put(ROOM, Durability.LOGGED, true);
        assertRefused(ErrorCode.FORBIDDEN, path, viewer());
        assertRefused(ErrorCode.NO_SUCH_ROOM, path, token("other", Role.HOST, true));
        assertRefused(ErrorCode.BUSY, path + "?limit=500&before=9&after=0", token("default", Role.MODERATOR, false));
        assertRefused(ErrorCode.BAD_FIELD, path + "?user=7", token("default", Role.MODERATOR, false));
        RoomKey other = new RoomKey("default", "43");
        put(other, Durability.LOGGED, true);
        assertRefused(ErrorCode.FORBIDDEN, "/api/rooms/43/held", token("default", Role.MODERATOR, false));
    }

    @Test
    void whatWasAnsweredOrIsOverOrOfAShadowBannedUserWaitsNoMore() {
        RoomState room = new RoomState(ROOM, "e1", "", Durability.LOGGED, true, RoomPolicy.DEFAULT, 1, 0);
        byte[] held = "{\"o\":5,\"until\":100}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(new HeldFilter(table, room, 99).wants(5, "7", held));
        assertFalse(new HeldFilter(table, room, 100).wants(5, "7", held), "its time is over");
        HeldAnswer approved = new HeldAnswer(ROOM, "e1", 5, true, "1", 1, 100, 0, 0);
        table.take(StateKeys.held(approved), Json.bytes(approved));
        assertTrue(new HeldFilter(table, room, 99).wants(5, "7", held), "it is not in the room yet");
        HeldAnswer settled = approved.at(9, 9);
        table.take(StateKeys.held(settled), Json.bytes(settled));
        assertFalse(new HeldFilter(table, room, 99).wants(5, "7", held));
        assertTrue(new HeldFilter(table, room, 99).wants(6, "7", held));
        Sanction shadow = new Sanction("7/s", ROOM, "e1", "7", Sanction.Kind.SHADOW, "", "1", 0, Sanction.FOREVER_MS);
        table.take(StateKeys.sanction(ROOM, "7", Sanction.Kind.SHADOW), Json.bytes(shadow));
        assertFalse(new HeldFilter(table, room, 99).wants(6, "7", held));
        assertTrue(new HeldFilter(table, room, 99).wants(6, "8", held));
        table.take(StateKeys.held(settled), null);
        assertTrue(new HeldFilter(table, room, 99).wants(5, "8", held), "the record is swept when it is over");
    }

    @Test
    void aParameterThatIsNotOfItsFormIsNamed() throws Exception {
        put(ROOM, Durability.LOGGED, true);
        for (String wrong : Set.of(
                "before=0",
                "before=x",
                "before=9007199254740992",
                "after=-1",
                "after=",
                "from=1.5",
                "to=99999999999999999999",
                "limit=0",
                "limit=501",
                "type=",
                "type=chat,",
                "type=chat,shout",
                "user=",
                "user=a%20b",
                "limit=1&limit=2",
                "untill=5")) {
            HttpResponse<String> answer = get("/api/rooms/42/events?" + wrong, viewer());
            JsonNode problem = Json.MAPPER.readTree(answer.body());
            assertEquals("bad_field", problem.path("code").asText(), wrong);
            if (!wrong.startsWith("untill")) {
                String name = wrong.substring(0, wrong.indexOf('='));
                assertTrue(problem.path("detail").asText().contains(name), answer::body);
            }
        }
        assertRefused(ErrorCode.BAD_FIELD, "/api/rooms/a%20b/events", viewer());
        assertRefused(
                ErrorCode.BUSY,
                "/api/rooms/42/events?before=9007199254740991&after=0&from=0&to=5&limit=500&type=chat,gift&user=7",
                viewer());
    }

    @Test
    void whenAsManyReadAsMayOrTheEdgeHasTooMuchToDoItSaysWhenToComeBack() throws Exception {
        put(ROOM, Durability.LOGGED, true);
        HttpResponse<String> full = get("/api/rooms/42/events", viewer());
        assertEquals(503, full.statusCode());
        assertEquals("1", full.headers().firstValue("Retry-After").orElse(""));
        step = OverloadStep.REFUSE;
        HttpResponse<String> loaded = get("/api/rooms/42/events", viewer());
        assertEquals(503, loaded.statusCode());
        assertTrue(Json.MAPPER.readTree(loaded.body()).path("retryMs").asLong() >= 3_000, loaded::body);
    }

    @Test
    void theDocumentHasWhatTheEdgeAnswersItself() throws Exception {
        JsonNode document =
                new YAMLMapper().readTree(get(RoomHistory.DOCUMENT, null).body());
        Set<String> served = router.getRoutes().stream()
                .map(Route::getPath)
                .filter(path -> path != null)
                .map(path -> path.replaceAll(":(\\w+)", "{$1}"))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> described = new TreeSet<>();
        document.get("paths").fieldNames().forEachRemaining(described::add);
        assertEquals(served, described);
        for (JsonNode reference : document.findValues("$ref")) {
            assertTrue(!document.at(reference.textValue().substring(1)).isMissingNode(), reference::textValue);
        }
        JsonNode get = document.at("/paths/~1api~1rooms~1{room}~1events/get");
        for (JsonNode code : document.at("/components/schemas/Code/enum")) {
            ErrorCode ours = Arrays.stream(ErrorCode.values())
                    .filter(c -> c.wireName().equals(code.textValue()))
                    .findAny()
                    .orElse(null);
            assertNotNull(ours, code::textValue);
            assertTrue(
                    ours == ErrorCode.INTERNAL || get.get("responses").has(Integer.toString(ours.httpStatus())),
                    code::textValue);
        }
        Set<String> types = new TreeSet<>();
        document.at("/components/schemas/Type/enum").forEach(type -> types.add(type.textValue()));
        assertEquals(
                Arrays.stream(EventType.values())
                        .map(EventType::wireName)
                        .collect(Collectors.toCollection(TreeSet::new)),
                types);
        for (JsonNode parameter : get.get("parameters")) {
            JsonNode schema = parameter.get("schema");
            switch (parameter.get("name").textValue()) {
                case "limit" -> {
                    assertEquals(HistoryQuery.LIMIT_MAX, schema.get("maximum").intValue());
                    assertEquals(
                            HistoryQuery.LIMIT_DEFAULT, schema.get("default").intValue());
                }
                case "before", "after", "from", "to" ->
                    assertEquals(HistoryQuery.NUMBER_MAX, schema.get("maximum").longValue());
                default ->
                    assertTrue(Set.of("room", "type", "user")
                            .contains(parameter.get("name").textValue()));
            }
        }
        assertTrue(get.get("description").textValue().contains("4,096 offsets"));
        assertEquals(4_096, HistoryQuery.OFFSETS_MAX);
    }
}
