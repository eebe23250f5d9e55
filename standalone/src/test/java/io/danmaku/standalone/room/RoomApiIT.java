package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.room.RoomHttp.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What room-service answers over HTTP: who may what, and what becomes of bad input. */
class RoomApiIT {
    private static final long AN_HOUR_MS = 3_600_000;

    private final TestHub hub = TestHub.get();
    private final RoomHttp backend = new RoomHttp(hub.roomService(), hub.adminToken());

    private RoomHttp as(String user, Map<String, Role> rooms) {
        return new RoomHttp(hub.roomService(), token(user, "default", rooms, false));
    }

    private String token(String user, String tenant, Map<String, Role> rooms, boolean admin) {
        return hub.token(new Claims(user, user, tenant, rooms, admin, System.currentTimeMillis() + AN_HOUR_MS));
    }

    private static void assertProblem(int status, String code, Answer answer) {
        assertEquals(code, answer.code(), String.valueOf(answer.body()));
        assertEquals(status, answer.status());
        assertEquals("application/problem+json", answer.contentType());
        assertEquals(status, answer.body().path("status").intValue());
        assertFalse(answer.body().path("title").asText().isEmpty());
        assertEquals("about:blank", answer.body().path("type").asText());
        assertFalse(answer.body().path("detail").asText().isEmpty());
    }

    @Test
    void aRoomIsCreatedReadChangedAndClosed() throws Exception {
        Answer made = backend.post("/api/rooms", "{\"id\":\"api-life\",\"title\":\"a\",\"policy\":{\"slowModeMs\":5}}");
        assertEquals(201, made.status());
        assertEquals(1, made.body().path("version").intValue());
        assertEquals(made.body(), backend.get("/api/rooms/api-life").body());
        assertProblem(409, "exists", backend.post("/api/rooms", "{\"id\":\"api-life\"}"));

        Answer changed = backend.patch("/api/rooms/api-life", "{\"policy\":{\"textLengthMax\":50}}");
        assertEquals(200, changed.status());
        assertEquals(5, changed.body().at("/policy/slowModeMs").intValue());
        assertEquals(50, changed.body().at("/policy/textLengthMax").intValue());
        assertEquals(2, changed.body().path("version").intValue());
        assertEquals(
                2,
                backend.patch("/api/rooms/api-life", "{\"title\":\"a\"}")
                        .body()
                        .path("version")
                        .intValue(),
                "a change to what it is already changes nothing");

        assertEquals(
                "closed",
                backend.delete("/api/rooms/api-life").body().path("state").asText());
        assertEquals(200, backend.delete("/api/rooms/api-life").status());
        assertProblem(410, "room_closed", backend.patch("/api/rooms/api-life", "{\"title\":\"b\"}"));
        assertEquals(
                "closed",
                backend.get("/api/rooms/api-life").body().path("state").asText());
    }

    @Test
    void aRoomsProfileIsSetClearedAndFoundBy() throws Exception {
        String profile = """
                {"id":"api-show","title":"Saturday Live","cover":"https://img.example/1.png","tags":["music","jazz"],\
                "category":"api-concerts","language":"zh-CN","live":true,"attributes":{"shop":"17"}}""";
        Answer made = backend.post("/api/rooms", profile);
        assertEquals(201, made.status(), String.valueOf(made.body()));
        assertEquals("[\"music\",\"jazz\"]", made.body().path("tags").toString());
        assertEquals("17", made.body().at("/attributes/shop").asText());
        assertEquals(
                201,
                backend.post("/api/rooms", "{\"id\":\"api-talk\",\"title\":\"x\",\"category\":\"api-concerts\"}")
                        .status());
        assertEquals(made.body(), backend.get("/api/rooms/api-show").body());
        assertEquals(List.of("api-show", "api-talk"), found("category=api-concerts"));
        for (String query : List.of("live=true", "tag=jazz&tag=music", "language=ZH-cn", "q=saturday%20l")) {
            assertEquals(List.of("api-show"), found("category=api-concerts&state=open&" + query), query);
        }
        for (String query : List.of("live=false&tag=jazz", "state=closed", "online=1", "tag=rock")) {
            assertEquals(List.of(), found("category=api-concerts&" + query + "&q=saturday"), query);
        }
        Answer page = backend.get("/api/rooms?category=api-concerts&limit=1");
        assertEquals(1, page.body().path("rooms").size());
        assertEquals(
                List.of("api-talk"),
                found("category=api-concerts&limit=1&cursor="
                        + page.body().path("cursor").asText()));

        Answer changed = backend.patch("/api/rooms/api-show", "{\"live\":false,\"cover\":null,\"tags\":[\"jazz\"]}");
        assertEquals("", changed.body().path("cover").asText());
        assertEquals("[\"jazz\"]", changed.body().path("tags").toString());
        assertEquals("17", changed.body().at("/attributes/shop").asText(), "what is not named stays");
        assertEquals(1, made.body().path("stream").asInt());
        assertTrue(made.body().path("liveSince").asLong() > 0);
        assertEquals(2, changed.body().path("stream").asInt(), "the first stream has ended");
        assertTrue(changed.body().path("liveSince").isNull());
        assertEquals(List.of(), found("category=api-concerts&live=true"));

        for (String bad : List.of(
                "{\"cover\":\"javascript:alert(1)\"}",
                "{\"tags\":\"jazz\"}",
                "{\"tags\":[7]}",
                "{\"tags\":[\"\"]}",
                "{\"category\":\"a\\nb\"}",
                "{\"language\":\"not a language\"}",
                "{\"live\":\"yes\"}",
                "{\"title\":\"\\ud800\"}",
                "{\"attributes\":{\"a b\":\"c\"}}",
                "{\"attributes\":{\"a\":7}}")) {
            assertProblem(400, "bad_field", backend.patch("/api/rooms/api-show", bad));
        }
        assertProblem(400, "bad_field", backend.get("/api/rooms?colour=red"));
        assertProblem(400, "bad_field", backend.get("/api/rooms?live=perhaps"));
        assertProblem(400, "bad_field", backend.get("/api/rooms?q=a&q=b"));
        assertProblem(400, "bad_field", backend.get("/api/rooms?online=-1"));
    }

