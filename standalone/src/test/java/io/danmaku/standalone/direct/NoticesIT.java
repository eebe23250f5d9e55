package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a backend sends: notices, messages in the name of users, and jobs to many, on real engines and through kills. */
class NoticesIT {
    private static final Duration DONE_MAX = Duration.ofMinutes(2);
    private static final Duration SEEN_MAX = Duration.ofSeconds(20);
    private static final String JOBS = "/api/dm/messages/jobs";

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final URI edge = hub.edge(1);
    private final String run = "notices-" + Long.toString(System.nanoTime(), 36);
    private final String system = run + "-system";
    private final DirectClient backend = new DirectClient("backend", true);
    private final DirectClient viewer = new DirectClient(run + "-viewer", false);

    private static ObjectNode notice(String title) {
        return Json.object().put("title", title).put("text", "what it says").put("ref", "order:17");
    }

    private ObjectNode message(String to, String cid, String title) {
        ObjectNode message =
                Json.object().put("from", system).put("to", to).put("cid", cid).put("kind", "notice");
        message.set("body", notice(title));
        return message;
    }

    private ObjectNode content(String title) {
        ObjectNode content = Json.object().put("from", system).put("kind", "notice");
        content.set("body", notice(title));
        return content;
    }

    private static ObjectNode users(List<String> users) {
        ObjectNode body = Json.object();
        ArrayNode array = body.putArray("users");
        users.forEach(array::add);
        return body;
    }

    private List<String> names(String prefix, int n) {
        return IntStream.range(0, n).mapToObj(i -> run + "-" + prefix + i).toList();
    }

    private String job(String name) {
        return JOBS + "/" + run + "-" + name;
    }

    private static JsonNode ok(int status, DirectClient.Answer answer) {
        assertEquals(status, answer.status(), answer.toString());
        return answer.body();
    }

    private static void refused(int status, String code, DirectClient.Answer answer) {
        assertEquals(status + " " + code, answer.status() + " " + answer.code(), answer.toString());
    }

    private JsonNode made(String name, List<String> recipients, int perPart) throws Exception {
        JsonNode job = ok(201, backend.ask("PUT", edge, job(name), content(name)));
        for (int at = 0; at < recipients.size(); at += perPart) {
            String part = job(name) + "/parts/" + (1 + at / perPart);
            ObjectNode users = users(recipients.subList(at, Math.min(recipients.size(), at + perPart)));
            ok(200, backend.ask("PUT", edge, part, users));
        }
        return job;
    }

    private JsonNode read(URI at, String name) throws Exception {
        return ok(200, backend.get(at, job(name)));
    }

    private JsonNode done(String name) {
        return state(name, "done");
    }

    private JsonNode state(String name, String state) {
        List<JsonNode> last = new ArrayList<>();
        Eventually.await(DONE_MAX, name + " is " + state, () -> {
            last.add(read(direct, name));
            return last.get(last.size() - 1).path("state").asText().equals(state);
        });
        return last.get(last.size() - 1);
    }

    private static void counts(JsonNode job, int recipients, int sent, int left) {
        assertEquals(recipients, job.path("recipients").asInt(), job::toString);
        assertEquals(sent, job.path("sent").asInt(), job::toString);
        assertEquals(left, job.path("left").asInt(), job::toString);
    }

    @Test
    void aNoticeReachesAnOnlineUserAndItsCidIsItForEver() throws Exception {
        try (Clients clients = new Clients(1);
                Witness device = Witness.viewer(clients, hub, run + "-online", 2)) {
            JsonNode first =
                    ok(201, backend.post(edge, "/api/dm/messages", Json.bytes(message(device.user(), "n1", "one"))));
            Eventually.await(SEEN_MAX, "it is pushed, or was a moment too early", () -> {
                backend.post(
                        direct,
                        "/api/dm/messages",
                        Json.bytes(message(device.user(), "n" + System.nanoTime(), "more")));
                return device.direct().stream()
                        .anyMatch(m -> m.path("kind").asText().equals("notice")
                                && m.at("/body/ref").asText().equals("order:17")
                                && m.path("from").asText().equals(system));
            });
            assertEquals(
                    first,
                    ok(
                            201,
                            backend.post(
                                    direct, "/api/dm/messages", Json.bytes(message(device.user(), "n1", "again")))));
            List<JsonNode> seen = new DirectClient(device.user()).history(direct, system, 50);
            assertEquals("one", seen.get(0).at("/body/title").asText());
            assertEquals(first.get("mid"), seen.get(0).get("mid"));
        }
    }

    @Test
    void aBackendWritesInTheNameOfAUserOfItsTenantOnly() throws Exception {
        String ann = run + "-ann";
        ObjectNode message = Json.object()
                .put("from", ann)
                .put("to", run + "-bob")
                .put("cid", "c1")
                .put("kind", "text")
                .put("body", "hello");
        ok(201, backend.post(direct, "/api/dm/messages", Json.bytes(message)));
        // it is hers: her own send with this cid is its repeat
        JsonNode own = ok(201, new DirectClient(ann).send(direct, run + "-bob", "c1", "another"));
        assertEquals(1, own.get("seq").asLong());
        DirectClient elsewhere = new DirectClient("elsewhere", "backend", true);
        ok(201, elsewhere.post(direct, "/api/dm/messages", Json.bytes(message.put("cid", "c2"))));
        assertEquals(1, new DirectClient(ann).history(direct, run + "-bob", 50).size());
    }

