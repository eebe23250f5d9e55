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
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who is insulted tells it, with what was said: it stays when the sender takes it back. */
class DirectReportsIT {
    private static final String PATH = "/api/dm/reports";
    private static final String NO_SUCH = "AAAAAAAAAAAAAAAAAAAAAA";
    private static final int AN_HOUR = 10;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    /** Of its own for each test: so its reports are those of the test. */
    private final String tenant = "reports-" + Long.toString(System.nanoTime(), 36);

    private final DirectClient admin = new DirectClient(tenant, "backend", true);
    private final DirectClient ann = new DirectClient(tenant, "ann", true);
    private final DirectClient bob = new DirectClient(tenant, "bob", true);

    private String send(DirectClient from, DirectClient to, String text) throws Exception {
        DirectClient.Answer answer = from.send(direct, to.user(), "c" + NUMBERS.incrementAndGet(), text);
        assertEquals(201, answer.status(), answer.toString());
        return answer.body().get("mid").asText();
    }

    private static ObjectNode report(String peer, String... mids) {
        ObjectNode report = Json.object().put("peer", peer).put("reason", "insults me");
        ArrayNode array = report.putArray("mids");
        List.of(mids).forEach(array::add);
        return report;
    }

    private DirectClient.Answer make(DirectClient reporter, ObjectNode report) throws Exception {
        return reporter.ask("POST", direct, PATH, report);
    }

    private static void refused(int status, String code, DirectClient.Answer answer) {
        assertEquals(status + " " + code, answer.status() + " " + answer.code(), answer.toString());
    }

    private JsonNode read(String id) throws Exception {
        DirectClient.Answer answer = admin.get(direct, PATH + "/" + id);
        assertEquals(200, answer.status(), answer.toString());
        return answer.body();
    }