    private List<String> found(String query) throws Exception {
        Answer page = backend.get("/api/rooms?" + query);
        assertEquals(200, page.status(), String.valueOf(page.body()));
        List<String> ids = new ArrayList<>();
        page.body().path("rooms").forEach(room -> ids.add(room.path("id").asText()));
        return ids;
    }

    @Test
    void ofTwoWhoChangeARoomAtOnceTheLaterIsToldSo() throws Exception {
        String first = backend.post("/api/rooms", "{\"id\":\"api-etag\"}").etag();
        assertEquals(first, backend.get("/api/rooms/api-etag").etag());
        Answer one = backend.patchIf(first, "/api/rooms/api-etag", "{\"title\":\"one\"}");
        assertEquals(200, one.status());
        assertFalse(first.equals(one.etag()));
        assertProblem(412, "changed", backend.patchIf(first, "/api/rooms/api-etag", "{\"title\":\"two\"}"));
        assertEquals(
                "one", backend.get("/api/rooms/api-etag").body().path("title").asText());
        assertEquals(
                200,
                backend.patchIf(one.etag(), "/api/rooms/api-etag", "{\"title\":\"two\"}")
                        .status());
        assertEquals(
                200,
                backend.patchIf("*", "/api/rooms/api-etag", "{\"title\":\"three\"}")
                        .status());
        assertProblem(400, "bad_field", backend.patchIf("three", "/api/rooms/api-etag", "{\"title\":\"four\"}"));
    }

    @Test
    void aClosedRoomMadeAnewIsALaterEpochWithoutTheOldSanctions() throws Exception {
        JsonNode first = backend.post("/api/rooms", "{\"id\":\"api-anew\"}").body();
        assertEquals(
                201,
                backend.post("/api/rooms/api-anew/sanctions", "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":600}")
                        .status());
        backend.delete("/api/rooms/api-anew");
        JsonNode second = backend.post("/api/rooms", "{\"id\":\"api-anew\"}").body();
        assertTrue(Long.parseLong(second.path("epoch").asText(), 36)
                > Long.parseLong(first.path("epoch").asText(), 36));
        assertEquals(3, second.path("version").intValue());
        assertEquals(
                0,
                backend.get("/api/rooms/api-anew/sanctions")
                        .body()
                        .path("sanctions")
                        .size());
    }

    @Test
    void aSanctionIsSpokenListedAndLifted() throws Exception {
        backend.post("/api/rooms", "{\"id\":\"api-mute\"}");
        RoomHttp moderator = as("m", Map.of("api-mute", Role.MODERATOR));
        Answer spoken = moderator.post(
                "/api/rooms/api-mute/sanctions",
                "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":60,\"reason\":\"spam\"}");
        assertEquals(201, spoken.status());
        assertEquals("m", spoken.body().path("by").asText());
        moderator.post("/api/rooms/api-mute/sanctions", "{\"user\":\"8\",\"kind\":\"mute\",\"seconds\":60}");
        Answer page = moderator.get("/api/rooms/api-mute/sanctions?limit=1");
        assertEquals(spoken.body(), page.body().at("/sanctions/0"));
        Answer next = moderator.get("/api/rooms/api-mute/sanctions?limit=1&cursor="
                + page.body().path("cursor").asText());
        assertEquals("8", next.body().at("/sanctions/0/user").asText());
        assertTrue(next.body().path("cursor").isNull());

        String path =
                "/api/rooms/api-mute/sanctions/" + spoken.body().path("id").asText();
        assertEquals(200, moderator.delete(path).status());
        assertProblem(404, "not_found", moderator.delete(path));
        assertEquals(
                1,
                moderator
                        .get("/api/rooms/api-mute/sanctions")
                        .body()
                        .path("sanctions")
                        .size());
    }

