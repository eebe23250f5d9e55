package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Documented;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.ForgedToken;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every operation of direct messages' HTTP API, as its document lists them, asked for by those who have no business there. */
final class DirectStrangersIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String HOME = "dm-home-" + Long.toString(System.nanoTime(), 36);
    private static final String ELSEWHERE = HOME + "-x";

    /** In all that Ann, Bob and the backend of {@link #HOME} have, and nobody else may see. */
    private static final String MARK = "homely";

    /** What asks for no token. */
    private static final Set<String> OPEN = names("health readiness metrics document");

    /** What everybody with a token may, each for oneself. */
    private static final Set<String> PERSONAL = names(
            "sendMessage readMessages markRead markDelivered typing editMessage"
                    + " recallMessage readVersions react unreact hideMessage clear block unblock readOnline readConversation report"
                    + " listBlocks expire relate listRelations readSettings changeSettings readAccounts listContacts sync");

    /** What only backends may. */
    private static final Set<String> BACKEND =
            names("listReports readReport decideReport putAccounts deleteAccounts sendAs"
                    + " listJobs makeJob readJob cancelJob addPart startJob");

    /** What is about a message of the conversation, or about something of the backend's: who has none hears so. */
    private static final Set<String> OF_SOMETHING =
            names("editMessage recallMessage readVersions react unreact hideMessage"
                    + " report readReport decideReport readJob cancelJob addPart startJob");

    private static TestHub hub;
    private static HubApi api;
    private static List<Documented> operations;
    private static DirectClient ann;
    private static DirectClient bob;
    private static DirectClient backend;
    private static DirectSamples.Of taken;

    private static Set<String> names(String spaced) {
        return Set.of(spaced.split(" ", -1));
    }

    @BeforeAll
    static void start() throws Exception {
        hub = TestHub.get();
        api = new HubApi(hub);
        operations = Documented.at(hub.dmService().resolve("/openapi/dm-service.yaml"));
        ann = new DirectClient(HOME, "ann", true);
        bob = new DirectClient(HOME, "bob", true);
        backend = new DirectClient(HOME, "backend", true);
        URI at = hub.dmService();
        String mid = ok(ann.send(at, "bob", "c1", MARK + " one")).get("mid").asText();
        ok(bob.send(at, "ann", "c2", MARK + " two"));
        ok(ann.ask("PATCH", at, "/api/dm/bob/messages/" + mid, json(Map.of("body", MARK + " edited"))));
        ok(bob.read(at, "ann", 1));
        ok(ann.ask("PUT", at, "/api/dm/bob/relation", json(Map.of("remark", MARK))));
        ok(bob.ask("PUT", at, "/api/dm/" + MARK + "/block", null));
        ok(backend.ask(
                "PUT",
                at,
                "/api/dm/accounts",
                json(Map.of(
                        "accounts", List.of(Map.of("id", "ann", "name", "Ann", "attributes", Map.of("home", MARK)))))));
        String report = ok(bob.ask(
                        "POST",
                        at,
                        "/api/dm/reports",
                        json(Map.of("peer", "ann", "mids", List.of(mid), "reason", MARK))))
                .get("id")
                .asText();
        ok(backend.ask(
                "PUT", at, "/api/dm/messages/jobs/" + MARK, json(Map.of("from", MARK, "kind", "text", "body", MARK))));
        taken = new DirectSamples.Of("bob", "ann", mid, report, MARK);
    }

    private static ObjectNode json(Map<String, ?> fields) {
        return Json.MAPPER.valueToTree(fields);
    }

    private static JsonNode ok(DirectClient.Answer answer) {
        assertEquals(2, answer.status() / 100, answer::toString);
        return answer.body();
    }

    /** All that somebody of the tenant could have lost or got. */
    private static List<JsonNode> state() throws Exception {
        URI at = hub.dmService();
        List<JsonNode> all = new ArrayList<>();
        for (DirectClient who : List.of(ann, bob)) {
            String peer = who == ann ? "bob" : "ann";
            for (String path : List.of(
                    peer + "/messages",
                    peer + "/conversation",
                    peer + "/messages/" + taken.mid() + "/versions",
                    "contacts",
                    "blocks",
                    "relations",
                    "settings")) {
                all.add(ok(who.get(at, "/api/dm/" + path)));
            }
        }
        for (String path : List.of(
                "accounts?ids=ann,bob",
                "reports",
                "reports/" + taken.report(),
                "messages/jobs",
                "messages/jobs/" + taken.job())) {
            all.add(ok(backend.get(at, "/api/dm/" + path)));
        }
        return all;
    }

    private static HubApi.Reply ask(URI at, Documented operation, String token) {
        return api.ask(
                at,
                operation.method(),
                DirectSamples.path(operation, taken),
                token,
                DirectSamples.body(operation, taken),
                Map.of());
    }

    private static List<Documented> those(Predicate<Documented> which) {
        return operations.stream().filter(which).toList();
    }

    private static void assertRefused(URI at, List<Documented> asked, String token, String status, String what) {
        assertAll(asked.stream().map(operation -> () -> {
            HubApi.Reply reply = ask(at, operation, token);
            assertEquals(
                    status,
                    reply.status() + " " + reply.body().path("code").asText(),
                    () -> what + ", " + operation + " at " + at + ": " + reply);
        }));
    }

    @Test
    void theTableNamesEachOperationOfTheDocumentOnce() {
        assertEquals(
                operations.stream().map(Documented::id).sorted().toList(),
                Stream.of(OPEN, PERSONAL, BACKEND).flatMap(Set::stream).sorted().toList());
        assertEquals(
                OPEN.stream().sorted().toList(),
                those(Documented::open).stream().map(Documented::id).sorted().toList());
        assertTrue(
                operations.stream().map(Documented::id).toList().containsAll(OF_SOMETHING),
                "those of something are of them");
    }

    @Test
    void whoShowsNoTokenOrAForgedOneGetsNothing() throws Exception {
        List<JsonNode> before = state();
        List<Documented> closed = those(operation -> !operation.open());
        for (URI at : List.of(hub.edge(2), hub.dmService())) {
            assertRefused(at, closed, null, "401 unauthenticated", "no token");
            for (ForgedToken forged : ForgedToken.of(hub, HOME, "ann")) {
                assertRefused(at, closed, forged.token(), "401 " + forged.code(), forged.what());
            }
        }
        assertEquals(before, state());
    }

    @Test
    void aForgedTokenConnectsNobody() throws Exception {
        try (Clients clients = new Clients(1)) {
            for (ForgedToken forged : ForgedToken.of(hub, HOME, "ann")) {
                Answer answer = clients.open(
                                ClientOptions.of(List.of(hub.webSocket(1)), forged::token), new HubListener() {})
                        .connected()
                        .get(SOON.toSeconds(), TimeUnit.SECONDS);
                assertEquals(forged.code(), answer.code(), forged::what);
            }
        }
    }

    @Test
    void whatIsForBackendsIsForNoPerson() throws Exception {
        List<JsonNode> before = state();
        List<Documented> asked = those(operation -> BACKEND.contains(operation.id()));
        int asker = 0;
        for (URI at : List.of(hub.edge(2), hub.dmService())) {
            for (Map<String, Role> rooms : List.of(Map.<String, Role>of(), Map.of("7", Role.HOST))) {
                String user = "eve" + asker++; // one may not ask that often
                String token =
                        hub.token(new Claims(user, user, HOME, rooms, false, System.currentTimeMillis() + 3_600_000));
                assertRefused(at, asked, token, "403 forbidden", "a person");
            }
        }
        assertEquals(before, state());
    }

    /** Nobody writes direct messages without being somebody. */
    @Test
    void noKeyIsTakenWhateverItsScope() throws Exception {
        List<JsonNode> before = state();
        List<Documented> closed = those(operation -> !operation.open());
        for (KeyScope scope : KeyScope.values()) {
            String key = key(scope);
            for (URI at : List.of(hub.edge(2), hub.dmService())) {
                assertRefused(at, closed, key, "401 bad_token", "a key of " + scope);
            }
        }
        assertEquals(before, state());
    }

    private static String key(KeyScope scope) {
        Map<String, ?> wanted = Map.of("name", "key", "scopes", List.of(scope.wireName()));
        HubApi.Reply made = api.ask(hub.edge(2), "POST", "/api/keys", backend.token(), wanted, Map.of());
        assertEquals(201, made.status(), made::toString);
        String key = made.body().path("key").asText();
        Eventually.await(
                SOON,
                "the key is known",
                () -> !List.of(401, 503).contains(api.get("/api/rooms", key).status()));
        return key;
    }

    /** By the same ids as in the one tenant, for all of them. */
    @Test
    void anotherTenantNeitherSeesNorChangesAnything() throws Exception {
        List<JsonNode> before = state();
        for (DirectClient other :
                List.of(new DirectClient(ELSEWHERE, "ann", true), new DirectClient(ELSEWHERE, "backend", true))) {
            // a job by the same id is its own from then on
            List<Documented> asked =
                    those(operation -> !operation.open() && !operation.id().equals("makeJob"));
            assertAll(asked.stream().map(operation -> () -> {
                HubApi.Reply reply = ask(hub.edge(2), operation, other.token());
                assertFalse(reply.toString().contains(MARK), () -> operation + ": " + reply);
                if (OF_SOMETHING.contains(operation.id())) {
                    assertEquals("not_found", reply.body().path("code").asText(), () -> operation + ": " + reply);
                } else {
                    assertEquals(2, reply.status() / 100, () -> operation + ": " + reply);
                }
            }));
        }
        Documented makeJob =
                those(operation -> operation.id().equals("makeJob")).get(0);
        assertEquals(
                201,
                ask(hub.edge(2), makeJob, new DirectClient(ELSEWHERE, "backend", true).token())
                        .status());
        assertEquals(before, state());
    }
}