    @Test
    void noUserSendsNotices() throws Exception {
        ObjectNode own = Json.object().put("cid", "c").put("kind", "notice");
        own.set("body", notice("I am the system"));
        refused(403, "forbidden", viewer.post(direct, "/api/dm/somebody/messages", Json.bytes(own)));
        refused(403, "forbidden", viewer.post(edge, "/api/dm/messages", Json.bytes(message("somebody", "c", "x"))));
        try (Clients clients = new Clients(1);
                Witness device = Witness.viewer(clients, hub, run + "-liar", 1)) {
            ObjectNode command = own.deepCopy().put("op", "dm.send").put("to", "somebody");
            Answer answer = device.wait(device.client().request(command));
            assertEquals("forbidden", answer.code(), answer::toString);
        }
        assertTrue(viewer.history(direct, "somebody", 10).isEmpty());
    }

    @Test
    void aJobReachesEachOnceAndTellsWhoIsRefused() throws Exception {
        List<String> people = names("p", 30);
        DirectClient blocker = new DirectClient(people.get(7));
        ok(200, blocker.ask("PUT", direct, "/api/dm/" + system + "/block", null));
        JsonNode open = made("small", people, 10);
        assertEquals("open", open.path("state").asText());
        // named twice, and the sender itself
        ok(200, backend.ask("PUT", direct, job("small") + "/parts/9", users(List.of(people.get(0), system))));
        counts(read(edge, "small"), 32, 0, 32);
        assertEquals(
                "running",
                ok(200, backend.ask("POST", edge, job("small") + "/start", null))
                        .path("state")
                        .asText());
        JsonNode done = done("small");
        counts(done, 32, 30, 0);
        assertEquals(1, done.at("/refused/blocked").asInt(), done::toString);
        assertEquals(1, done.at("/refused/bad_field").asInt(), done::toString);
        for (String name : people) {
            List<JsonNode> seen = new DirectClient(name).history(direct, system, 10);
            assertEquals(name.equals(blocker.user()) ? 0 : 1, seen.size(), name);
        }
        // everything asked again changes nothing
        assertEquals(done, made("small", people, 10));
        assertEquals(done, ok(200, backend.ask("POST", edge, job("small") + "/start", null)));
        assertEquals(done, ok(200, backend.ask("DELETE", direct, job("small"), null)));
    }

    @Test
    void aCancelledJobSendsNoMoreAndItsCountsAreRight() throws Exception {
        List<String> people = names("c", 3_000);
        made("cancelled", people, 1_000);
        ok(200, backend.ask("POST", direct, job("cancelled") + "/start", null));
        Eventually.await(
                DONE_MAX,
                "it is on its way",
                () -> read(direct, "cancelled").path("sent").asInt() > 100);
        JsonNode cancelled = ok(200, backend.ask("DELETE", edge, job("cancelled"), null));
        assertEquals("cancelled", cancelled.path("state").asText());
        List<JsonNode> last = new ArrayList<>(List.of(cancelled));
        Eventually.await(SEEN_MAX, "its counts are those of what was sent", () -> {
            last.add(read(direct, "cancelled"));
            return last.get(last.size() - 1).path("sent").asInt()
                    == new DirectClient(system).contacts(direct, 200).size();
        });
        int sent = last.get(last.size() - 1).path("sent").asInt();
        assertTrue(sent < 3_000, () -> "sent " + sent);
        counts(read(edge, "cancelled"), 3_000, sent, 3_000 - sent);
        refused(409, "conflict", backend.ask("POST", edge, job("cancelled") + "/start", null));
        refused(409, "conflict", backend.ask("PUT", edge, job("cancelled") + "/parts/9", users(List.of("7"))));
    }

    @Test
    void aJobGoesOnWhenWhoRunsItIsKilledAndEachHasItOnce() throws Exception {
        List<String> people = names("k", 3_000);
        try (OwnService second = OwnService.start(hub, OwnService.Kind.DM_SERVICE, Map.of())) {
            made("killed", people, 500);
            ok(200, backend.ask("POST", second.address(), job("killed") + "/start", null));
            awaitSent("killed", 300);
            boolean ran =
                    second.metric("danmaku_dm_jobs_messages_total") > 0 || second.metric("danmaku_dm_jobs_sending") > 0;
            second.kill9();
            assertTrue(ran, "who was asked to start it runs it");
            awaitSent("killed", 1_300);
            hub.kill9("dm-service");
            hub.awaitBack("dm-service");
            counts(done("killed"), 3_000, 3_000, 0);
        }
        for (String name : people) {
            List<JsonNode> seen = new DirectClient(name).history(direct, system, 10);
            assertEquals(1, seen.size(), name);
            assertEquals("killed", seen.get(0).at("/body/title").asText());
        }
    }