    @Test
    void rolesDecideWhoMayWhat() throws Exception {
        backend.post("/api/rooms", "{\"id\":\"api-roles\"}");
        RoomHttp viewer = as("v", Map.of());
        RoomHttp moderator = as("m", Map.of("api-roles", Role.MODERATOR));
        RoomHttp host = as("h", Map.of("api-roles", Role.HOST, "api-own", Role.HOST));
        String mute = "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":60}";

        assertEquals(200, viewer.get("/api/rooms/api-roles").status());
        assertEquals(200, viewer.get("/api/rooms/api-roles/presence").status());
        assertProblem(403, "forbidden", viewer.patch("/api/rooms/api-roles", "{\"title\":\"x\"}"));
        assertProblem(403, "forbidden", viewer.delete("/api/rooms/api-roles"));
        assertProblem(403, "forbidden", viewer.post("/api/rooms/api-roles/sanctions", mute));
        assertProblem(403, "forbidden", viewer.get("/api/rooms/api-roles/sanctions"));
        assertProblem(403, "forbidden", viewer.post("/api/rooms", "{\"id\":\"api-viewer\"}"));
        assertProblem(403, "forbidden", viewer.post("/api/rooms", "{}"));

        assertProblem(403, "forbidden", moderator.patch("/api/rooms/api-roles", "{\"title\":\"x\"}"));
        assertEquals(201, moderator.post("/api/rooms/api-roles/sanctions", mute).status());

