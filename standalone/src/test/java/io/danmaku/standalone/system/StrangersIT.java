package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.standalone.hub.Documented;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.ForgedToken;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private static final String ELSEWHERE = "strangers-elsewhere";
    /** Of those tests that change what is for all rooms of a tenant. */
    private static final String HOME = "strangers-home";

    /** In all that the tenant {@link #HOME} has, and nobody else may see. */
    private static final String MARK = "homely";

    private static final Duration SOON = Duration.ofSeconds(20);

    /** What everybody with a token of the tenant may. */
    private static final Set<String> FOR_ALL =
            Set.of("listRooms", "readRoom", "readPresence", "readEvents", "document", "health", "readiness", "metrics");

    /** By scope what a key of it may; the other operations are those of {@link #FOR_NO_KEY}. */
    private static final Map<KeyScope, Set<String>> SCOPES = Map.of(
            KeyScope.ROOMS_READ, names("listRooms readRoom readPresence"),
            KeyScope.ROOMS_WRITE, names("createRoom changeRoom closeRoom"),
            KeyScope.ROLES, names("listRoles giveRole takeRole"),
            KeyScope.MODERATE,
                    names(
                            "pin unpin readRaid raiseRaid releaseRaid listViewers readViewer listReports readReport sanction"
                                    + " listSanctions liftSanction sanctionForOwner listSanctionsOfOwner liftSanctionOfOwner"
                                    + " deleteEvents deleteEvent readHeld answerHeld"),
            KeyScope.WORDS,
                    names("listRoomWords readRoomWords putRoomWords removeRoomWords"
                            + " listTenantWords readTenantWords putTenantWords removeTenantWords"),
            KeyScope.EVENTS, names("postEvent"),
            KeyScope.HISTORY, names("readEvents"));

    private static final Set<String> FOR_NO_KEY =
            names("auditRoom auditOwner auditTenant readCheck putCheck removeCheck listKeys makeKey revokeKey"
                    + " listWebhooks readWebhook putWebhook removeWebhook listDeadLetters clearDeadLetters"
                    + " retryDeadLetters retryDeadLetter");

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
            Map.entry(
                    "putCheck",
                    Map.of(
                            "url", "http://127.0.0.1:1/",
                            "secret", "sixteen-and-more!",
                            "timeoutMs", 500,
                            "whenDown", "allow")),
            Map.entry("putRoomWords", Map.of("action", "mask", "terms", List.of("zzzz"))),
            Map.entry("putTenantWords", Map.of("action", "mask", "terms", List.of("zzzz"))),
            Map.entry("makeKey", Map.of("name", "taken", "scopes", List.of("moderate"))),
            Map.entry(
                    "putWebhook",
                    Map.of("url", "http://127.0.0.1:1/", "secret", "sixteen-and-more!", "events", List.of("live"))));

    private static TestHub hub;
    private static HubApi api;
    private static List<Documented> operations;

    private static boolean isOfRoom(Documented operation) {
        return operation.path().startsWith("/api/rooms/");
    }

    private static String in(Documented operation, String room) {
        return in(operation, room, operation.id().equals("answerHeld") ? "1302-1764000000000" : "1");
    }

    private static String in(Documented operation, String room, String named) {
        return operation.in(Map.of(
                "room", room, "user", OWNER, "offset", "1", "stream", "1", "id", named, "name", "mine", "n", "1"));
    }

    @BeforeAll
    static void start() throws IOException {
        hub = TestHub.get();
        api = new HubApi(hub);
        operations = Stream.concat(
                        Documented.at(hub.roomService().resolve("/openapi/room-service.yaml")).stream(),
                        Documented.at(hub.edge(1).resolve("/openapi/edge.yaml")).stream())
                .filter(operation -> operation.path().startsWith("/api/"))
                .toList();
        assertTrue(operations.size() > 45, operations::toString);
    }

    private static Set<String> names(String spaced) {
        return Set.of(spaced.split(" ", -1));
    }

    private static String token(String tenant, String user, Map<String, Role> rooms, boolean admin) {
        return hub.token(new Claims(user, user, tenant, rooms, admin, System.currentTimeMillis() + 3_600_000));
    }

    private static HubApi.Reply ask(Documented operation, String room, String token) {
        return api.ask(
                hub.edge(2),
                operation.method(),
                in(operation, room),
                token,
                BODIES.get(operation.id()),
                operation.id().equals("postEvent") ? Map.of("Idempotency-Key", "taken") : Map.of());
    }

    /** A room of {@link #OWNER} with something to take in it. */
    private static String room() {
        String room = "strangers-" + Long.toString(System.nanoTime(), 36);
        assertEquals(201, api.createRoomOf(OWNER, room).status());
        assertEquals(201, api.sanction(room, "8", "mute").status());
        Eventually.await(
                SOON, "it is told of the mute", () -> !state(room).toString().contains("\"events\":[]"));
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
            String token, Set<String> but, int status, String code, Function<Documented, Boolean> which) {
        String room = room();
        List<JsonNode> before = state(room);
        assertAll(operations.stream()
                .filter(operation -> which.apply(operation) && !but.contains(operation.id()))
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
        assertAllRefused(null, Set.of(), 401, "unauthenticated", operation -> true);
        for (ForgedToken forged : ForgedToken.of(hub, "default", OWNER)) {
            assertAllRefused(forged.token(), Set.of(), 401, forged.code(), operation -> true);
        }
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
        assertAllRefused(admin, Set.of("auditRoom"), 404, "no_such_room", StrangersIT::isOfRoom);
        HubApi.Reply audit = api.get("/api/rooms/" + room() + "/audit", admin);
        assertEquals(0, audit.body().path("acts").size(), audit::toString);
        assertTrue(audit.body().path("acts").isArray(), audit::toString);
    }

    @Test
    void aKeyOfAnotherTenantSeesNoRoomOfThisOne() {
        String key = key(ELSEWHERE, KeyScope.values());
        assertAllRefused(key, Set.of("auditRoom"), 404, "no_such_room", StrangersIT::isOfRoom);
        assertEquals(403, api.get("/api/rooms/" + room() + "/audit", key).status(), "the audit is for no key");
    }

    private static String admin(String tenant) {
        return token(tenant, "backend", Map.of(), true);
    }

    private static HubApi.Reply as(String token, String method, String path, Map<String, ?> body) {
        return api.ask(hub.edge(2), method, path, token, body, Map.of());
    }

    /** One that both the edge and room-service know. */
    private static String key(String tenant, KeyScope... scopes) {
        List<String> names = Stream.of(scopes).map(KeyScope::wireName).toList();
        HubApi.Reply made = as(admin(tenant), "POST", "/api/keys", Map.of("name", "key", "scopes", names));
        assertEquals(201, made.status(), made::toString);
        String key = made.body().path("key").asText();
        for (String path : List.of("/api/rooms", "/api/rooms/none/events")) {
            Eventually.await(
                    SOON,
                    "the key is known",
                    () -> !List.of(401, 503).contains(as(key, "GET", path, null).status()));
        }
        return key;
    }

    @Test
    void theTableOfScopesNamesEachOperationOnce() {
        List<String> named = new ArrayList<>(FOR_NO_KEY);
        SCOPES.values().forEach(named::addAll);
        assertEquals(
                operations.stream().map(Documented::id).sorted().toList(),
                named.stream().sorted().toList());
    }

    @Test
    void aKeyMayWhatIsOfItsScopeAndOfAllElseIsToldWhichItLacks() {
        for (KeyScope mine : KeyScope.values()) {
            String room = "scopes-" + Long.toString(System.nanoTime(), 36);
            Map<String, ?> wanted = Map.of("id", room, "owner", OWNER);
            assertEquals(201, as(admin(HOME), "POST", "/api/rooms", wanted).status());
            String key = key(HOME, mine);
            assertAll(operations.stream().map(operation -> () -> {
                HubApi.Reply reply = ask(operation, room, key);
                if (SCOPES.get(mine).contains(operation.id())) {
                    assertTrue(reply.status() != 401 && reply.status() != 403, () -> mine + " " + operation + reply);
                    return;
                }
                String lacks = SCOPES.keySet().stream()
                        .filter(scope -> SCOPES.get(scope).contains(operation.id()))
                        .map(scope -> "the key lacks the scope " + scope.wireName())
                        .findFirst()
                        .orElse("this is not for keys: ask with a token");
                assertEquals(403, reply.status(), () -> mine + " " + operation + reply);
                assertEquals(lacks, reply.body().path("detail").asText(), operation::toString);
            }));
        }
    }

    /** All that is for all rooms of the tenant. */
    private static List<JsonNode> stateOfHome() {
        return Stream.of(
                        "/api/words/mine",
                        "/api/words",
                        "/api/check",
                        "/api/webhooks",
                        "/api/webhooks/mine/dead",
                        "/api/keys",
                        "/api/owners/" + OWNER + "/sanctions",
                        "/api/audit")
                .map(path -> {
                    HubApi.Reply reply = as(admin(HOME), "GET", path, null);
                    assertEquals(200, reply.status(), reply::toString);
                    return reply.body();
                })
                .toList();
    }

    @Test
    void whatIsForAllRoomsOfATenantAnotherOneNeitherSeesNorChanges() {
        String home = admin(HOME);
        String url = "http://127.0.0.1:1/" + MARK;
        String room = MARK + Long.toString(System.nanoTime(), 36);
        String owned = "/api/owners/" + OWNER + "/sanctions";
        as(home, "PUT", "/api/words/mine", Map.of("action", "mask", "terms", List.of(MARK)));
        as(
                home,
                "PUT",
                "/api/check",
                Map.of("url", url, "secret", "sixteen-and-more!", "timeoutMs", 500, "whenDown", "allow"));
        as(
                home,
                "PUT",
                "/api/webhooks/mine",
                Map.of("url", url, "secret", "sixteen-and-more!", "events", List.of("room.created")));
        String sanction = as(home, "POST", owned, Map.of("user", "9", "kind", "ban", "reason", MARK))
                .body()
                .path("id")
                .asText();
        String key = as(home, "POST", "/api/keys", Map.of("name", MARK, "scopes", List.of("words")))
                .body()
                .path("id")
                .asText();
        assertEquals(201, as(home, "POST", "/api/rooms", Map.of("id", room)).status());
        Eventually.await(
                SOON,
                "a dead letter",
                () -> as(home, "GET", "/api/webhooks/mine/dead", null)
                                .body()
                                .path("dead")
                                .size()
                        == 1);
        List<JsonNode> before = stateOfHome();
        List<String> others = List.of(admin(ELSEWHERE), key(ELSEWHERE, KeyScope.values()));
        assertAll(others.stream()
                .flatMap(other -> operations.stream()
                        .filter(operation -> !operation.path().startsWith("/api/rooms"))
                        .map(operation -> () -> {
                            String named = operation.id().equals("revokeKey") ? key : sanction;
                            String path = in(operation, "none", named);
                            HubApi.Reply reply = as(other, operation.method(), path, BODIES.get(operation.id()));
                            assertFalse(reply.toString().contains(MARK), () -> operation + ": " + reply);
                            if (path.endsWith(named)) {
                                int status =
                                        FOR_NO_KEY.contains(operation.id()) && other.startsWith("dmk_") ? 403 : 404;
                                assertEquals(status, reply.status(), () -> operation + ": " + reply);
                            }
                        })));
        assertEquals(before, stateOfHome());
    }
}