    /** What was told as sent stays told, whoever is killed. */
    private void awaitSent(String name, int atLeast) {
        List<Integer> told = new ArrayList<>();
        Eventually.await(DONE_MAX, atLeast + " are sent", () -> {
            told.add(read(direct, name).path("sent").asInt());
            return told.get(told.size() - 1) >= atLeast;
        });
        assertEquals(told.stream().sorted().toList(), told);
        assertTrue(told.get(told.size() - 1) < 3_000, () -> "the test is too slow: " + told);
    }

    @Test
    void whoeverHasNoBusinessWithAJobIsRefused() throws Exception {
        made("mine", List.of("7"), 1);
        DirectClient elsewhere = new DirectClient("elsewhere", "backend", true);
        for (String[] asked : List.of(
                new String[] {"GET", job("mine")},
                new String[] {"DELETE", job("mine")},
                new String[] {"POST", job("mine") + "/start"},
                new String[] {"PUT", job("mine") + "/parts/2"})) {
            ObjectNode body = asked[0].equals("PUT") ? users(List.of("8")) : null;
            refused(403, "forbidden", viewer.ask(asked[0], edge, asked[1], body));
            refused(404, "not_found", elsewhere.ask(asked[0], edge, asked[1], body));
            refused(404, "not_found", backend.ask(asked[0], edge, asked[1].replace("mine", "none"), body));
        }
        refused(403, "forbidden", viewer.ask("PUT", direct, job("mine"), content("mine")));
        refused(403, "forbidden", viewer.get(direct, JOBS));
        counts(read(direct, "mine"), 1, 0, 1);
        // another tenant's job of this id is another job
        ok(201, elsewhere.ask("PUT", direct, job("mine"), content("theirs")));
        refused(409, "conflict", backend.ask("PUT", direct, job("mine"), content("other words")));
        refused(409, "conflict", backend.ask("PUT", direct, job("mine") + "/parts/1", users(List.of("8"))));
        ok(200, backend.ask("DELETE", direct, job("mine"), null));
    }

    @Test
    void whatIsNotOfItsFormIsRefused() throws Exception {
        made("form", List.of("7"), 1);
        String part = job("form") + "/parts/";
        refused(400, "bad_field", backend.ask("PUT", direct, part + "2", users(names("x", 1_001))));
        refused(400, "bad_field", backend.ask("PUT", direct, part + "2", users(List.of())));
        refused(400, "bad_field", backend.ask("PUT", direct, part + "2", users(List.of("7", "a b"))));
        refused(
                400,
                "bad_field",
                backend.ask("PUT", direct, part + "2", Json.object().put("users", "7")));
        refused(400, "bad_field", backend.ask("PUT", direct, part + "0", users(List.of("7"))));
        refused(400, "bad_field", backend.ask("PUT", direct, part + "1001", users(List.of("7"))));
        refused(400, "bad_json", backend.ask("PUT", direct, part + "2", null));
        ok(200, backend.ask("PUT", direct, part + "1000", users(longNames())));
        refused(400, "bad_field", backend.ask("PUT", direct, JOBS + "/a%20b", content("x")));
        refused(
                422,
                "unsupported",
                backend.ask("PUT", direct, job("new"), content("x").put("kind", "smoke")));
        refused(
                400,
                "bad_field",
                backend.ask("PUT", direct, job("new"), content("x").put("from", "a b")));
        refused(400, "bad_field", backend.ask("PUT", direct, job("new"), content("")));
        refused(404, "not_found", backend.get(direct, job("new")));
        refused(400, "bad_field", backend.get(direct, JOBS + "?cursor=a%20b"));
        refused(400, "bad_field", backend.get(direct, JOBS + "?limit=101"));
        refused(400, "bad_field", backend.post(direct, "/api/dm/messages", Json.bytes(message(system, "c", "x"))));
        ok(200, backend.ask("DELETE", direct, job("form"), null));
    }

    private static List<String> longNames() {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> String.format("%064d", i))
                .toList();
    }

    @Test
    void jobsAreListedPageByPage() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made("list" + i, List.of(), 1);
            ids.add(run + "-list" + i);
        }
        List<String> listed = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = ok(200, backend.get(edge, JOBS + "?limit=2" + cursor));
            assertTrue(page.get("jobs").size() <= 2);
            page.get("jobs").forEach(job -> listed.add(job.get("id").asText()));
            cursor = page.has("cursor") ? "&cursor=" + page.get("cursor").asText() : null;
        } while (cursor != null);
        listed.removeIf(id -> !id.startsWith(run));
        assertEquals(ids, listed);
        // one without recipients is done at once
        ok(200, backend.ask("POST", edge, job("list0") + "/start", null));
        counts(done("list0"), 0, 0, 0);
        assertFalse(new DirectClient("elsewhere", "backend", true)
                .get(direct, JOBS + "?limit=100")
                .body()
                .toString()
                .contains(run + "-list"));
    }
}