        assertEquals(
                200, host.patch("/api/rooms/api-roles", "{\"title\":\"x\"}").status());
        assertEquals(201, host.post("/api/rooms", "{\"id\":\"api-own\"}").status());
        assertProblem(403, "forbidden", host.post("/api/rooms", "{\"id\":\"api-not-own\"}"));
        assertProblem(403, "forbidden", host.post("/api/rooms", "{}"));
        assertEquals(200, host.delete("/api/rooms/api-roles").status());
    }

    @Test
    void tenantsDoNotSeeOneAnother() throws Exception {
        backend.post("/api/rooms", "{\"id\":\"api-tenant\"}");
        RoomHttp other = new RoomHttp(hub.roomService(), token("b", "other", Map.of(), true));
        assertProblem(404, "no_such_room", other.get("/api/rooms/api-tenant"));
        assertProblem(404, "no_such_room", other.delete("/api/rooms/api-tenant"));
        assertEquals(
                201,
                other.post("/api/rooms", "{\"id\":\"api-tenant\",\"title\":\"theirs\"}")
                        .status());
        assertEquals(
                "api-tenant",
                backend.get("/api/rooms/api-tenant").body().path("title").asText());
        JsonNode theirs = other.get("/api/rooms").body().path("rooms");
        assertEquals(1, theirs.size());
    }

    @Test
    void aListIsReadByPages() throws Exception {
        RoomHttp lister = new RoomHttp(hub.roomService(), token("b", "lists", Map.of(), true));
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            made.add(lister.post("/api/rooms", "{}").body().path("id").asText());
        }
        made.sort(null);
        List<String> listed = new ArrayList<>();
        String cursor = null;
        do {
            JsonNode page = lister.get("/api/rooms?limit=3" + (cursor == null ? "" : "&cursor=" + cursor))
                    .body();
            page.path("rooms").forEach(room -> listed.add(room.path("id").asText()));
            cursor = page.path("cursor").textValue();
        } while (cursor != null);
        assertEquals(made, listed);
    }

    @Test
    void badInputGetsAnAnswerWithACode() throws Exception {
        assertProblem(400, "bad_json", backend.post("/api/rooms", "{\"id\":"));
        assertProblem(400, "bad_json", backend.post("/api/rooms", "[]"));
        assertProblem(400, "bad_json", backend.post("/api/rooms", ""));
        assertProblem(400, "bad_json", backend.post("/api/rooms", "[".repeat(2_000)));
        assertProblem(400, "bad_field", backend.post("/api/rooms", "{\"id\":\"a b\"}"));
        assertProblem(400, "bad_field", backend.post("/api/rooms", "{\"id\":7}"));
        assertProblem(400, "bad_field", backend.post("/api/rooms", "{\"policy\":{\"slowModeMs\":-1}}"));
        assertProblem(400, "bad_field", backend.post("/api/rooms", "{\"colour\":\"red\"}"));
        assertProblem(400, "bad_field", backend.get("/api/rooms?limit=0"));
        assertProblem(400, "bad_field", backend.get("/api/rooms?limit=many"));
        assertProblem(400, "bad_field", backend.get("/api/rooms?cursor=%20"));
        assertProblem(400, "bad_field", backend.get("/api/rooms/a%2Fb"));
        assertProblem(404, "no_such_room", backend.get("/api/rooms/api-never"));
        assertProblem(404, "no_such_room", backend.patch("/api/rooms/api-never", "{\"title\":\"x\"}"));
        assertProblem(404, "not_found", backend.get("/api/elsewhere"));
        assertEquals(
                413,
                backend.post("/api/rooms", "{\"title\":\"" + "x".repeat(70_000) + "\"}")
                        .status());
    }

    @Test
    void badTokensAreToldApart() throws IOException, InterruptedException {
        assertProblem(401, "unauthenticated", new RoomHttp(hub.roomService(), null).get("/api/rooms"));
        assertProblem(401, "bad_token", new RoomHttp(hub.roomService(), "x.y.z").get("/api/rooms"));
        String expired = hub.token(new Claims("7", "7", "default", Map.of(), true, 1_000));
        assertProblem(401, "token_expired", new RoomHttp(hub.roomService(), expired).get("/api/rooms"));
    }

    @Test
    void anEdgesPortServesTheSame() throws Exception {
        backend.post("/api/rooms", "{\"id\":\"api-edge\"}");
        RoomHttp edge = new RoomHttp(hub.edge(2), hub.adminToken());
        assertEquals(
                backend.get("/api/rooms/api-edge").body(),
                edge.get("/api/rooms/api-edge").body());
        assertProblem(404, "no_such_room", edge.get("/api/rooms/api-never"));
        assertEquals(200, edge.patch("/api/rooms/api-edge", "{\"title\":\"x\"}").status());
    }

    @Test
    void aRoomsOwnerHasThatRoleInItAndOnlyAdminsNameAnother() throws IOException, InterruptedException {
        assertEquals(
                "olga",
                backend.post("/api/rooms", "{\"id\":\"api-owned\",\"owner\":\"olga\"}")
                        .body()
                        .path("owner")
                        .asText());
        RoomHttp olga = new RoomHttp(hub.roomService(), hub.token("olga"));
        assertEquals(
                200,
                olga.ask("PUT", "/api/rooms/api-owned/roles/otto", "{\"role\":\"host\"}")
                        .status());
        RoomHttp otto = new RoomHttp(hub.roomService(), hub.token("otto"));
        assertEquals(
                200, otto.patch("/api/rooms/api-owned", "{\"title\":\"t\"}").status());
        assertProblem(403, "forbidden", otto.ask("PUT", "/api/rooms/api-owned/roles/olga", "{\"role\":\"vip\"}"));

        RoomHttp host = new RoomHttp(hub.roomService(), hub.hostToken("hans", "api-hans"));
        assertProblem(403, "forbidden", host.post("/api/rooms", "{\"id\":\"api-hans\",\"owner\":\"olga\"}"));
        assertEquals(
                "hans",
                host.post("/api/rooms", "{\"id\":\"api-hans\"}")
                        .body()
                        .path("owner")
                        .asText());
        assertTrue(backend.post("/api/rooms", "{\"id\":\"api-nobodys\"}")
                .body()
                .path("owner")
                .isNull());
    }

    @Test
    void whoAsksWithoutEndIsHeldUpAndNobodyElse() throws Exception {
        backend.post("/api/rooms", "{\"id\":\"api-rate\"}");
        RoomHttp insatiable = as("api-insatiable", Map.of());
        Answer last = insatiable.get("/api/rooms?q=x");
        for (int i = 1; i < 2_000 && last.status() == 200; i++) {
            last = insatiable.get("/api/rooms?q=x");
        }
        assertProblem(429, "rate_limited", last);
        assertTrue(last.body().path("retryMs").asLong() > 0);
        RoomHttp host = as("api-rate-host", Map.of("api-rate", Role.HOST));
        assertEquals(200, host.patch("/api/rooms/api-rate", "{\"title\":\"b\"}").status());
        assertEquals(200, backend.get("/api/rooms?q=x").status());
        Eventually.await(
                Duration.ofSeconds(10),
                "it goes on",
                () -> insatiable.get("/api/rooms/api-rate").status() == 200);
    }
}