    private List<JsonNode> list(DirectClient who, String query, int pageSize) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        while (true) {
            DirectClient.Answer page = who.get(direct, PATH + "?limit=" + pageSize + query + cursor);
            assertEquals(200, page.status(), page.toString());
            assertTrue(page.body().get("reports").size() <= pageSize, page.toString());
            page.body().get("reports").forEach(all::add);
            if (!page.body().has("cursor")) {
                return all;
            }
            cursor = "&cursor=" + page.body().get("cursor").asText();
        }
    }

    @Test
    void whatWasReportedStaysWhenItIsTakenBackAndWhatWasTakenBackBeforeHasNoBody() throws Exception {
        String hidden = send(ann, bob, "you fool");
        String edited = send(ann, bob, "first");
        ann.ask("PATCH", direct, "/api/dm/bob/messages/" + edited, Json.object().put("body", "second"));
        String recalled = send(ann, bob, "forgotten");
        ann.ask("DELETE", direct, "/api/dm/bob/messages/" + recalled, null);
        String own = send(bob, ann, "stop it");
        bob.ask("PUT", direct, "/api/dm/ann/messages/" + hidden + "/hidden", null);
        bob.ask("POST", direct, "/api/dm/ann/clear", Json.object().put("seq", 2));

        DirectClient.Answer made = make(bob, report("ann", hidden, edited, recalled, own));
        assertEquals(201, made.status(), made.toString());
        String id = made.body().get("id").asText();
        for (String mid : List.of(hidden, edited)) {
            assertEquals(
                    200,
                    ann.ask("DELETE", direct, "/api/dm/bob/messages/" + mid, null)
                            .status());
        }
        JsonNode kept = read(id);
        assertEquals("bob", kept.get("reporter").asText());
        assertEquals("ann", kept.get("peer").asText());
        assertEquals("insults me", kept.get("reason").asText());
        assertEquals("open", kept.get("state").asText());
        assertEquals(4, kept.get("evidence").size());
        for (JsonNode message : kept.get("evidence")) {
            String mid = message.get("mid").asText();
            assertEquals(mid.equals(own) ? "bob" : "ann", message.get("from").asText());
            assertTrue(message.get("ts").asLong() > 0);
            String said = message.get("body").asText();
            if (mid.equals(edited)) {
                assertEquals("second", said);
                assertEquals(List.of("first", "second"), message.get("versions").findValuesAsText("body"));
            } else {
                assertEquals(mid.equals(hidden) ? "you fool" : mid.equals(own) ? "stop it" : "", said);
                assertEquals(mid.equals(recalled), message.has("recalled"), message.toString());
            }
        }
    }

    @Test
    void theSameMessagesAgainAreTheSameReportOverAllWays() throws Exception {
        String one = send(ann, bob, "one");
        String two = send(ann, bob, "two");
        DirectClient.Answer first = make(bob, report("ann", one, two));
        assertEquals(201, first.status(), first.toString());
        DirectClient.Answer again = make(bob, report("ann", two, one, two).put("reason", "once more"));
        assertEquals(200, again.status(), again.toString());
        assertEquals(first.body(), again.body());
        try (Clients clients = new Clients(1);
                Witness bobs = Witness.connect(clients, hub, "bob", bob.token(), 2)) {
            Answer same =
                    bobs.wait(bobs.client().request(report("ann", one, two).put("op", "dm.report")));
            assertEquals(first.body(), same.ok(), same::toString);
            Answer other = bobs.wait(bobs.client()
                    .request(report("ann", one).put("category", "hate").put("op", "dm.report")));
            assertTrue(other.acknowledged(), other::toString);
            assertEquals(
                    "hate", read(other.ok().get("id").asText()).get("category").asText());
            assertEquals(
                    "bad_field",
                    bobs.wait(bobs.client()
                                    .request(report("ann", one)
                                            .put("category", "smoke")
                                            .put("op", "dm.report")))
                            .code());
            assertEquals(
                    "not_found",
                    bobs.wait(bobs.client().request(report("ann", NO_SUCH).put("op", "dm.report")))
                            .code());
        }
        DirectClient.Answer theOtherSide = make(ann, report("bob", one, two));
        assertEquals(201, theOtherSide.status(), "of another reporter it is another one");
        assertEquals(3, list(admin, "", 50).size());
        assertEquals(
                "insults me",
                read(first.body().get("id").asText()).get("reason").asText());
    }

    @Test
    void nobodyReportsWhatOthersHaveAndNobodyElseSeesReports() throws Exception {
        String mid = send(ann, bob, "one");
        DirectClient eve = new DirectClient(tenant, "eve", false);
        String eves = send(ann, eve, "hello");
        refused(404, "not_found", make(eve, report("ann", mid)));
        refused(404, "not_found", make(eve, report("ann", eves, mid)));
        refused(404, "not_found", make(eve, report("bob", mid)));
        refused(404, "not_found", make(bob, report("eve", mid)));
        refused(404, "not_found", make(bob, report("ann", NO_SUCH)));
        DirectClient elsewhere = new DirectClient(tenant + "x", "bob", true);
        refused(404, "not_found", make(elsewhere, report("ann", mid)));

        String id = make(bob, report("ann", mid)).body().get("id").asText();
        ObjectNode upheld = Json.object().put("state", "upheld");
        DirectClient viewer = new DirectClient(tenant, "bob", false);
        for (DirectClient user : List.of(eve, viewer)) {
            refused(403, "forbidden", user.get(direct, PATH));
            refused(403, "forbidden", user.get(direct, PATH + "/" + id));
            refused(403, "forbidden", user.ask("PUT", direct, PATH + "/" + id, upheld));
        }
        assertEquals(0, list(elsewhere, "", 50).size());
        refused(404, "not_found", elsewhere.get(direct, PATH + "/" + id));
        refused(404, "not_found", elsewhere.ask("PUT", direct, PATH + "/" + id, upheld));
        assertEquals("open", read(id).get("state").asText());
    }

    @Test
    void anAdminDecidesOnceAndFindsWhatIsOpenPageByPage() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(make(bob, report("ann", send(ann, bob, "m" + i)))
                    .body()
                    .get("id")
                    .asText());
        }
        Collections.reverse(ids);
        for (int pageSize : List.of(1, 2, 5, 200)) {
            assertEquals(
                    ids,
                    list(admin, "", pageSize).stream()
                            .map(r -> r.get("id").asText())
                            .toList());
        }
        String id = ids.get(2);
        ObjectNode upheld = Json.object().put("state", "upheld").put("note", "a clear case");
        DirectClient.Answer decided = admin.ask("PUT", direct, PATH + "/" + id, upheld);
        assertEquals(200, decided.status(), decided.toString());
        assertEquals("upheld", decided.body().get("state").asText());
        assertEquals("backend", decided.body().get("by").asText());
        assertEquals(decided, admin.ask("PUT", direct, PATH + "/" + id, upheld), "the same again");
        refused(
                409,
                "conflict",
                admin.ask("PUT", direct, PATH + "/" + id, Json.object().put("state", "dismissed")));
        assertEquals("a clear case", read(id).get("note").asText());
        assertEquals(4, list(admin, "&state=open", 1).size());
        assertEquals(id, list(admin, "&state=upheld", 1).get(0).get("id").asText());
        assertEquals(0, list(admin, "&state=dismissed", 1).size());
        assertFalse(list(admin, "", 50).get(0).has("evidence"), "a page is light");
    }

    @Test
    void whatIsNotOfItsFormIsRefused() throws Exception {
        String mid = send(ann, bob, "one");
        String[] many = new String[21];
        for (int i = 0; i < many.length; i++) {
            many[i] = NO_SUCH.substring(2) + (char) ('A' + i) + "A";
        }
        for (ObjectNode bad : List.of(
                report("ann"),
                report("ann", many),
                report("ann", "nonsense"),
                report("bob", mid),
                report("a b", mid),
                report("ann", mid).put("reason", " "),
                report("ann", mid).put("reason", "x".repeat(201)),
                report("ann", mid).put("category", "smoke"),
                report("ann", mid).put("mids", mid),
                Json.object().put("peer", "ann"))) {
            refused(400, "bad_field", make(bob, bad));
        }
        refused(400, "bad_json", bob.post(direct, PATH, new byte[] {'['}));
        for (String query :
                List.of("limit=0", "limit=201", "limit=x", "cursor=nonsense", "cursor=%25", "state=closed")) {
            refused(400, "bad_field", admin.get(direct, PATH + "?" + query));
        }
        String id = make(bob, report("ann", mid)).body().get("id").asText();
        for (ObjectNode bad : List.of(
                Json.object().put("state", "open"),
                Json.object().put("state", "upheld").put("note", "x".repeat(1_001)),
                Json.object())) {
            refused(400, "bad_field", admin.ask("PUT", direct, PATH + "/" + id, bad));
        }
        refused(400, "bad_field", admin.get(direct, PATH + "/nonsense"));
        refused(404, "not_found", admin.get(direct, PATH + "/" + NO_SUCH));
        // a user may have the name of a route
        DirectClient.Answer answer = bob.get(direct, "/api/dm/reports/messages");
        assertEquals(200, answer.status(), answer.toString());
        assertEquals(
                0,
                bob.get(direct, "/api/dm/reports/conversation")
                        .body()
                        .get("seq")
                        .asLong());
        assertEquals(
                1, bob.get(direct, "/api/dm/ann/conversation").body().get("seq").asLong());
    }

    @Test
    void aFewAnHourAreTakenAndWhatIsThereAlreadyCountsOnce() throws Exception {
        List<DirectClient.Answer> made = new ArrayList<>();
        long hour;
        do {
            hour = System.currentTimeMillis() / 3_600_000;
            DirectClient eve = new DirectClient(tenant, "eve" + NUMBERS.incrementAndGet(), true);
            made.clear();
            for (int i = 0; i <= AN_HOUR; i++) {
                ObjectNode report = report("ann", send(ann, eve, "m" + i));
                made.add(make(eve, report));
                if (i < AN_HOUR) {
                    assertEquals(200, make(eve, report).status(), "again it counts for nothing");
                }
            }
        } while (System.currentTimeMillis() / 3_600_000 != hour);
        for (int i = 0; i < AN_HOUR; i++) {
            assertEquals(201, made.get(i).status(), made.get(i).toString());
        }
        refused(429, "rate_limited", made.get(AN_HOUR));
        assertTrue(made.get(AN_HOUR).body().get("retryMs").asLong() > 0);
    }
}
