package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Account;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sanctions by device and address, for a stream, and in all rooms of an owner, on two edges that believe a proxy on this machine. Every user
 * is moderator somewhere, which only lets it ask more often.
 */
@Alone
final class SanctionTargetsIT {
    private static final Duration IN_FORCE_MAX = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Map<String, String> BEHIND_A_PROXY = Map.of(
            "DANMAKU_EDGE_TRUSTED_PROXIES", "127.0.0.0/8",
            // some say nothing while a service comes back
            "DANMAKU_EDGE_IDLE_MAX", "10m");

    private static TestHub hub;
    private static HubApi api;
    private static List<OwnService> edges;

    @BeforeAll
    static void start() throws IOException {
        hub = TestHub.get();
        api = new HubApi(hub);
        edges = List.of(
                OwnService.begin(hub, OwnService.Kind.EDGE, BEHIND_A_PROXY),
                OwnService.begin(hub, OwnService.Kind.EDGE, BEHIND_A_PROXY));
        for (OwnService edge : edges) {
            edge.awaitReady();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (OwnService edge : edges) {
            try (edge) {
                edge.stop();
            }
        }
    }

    private static String token(String user, String tenant, Map<String, Role> roles, boolean admin, String device) {
        long expiresAtMs = System.currentTimeMillis() + Duration.ofHours(1).toMillis();
        return hub.token(
                new Claims(user, user, tenant, roles, admin, expiresAtMs, Profile.NONE, Account.UNKNOWN.on(device)));
    }

    private static String viewer(String user, String device) {
        return token(user, "default", Map.of("elsewhere", Role.MODERATOR), false, device);
    }

    private static String moderator(String user, String room) {
        return token(user, "default", Map.of(room, Role.MODERATOR), false, "");
    }

    private ProxiedViewer from(int edge, String address, String token) throws IOException {
        return new ProxiedViewer(edges.get(edge - 1).address(), address, token);
    }

    private static String id(HubApi.Reply spoken) {
        assertEquals(201, spoken.status(), spoken::toString);
        return spoken.body().path("id").asText();
    }

    /** Called with the API's answer: the second counts from there. */
    private static void awaitOutcome(String outcome, List<ProxiedViewer> viewers, String room) {
        List<ProxiedViewer> waiting = new ArrayList<>(viewers);
        Eventually.await(IN_FORCE_MAX, outcome + " on every edge", () -> {
            for (ProxiedViewer one : List.copyOf(waiting)) {
                if (one.chat(room).equals(outcome)) {
                    waiting.remove(one);
                }
            }
            return waiting.isEmpty();
        });
    }

    private static void assertPutOutInTime(long answeredNs, List<ProxiedViewer> viewers, String room)
            throws IOException {
        for (ProxiedViewer one : viewers) {
            one.awaitPutOut(room);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - answeredNs);
        assertTrue(took.compareTo(IN_FORCE_MAX) <= 0, () -> "it took " + took);
    }

    /** The status of the room's history over HTTP, asked for by a proxy on somebody's behalf. */
    private static int history(int edge, String room, String address, String token) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(edges.get(edge - 1).address().resolve("/api/rooms/" + room + "/events"))
                                .header("Authorization", "Bearer " + token)
                                .header("X-Forwarded-For", address)
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aBanOfAddressesPutsOutWhoComesFromThereButModerators() throws Exception {
        String room = api.createRoom("by-address", Map.of());
        String where = "/api/rooms/" + room;
        try (ProxiedViewer one = from(1, "203.0.113.7", viewer("a1", "")).in(room);
                ProxiedViewer two =
                        from(2, "198.51.100.1, 203.0.113.8", viewer("a2", "")).in(room);
                ProxiedViewer mod =
                        from(1, "203.0.113.9", moderator("a3", room)).in(room);
                ProxiedViewer other = from(2, "203.0.114.7", viewer("a4", "")).in(room)) {
            HubApi.Reply ban = api.speak(
                    moderator("a3", room),
                    where,
                    Map.of("address", "203.0.113.77/24", "kind", "ban", "reason", "raid"));
            assertPutOutInTime(System.nanoTime(), List.of(one, two), room);
            assertEquals("203.0.113.0/24", ban.body().path("address").asText());
            assertEquals("banned", one.join(room));
            assertEquals("banned", two.join(room));
            assertEquals("ok", mod.chat(room));
            assertEquals("ok", other.chat(room));
            assertEquals(403, history(1, room, "203.0.113.200", viewer("a5", "")));
            assertEquals(200, history(1, room, "203.0.114.200", viewer("a5", "")));

            JsonNode listed =
                    api.get(where + "/sanctions", moderator("a3", room)).body().at("/sanctions/0");
            assertEquals("203.0.113.0/24", listed.path("address").asText());
            assertEquals("a3", listed.path("by").asText());
            assertEquals("raid", listed.path("reason").asText());

            assertEquals(200, api.unmute(moderator("a3", room), room, id(ban)).status());
            Eventually.await(
                    IN_FORCE_MAX,
                    "it is lifted on both edges",
                    () -> one.join(room).matches("ok|already_joined")
                            && two.join(room).matches("ok|already_joined"));
            assertEquals("ok", two.chat(room));
            other.chat(room);
            assertEquals(List.of(), other.events("sanction"), "viewers are told of no address");
        }
    }

    @Test
    void aDeviceIsReachedWhateverItsUserAndAddress() throws Exception {
        String room = api.createRoom("by-device", Map.of());
        String where = "/api/rooms/" + room;
        try (ProxiedViewer one = from(1, "203.0.113.7", viewer("d1", "phone:1")).in(room);
                ProxiedViewer two =
                        from(2, "198.51.100.7", viewer("d2", "phone:1")).in(room);
                ProxiedViewer other =
                        from(2, "203.0.113.7", viewer("d1", "phone:2")).in(room)) {
            HubApi.Reply mute = api.speak(
                    moderator("d3", room), where, Map.of("device", "phone:1", "kind", "mute", "seconds", 600));
            awaitOutcome("muted", List.of(one, two), room);
            assertEquals("ok", other.chat(room));
            assertEquals(200, api.unmute(moderator("d3", room), room, id(mute)).status());
            awaitOutcome("ok", List.of(one, two), room);

            assertEquals(
                    201,
                    api.speak(moderator("d3", room), where, Map.of("device", "phone:1", "kind", "kick"))
                            .status());
            assertPutOutInTime(System.nanoTime(), List.of(one, two), room);
            assertEquals("ok", other.chat(room));
            JsonNode refused =
                    one.ask("\"op\":\"join\",\"room\":\"" + room + "\"").path("error");
            assertEquals("banned", refused.path("code").asText());
            assertTrue(refused.path("retryMs").asInt() <= 10_000, refused::toString);

            id(api.speak(moderator("d3", room), where, Map.of("device", "phone:2", "kind", "shadow")));
            Eventually.await(IN_FORCE_MAX, "nobody is shown it", () -> {
                JsonNode answer = other.say(room);
                long said = answer.at("/ok/o").asLong();
                assertTrue(said > 0, answer::toString);
                JsonNode page = other.ask("\"op\":\"history\",\"room\":\"" + room + "\",\"limit\":1")
                        .at("/ok/events/0");
                return page.path("o").asLong() < said;
            });
        }
    }

    @Test
    void whatAnOwnerSaysHoldsInAllTheOwnersRoomsAlsoThoseToCome() throws Exception {
        String owner = "owner-" + System.nanoTime();
        String first = "first-" + owner;
        String later = "later-" + owner;
        String where = "/api/owners/" + owner;
        String token = viewer(owner, "");
        assertEquals(
                403,
                api.speak(token, where, Map.of("user", "o1", "kind", "mute")).status(),
                "who owns no room yet");
        assertEquals(201, api.createRoomOf(owner, first).status());
        try (ProxiedViewer muted1 = from(1, "203.0.113.7", viewer("o1", "")).in(first);
                ProxiedViewer muted2 = from(2, "203.0.113.8", viewer("o1", "")).in(first);
                ProxiedViewer banned = from(1, "192.0.2.1", viewer("o2", "")).in(first)) {
            HubApi.Reply mute = api.speak(token, where, Map.of("user", "o1", "kind", "mute"));
            awaitOutcome("muted", List.of(muted1, muted2), first);
            assertEquals(
                    201,
                    api.speak(hub.adminToken(), where, Map.of("address", "192.0.2.0/24", "kind", "ban"))
                            .status());
            assertPutOutInTime(System.nanoTime(), List.of(banned), first);

            assertEquals(201, api.createRoomOf(owner, later).status());
            muted1.in(later);
            assertEquals("muted", muted1.chat(later));
            assertEquals("banned", banned.join(later));
            String stranger = api.createRoom("stranger", Map.of());
            assertEquals("ok", banned.in(stranger).chat(stranger));

            JsonNode page = api.get(where + "/sanctions?limit=1", token).body();
            assertEquals("address:192.0.2.0/24/ban", page.path("cursor").asText());
            JsonNode next = api.get(where + "/sanctions?limit=1&cursor=address:192.0.2.0/24/ban", token)
                    .body();
            assertEquals("o1", next.at("/sanctions/0/user").asText());
            assertTrue(next.path("cursor").isNull());

            hub.kill9("room-service");
            hub.awaitBack("room-service");
            assertEquals("muted", muted2.chat(first));
            assertEquals(
                    "o1",
                    api.get(where + "/sanctions", token)
                            .body()
                            .at("/sanctions/1/user")
                            .asText());
            // an edge that starts now has only the state to read
            try (OwnService third = OwnService.start(hub, OwnService.Kind.EDGE, BEHIND_A_PROXY)) {
                try (ProxiedViewer again = new ProxiedViewer(third.address(), "192.0.2.9", viewer("o3", ""));
                        ProxiedViewer still = new ProxiedViewer(third.address(), "203.0.113.7", viewer("o1", ""))) {
                    assertEquals("banned", again.join(later));
                    assertEquals("muted", still.in(later).chat(later));
                }
                third.stop();
            }
            assertEquals(
                    200, api.remove(token, where + "/sanctions/" + id(mute)).status());
            awaitOutcome("ok", List.of(muted1, muted2), first);
            assertEquals(List.of(), muted1.events("sanction"), "no single room is told");
        }
    }

    @Test
    void aBanOfThisStreamEndsWhenItDoes() throws Exception {
        String room = api.createRoom("stream", Map.of());
        String where = "/api/rooms/" + room;
        assertEquals(200, api.live(room, true).status());
        try (ProxiedViewer one = from(1, "203.0.113.7", viewer("s1", "")).in(room);
                ProxiedViewer two = from(2, "203.0.113.8", viewer("s2", "tv")).in(room);
                ProxiedViewer other = from(1, "192.0.2.1", viewer("s3", "")).in(room)) {
            HubApi.Reply ban =
                    api.speak(moderator("s4", room), where, Map.of("user", "s1", "kind", "ban", "stream", true));
            assertPutOutInTime(System.nanoTime(), List.of(one), room);
            assertTrue(
                    ban.body().path("stream").asBoolean()
                            && ban.body().path("until").isNull(),
                    ban::toString);
            id(api.speak(moderator("s4", room), where, Map.of("device", "tv", "kind", "ban", "stream", true)));
            assertPutOutInTime(System.nanoTime(), List.of(two), room);
            assertEquals("banned", one.join(room));

            assertEquals(200, api.live(room, false).status());
            Eventually.await(
                    IN_FORCE_MAX,
                    "the stream is over on both edges",
                    () -> one.join(room).matches("ok|already_joined")
                            && two.join(room).matches("ok|already_joined"));
            assertEquals(
                    0,
                    api.get(where + "/sanctions", hub.adminToken())
                            .body()
                            .path("sanctions")
                            .size());
            Eventually.await(SOON, "viewers are told of the user", () -> {
                other.chat(room);
                return !other.events("sanction").isEmpty();
            });
            JsonNode told = other.events("sanction").get(0);
            assertTrue(told.path("stream").asBoolean(), told::toString);
            assertEquals(1, other.events("sanction").size(), "not of the device");
        }
    }

    @Test
    void whoMayNotDecideIsRefused() {
        String room = api.createRoom("refused", Map.of());
        String owner = "owner-" + System.nanoTime();
        assertEquals(201, api.createRoomOf(owner, "of-" + owner).status());
        String rooms = "/api/rooms/" + room;
        String owners = "/api/owners/" + owner;
        Map<String, String> ban = Map.of("address", "203.0.113.0/24", "kind", "ban");
        String otherAdmin = token("x", "other", Map.of(), true, "");

        assertRefused(403, "forbidden", api.speak(viewer("r1", ""), rooms, ban));
        assertRefused(403, "forbidden", api.speak(moderator("r2", "of-" + owner), rooms, ban));
        assertRefused(404, "no_such_room", api.speak(otherAdmin, rooms, ban));
        assertRefused(403, "forbidden", api.get(rooms + "/sanctions", viewer("r1", "")));
        for (String token : List.of(viewer("r1", ""), moderator("r2", "of-" + owner))) {
            assertRefused(403, "forbidden", api.speak(token, owners, ban));
            assertRefused(403, "forbidden", api.get(owners + "/sanctions", token));
            assertRefused(403, "forbidden", api.remove(token, owners + "/sanctions/x"));
        }
        // another tenant's owner of that name is another one
        assertEquals(201, api.speak(otherAdmin, owners, ban).status());
        assertEquals(
                0,
                api.get(owners + "/sanctions", hub.adminToken())
                        .body()
                        .path("sanctions")
                        .size());
        String other = "other-" + System.nanoTime();
        assertEquals(201, api.createRoomOf(other, "of-" + other).status());
        assertRefused(403, "forbidden", api.speak(viewer(other, ""), owners, ban));

        String mine = viewer(owner, "");
        assertRefused(404, "not_found", api.remove(mine, owners + "/sanctions/x"));
        assertRefused(400, "bad_field", api.speak(mine, owners, Map.of("user", "7", "kind", "ban", "stream", true)));
        assertRefused(400, "bad_field", api.speak(mine, owners, Map.of("kind", "ban")));
        for (String wide : List.of("10.0.0.0/7", "::/8", "localhost", "10.0.0.1:80")) {
            assertRefused(400, "bad_field", api.speak(mine, owners, Map.of("address", wide, "kind", "ban")));
        }
        assertFalse(
                api.get(owners + "/sanctions", mine).body().path("sanctions").isMissingNode());
    }

    private static void assertRefused(int status, String code, HubApi.Reply reply) {
        assertEquals(code, reply.body().path("code").asText(), reply::toString);
        assertEquals(status, reply.status(), reply::toString);
    }

    @Test
    void aTenantHasAsManySanctionsAsItsQuotaAllowsWhoeverTheyAreFor() {
        String admin = token("backend", TestHub.CRAMPED, Map.of(), true, "");
        for (String owner : List.of("made-up-1", "made-up-2")) {
            id(api.speak(admin, "/api/owners/" + owner, Map.of("user", "7", "kind", "mute")));
        }
        HubApi.Reply third = api.speak(admin, "/api/owners/made-up-3", Map.of("user", "7", "kind", "mute"));
        assertRefused(429, "quota", third);
        assertTrue(third.body().path("retryMs").asLong() > 0, third::toString);
        // in the place of another one
        id(api.speak(admin, "/api/owners/made-up-2", Map.of("user", "7", "kind", "mute", "seconds", 1)));
    }
}
