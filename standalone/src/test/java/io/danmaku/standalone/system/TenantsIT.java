package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keys of tenants' backends on the hub's own edges; what tenants may use on two edges that know quotas and take no guests. */
final class TenantsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    /** A second, and what a busy machine adds. */
    private static final Duration IN_FORCE = Duration.ofSeconds(3);

    private static final String SMALL = "small";
    private static final String FREE = "free";
    private static final int VIEWERS = 3;
    private static final int MESSAGES = 20;

    private static TestHub hub;
    private static HubApi api;
    private static List<OwnService> edges;

    @BeforeAll
    static void start() throws IOException {
        hub = TestHub.get();
        api = new HubApi(hub);
        Map<String, String> environment = Map.of(
                "DANMAKU_QUOTA_TENANTS",
                SMALL + ": viewers=" + VIEWERS + " messagesPerSecond=" + MESSAGES,
                "DANMAKU_EDGE_GUESTS",
                "off");
        edges = List.of(
                OwnService.begin(hub, OwnService.Kind.EDGE, environment),
                OwnService.begin(hub, OwnService.Kind.EDGE, environment));
        for (OwnService edge : edges) {
            edge.awaitReady();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        try (OwnService one = edges.get(0);
                OwnService two = edges.get(1)) {
            one.stop();
            two.stop();
        }
    }

    private static String admin(String tenant) {
        return token(tenant, "backend");
    }

    private static String token(String tenant, String user) {
        return hub.token(new Claims(user, user, tenant, Map.of(), true, System.currentTimeMillis() + 3_600_000));
    }

    private static HubApi.Reply ask(URI base, String method, String path, String token, Object body) {
        return api.ask(base, method, path, token, body, Map.of("Idempotency-Key", path.hashCode() + "k"));
    }

    private static HubApi.Reply make(String token, Object... scopes) {
        return ask(hub.edge(1), "POST", "/api/keys", token, Map.of("name", "shop", "scopes", List.of(scopes)));
    }

    private static String key(String tenant, Object... scopes) {
        HubApi.Reply made = make(admin(tenant), scopes);
        assertEquals(201, made.status(), made::toString);
        return made.body().path("key").asText();
    }

    private static String id(String key) {
        return key.split("_", -1)[1];
    }

    private static String room(String tenant, String test) {
        String room = test + "-" + Long.toString(System.nanoTime(), 36);
        HubApi.Reply made = ask(hub.edge(1), "POST", "/api/rooms", admin(tenant), Map.of("id", room));
        assertEquals(201, made.status(), made::toString);
        return room;
    }

    private static void assertRefused(int status, String code, HubApi.Reply reply) {
        assertEquals(code, reply.body().path("code").asText(), reply::toString);
        assertEquals(status, reply.status());
    }

    /** What a scope is for: one request for each. */
    private record Use(KeyScope scope, String method, String path, Object body) {}

    private static List<Use> uses(String room) {
        String path = "/api/rooms/" + room;
        return List.of(
                new Use(KeyScope.ROOMS_READ, "GET", path, null),
                new Use(KeyScope.ROOMS_WRITE, "PATCH", path, Map.of("title", "by a key")),
                new Use(KeyScope.ROLES, "PUT", path + "/roles/7", Map.of("role", "member")),
                new Use(
                        KeyScope.MODERATE,
                        "POST",
                        path + "/sanctions",
                        Map.of("user", "8", "kind", "mute", "seconds", 5)),
                new Use(KeyScope.WORDS, "PUT", path + "/words/w", Map.of("action", "mask", "terms", List.of("zzzz"))),
                new Use(KeyScope.EVENTS, "POST", path + "/events", Map.of("t", "announce", "d", Map.of("text", "hi"))),
                new Use(KeyScope.HISTORY, "GET", path + "/events", null));
    }

    @Test
    void aKeyMayWhatItsScopesSayAndIsNamedTheScopeThatItLacks() {
        String room = room(FREE, "scopes");
        for (Use mine : uses(room)) {
            String key = key(FREE, mine.scope.wireName());
            for (Use use : uses(room)) {
                Eventually.await(SOON, mine + " asks for " + use, () -> {
                    HubApi.Reply reply = ask(hub.edge(2), use.method, use.path, key, use.body);
                    return use.scope == mine.scope
                            ? reply.status() < 300
                            : reply.status() == 403
                                    && reply.body().path("detail").asText().endsWith(use.scope.wireName());
                });
            }
            for (String method : List.of("POST", "GET")) {
                assertRefused(403, "forbidden", ask(hub.edge(1), method, "/api/keys", key, Map.of()));
            }
        }
    }

    @Test
    void aKeyThatIsRevokedOrHasExpiredIsRefusedEverywhereWithinASecond() throws Exception {
        String room = room(FREE, "revoked");
        String path = "/api/rooms/" + room;
        String key = key(FREE, "rooms:read", "history");
        List<Use> everywhere = new ArrayList<>();
        for (URI base : List.of(hub.edge(1), hub.edge(2), edges.get(0).address(), hub.roomService())) {
            everywhere.add(new Use(null, "GET", base + path, null));
        }
        for (URI edge : List.of(
                hub.edge(1), hub.edge(2), edges.get(0).address(), edges.get(1).address())) {
            everywhere.add(new Use(null, "GET", edge + path + "/events", null));
        }
        for (Use use : everywhere) {
            Eventually.await(SOON, "it is let on at " + use, () -> status(use, key) == 200);
        }
        HubApi.Reply revoked = ask(hub.edge(1), "DELETE", "/api/keys/" + id(key), admin(FREE), null);
        assertEquals(200, revoked.status(), revoked::toString);
        assertTrue(revoked.body().path("revokedAt").asLong() > 0);
        long revokedNs = System.nanoTime();
        Eventually.await(
                IN_FORCE,
                "it is refused everywhere",
                () -> everywhere.stream().allMatch(use -> status(use, key) == 401));
        System.out.println("a revoked key is refused everywhere after " + msSince(revokedNs) + " ms");

        HubApi.Reply brief = ask(
                hub.edge(1),
                "POST",
                "/api/keys",
                admin(FREE),
                Map.of("name", "brief", "scopes", List.of("rooms:read"), "expiresInSeconds", 1));
        Eventually.await(
                SOON,
                "it expires",
                () -> ask(hub.edge(1), "GET", path, brief.body().path("key").asText(), null)
                        .body()
                        .path("code")
                        .asText()
                        .equals("token_expired"));
        String listed =
                ask(hub.edge(1), "GET", "/api/keys", admin(FREE), null).body().toString();
        assertTrue(listed.contains(id(key)), listed);
        assertFalse(listed.contains(key.substring(key.lastIndexOf('_') + 1)), "its secret is told once");

        String kept = key(FREE, "rooms:read");
        hub.kill9("room-service");
        hub.awaitBack("room-service");
        Eventually.await(
                SOON,
                "what holds does so after a kill",
                () -> ask(hub.roomService(), "GET", path, kept, null).status() == 200);
        assertRefused(401, "bad_token", ask(hub.roomService(), "GET", path, key, null));
    }

    private static long msSince(long ns) {
        return (System.nanoTime() - ns) / 1_000_000;
    }

    /** Of both edges. */
    private static double sum(String metric, String... labels) throws Exception {
        return edges.get(0).metric(metric, labels) + edges.get(1).metric(metric, labels);
    }

    private static int status(Use use, String key) {
        URI address = URI.create(use.path);
        return ask(address.resolve("/"), use.method, address.getPath().substring(1), key, null)
                .status();
    }

    @Test
    void keysAreForAdminsOfTheirTenantAndOpenNothingOfAnother() throws Exception {
        String room = room(FREE, "isolated");
        String path = "/api/rooms/" + room;
        String foreign = key(SMALL, "rooms:read", "rooms:write", "history", "moderate");
        assertRefused(404, "no_such_room", ask(hub.edge(1), "GET", path, foreign, null));
        assertRefused(404, "no_such_room", ask(hub.edge(1), "GET", path + "/events", foreign, null));
        assertRefused(404, "no_such_room", ask(hub.edge(1), "DELETE", path + "?erase=true", foreign, null));
        assertRefused(404, "not_found", ask(hub.edge(1), "DELETE", "/api/keys/" + id(foreign), admin(FREE), null));
        for (String token : List.of(hub.token("7"), hub.hostToken("7", room))) {
            assertRefused(403, "forbidden", make(token, "words"));
        }
        assertRefused(400, "bad_field", make(admin(FREE), "keys"));
        assertRefused(400, "bad_field", make(admin(FREE)));
        String guessed = foreign.substring(0, foreign.length() - 1) + (foreign.endsWith("A") ? "E" : "A");
        assertRefused(401, "bad_token", ask(hub.edge(1), "GET", path, guessed, null));
        assertRefused(401, "bad_token", ask(hub.edge(1), "GET", "/api/dm/contacts", foreign, null));
        try (RawSocket socket = new RawSocket(hub.edge(1))) {
            socket.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + foreign + "\"}");
            assertEquals("bad_token", socket.reply().at("/error/code").asText());
        }
    }

    private static Witness viewer(Clients clients, int edge, String tenant, String user) {
        return Witness.connect(clients, List.of(edges.get(edge).webSocket()), user, token(tenant, user));
    }

    private static RawSocket socket(int edge, String tenant, String user) throws IOException {
        return RawSocket.at(edges.get(edge).address(), "/ws?token=" + token(tenant, user));
    }

    private static JsonNode join(RawSocket viewer, String room) throws IOException {
        viewer.text("{\"op\":\"join\",\"id\":2,\"room\":\"" + room + "\"}");
        return viewer.reply();
    }

    private static int online(String tenant, String room) {
        return ask(hub.edge(1), "GET", "/api/rooms/" + room + "/presence", admin(tenant), null)
                .body()
                .path("online")
                .asInt();
    }

    @Test
    void roomsOfOneIdInTwoTenantsHearNothingOfEachOther() {
        String room = "same-id-" + Long.toString(System.nanoTime(), 36);
        for (String tenant : List.of(SMALL, FREE)) {
            HubApi.Reply made = ask(hub.edge(1), "POST", "/api/rooms", admin(tenant), Map.of("id", room));
            assertEquals(201, made.status(), made::toString);
        }
        try (Clients clients = new Clients(1);
                Witness small = viewer(clients, 0, SMALL, "7");
                Witness free = viewer(clients, 0, FREE, "7");
                Witness freeToo = viewer(clients, 1, FREE, "8")) {
            List.of(small, free, freeToo).forEach(witness -> witness.join(room));
            long[] ours = new long[1];
            // another test may have used up this second
            Eventually.await(SOON, "the small one may send", () -> {
                ours[0] = small.say(room, "c", "of the small one");
                return true;
            });
            long theirs = free.say(room, "c", "of the free one");
            assertEquals(ours[0], theirs, "each has a log of its own");
            small.awaitCovered(ours[0], SOON);
            free.awaitCovered(theirs, SOON);
            freeToo.awaitCovered(theirs, SOON);
            assertEquals(List.of("of the small one"), small.texts());
            assertEquals(List.of("of the free one"), free.texts());
            assertEquals(List.of("of the free one"), freeToo.texts());
        }
    }

    @Test
    void viewersOfATenantAreTakenInUpToItsQuotaOverAllEdgesAndThoseOfOthersAreNotCounted() throws Exception {
        String first = room(SMALL, "viewers");
        String second = room(SMALL, "viewers");
        String free = room(FREE, "viewers");
        try (RawSocket a = socket(0, SMALL, "a");
                RawSocket b = socket(1, SMALL, "b");
                RawSocket c = socket(1, SMALL, "c");
                RawSocket d = socket(0, SMALL, "d");
                RawSocket other = socket(0, FREE, "e")) {
            for (RawSocket one : List.of(a, b)) {
                Eventually.await(SOON, "one joins", () -> join(one, first).has("ok"));
            }
            Eventually.await(
                    SOON, "two rooms count twice", () -> join(b, second).has("ok"));
            Eventually.await(SOON, "all are counted", () -> online(SMALL, first) == 2 && online(SMALL, second) == 1);
            for (RawSocket late : List.of(c, d)) {
                JsonNode[] refused = new JsonNode[1];
                Eventually.await(SOON, "there is no place", () -> {
                    refused[0] = join(late, second).path("error");
                    return refused[0].path("code").asText().equals("quota");
                });
                assertTrue(refused[0].path("retryMs").asLong() > 0);
            }
            Eventually.await(
                    SOON, "another tenant has places", () -> join(other, free).has("ok"));
            assertTrue(edges.get(0).metric("danmaku_tenant_refused_total", "tenant=\"" + SMALL + "\"") > 0);
            b.text("{\"op\":\"leave\",\"id\":3,\"room\":\"" + second + "\"}");
            assertTrue(b.reply().has("ok"));
            Eventually.await(SOON, "there is a place", () -> join(d, second).has("ok"));
            assertEquals(2, edges.get(0).metric("danmaku_tenant_viewers", "tenant=\"" + SMALL + "\""), "a and d");
        }
    }

    @Test
    void messagesOfATenantAreTakenUpToItsQuotaASecondOverAllEdgesAndThoseOfOthersAreNotCounted() throws Exception {
        String small = room(SMALL, "messages");
        String free = room(FREE, "messages");
        try (Clients clients = new Clients(1);
                Witness a = viewer(clients, 0, SMALL, "a");
                Witness b = viewer(clients, 1, SMALL, "b");
                Witness other = viewer(clients, 0, FREE, "c")) {
            other.join(free);
            // their client asks again until there is a place
            a.join(small);
            b.join(small);
            String[] ofSmall = {"tenant=\"" + SMALL + "\"", "quota=\"messages\""};
            String[] ofFree = {"tenant=\"" + FREE + "\"", "quota=\"messages\""};
            double takenBefore = sum("danmaku_tenant_messages_total", ofSmall[0]);
            double refusedBefore = sum("danmaku_tenant_refused_total", ofSmall);
            double othersBefore = sum("danmaku_tenant_messages_total", ofFree[0]);
            long startMs = System.currentTimeMillis();
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            List<CompletableFuture<Answer>> others = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                sent.add(a.client().chat(small, "a" + i, "from a"));
                sent.add(b.client().chat(small, "b" + i, "from b"));
                others.add(other.client().chat(free, "c" + i, "from c"));
            }
            int taken = 0;
            for (CompletableFuture<Answer> answer : sent) {
                Answer told = a.wait(answer);
                taken += told.acknowledged() ? 1 : 0;
                assertTrue(told.acknowledged() || "quota".equals(told.code()), told::toString);
            }
            long seconds = (System.currentTimeMillis() - startMs) / 1_000 + 2;
            // and on credit ten for each edge
            int most = (int) (seconds * (MESSAGES + edges.size() * 10));
            int all = taken;
            assertTrue(all >= 5 && all <= most, () -> all + " were taken, at most " + most);
            assertTrue(all < sent.size(), "some were refused");
            for (CompletableFuture<Answer> answer : others) {
                assertTrue(other.wait(answer).acknowledged());
            }
            assertEquals(takenBefore + all, sum("danmaku_tenant_messages_total", ofSmall[0]));
            assertEquals(refusedBefore + sent.size() - all, sum("danmaku_tenant_refused_total", ofSmall));
            assertEquals(othersBefore + others.size(), sum("danmaku_tenant_messages_total", ofFree[0]));
            assertEquals(0, sum("danmaku_tenant_refused_total", ofFree));
            Eventually.await(
                    SOON,
                    "in another second it goes on",
                    () -> a.wait(a.client().chat(small, "later", "later")).acknowledged());
        }
    }

    @Test
    void aTenantHasAsManyRoomsAsItsQuotaAllowsUntilOneIsErased() {
        String admin = admin(TestHub.CRAMPED);
        String last = "";
        for (int i = 0; i < TestHub.CRAMPED_ROOMS; i++) {
            last = room(TestHub.CRAMPED, "quota");
        }
        Map<String, String> wanted = Map.of("id", "one-too-many");
        assertRefused(429, "too_many_rooms", ask(hub.edge(2), "POST", "/api/rooms", admin, wanted));
        String path = "/api/rooms/" + last;
        assertTrue(ask(hub.edge(1), "DELETE", path, admin, null).status() < 300);
        assertRefused(429, "too_many_rooms", ask(hub.edge(1), "POST", "/api/rooms", admin, wanted));
        room(FREE, "quota");
        assertEquals(
                204,
                ask(hub.edge(1), "DELETE", path + "?erase=true", admin, null).status());
        assertEquals(201, ask(hub.edge(2), "POST", "/api/rooms", admin, wanted).status());
    }

    @Test
    void anEdgeThatTakesNoGuestsWantsAToken() throws Exception {
        try (RawSocket guest = RawSocket.at(edges.get(0).address(), "/ws?guest=" + FREE)) {
            assertEquals("unauthenticated", guest.reply().at("/error/code").asText());
            guest.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + token(FREE, "a") + "\"}");
            assertTrue(guest.reply().has("ok"));
        }
    }
}
