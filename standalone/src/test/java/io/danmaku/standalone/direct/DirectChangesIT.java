package io.danmaku.standalone.direct;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of messages after they were sent: over HTTP and WebSocket, for both sides and all devices. */
class DirectChangesIT {
    private static final AtomicInteger USERS = new AtomicInteger();
    private static final Duration SEEN_MAX = Duration.ofSeconds(10);

    private final URI direct = TestHub.get().dmService();
    private final URI edge = TestHub.get().edge(1);
    private final DirectClient ann = new DirectClient("changes-" + USERS.incrementAndGet());
    private final DirectClient bob = new DirectClient("changes-" + USERS.incrementAndGet());

    private String send(DirectClient from, DirectClient to, String text) throws Exception {
        DirectClient.Answer answer = from.send(direct, to.user(), "c" + USERS.incrementAndGet(), text);
        assertEquals(201, answer.status(), answer.toString());
        return answer.body().get("mid").asText();
    }

    private static String path(DirectClient peer, String mid) {
        return "/api/dm/" + peer.user() + "/messages/" + mid;
    }

    private static ObjectNode field(String name, String value) {
        return Json.object().put(name, value);
    }

    private static void refused(int status, String code, DirectClient.Answer answer) {
        assertEquals(status + " " + code, answer.status() + " " + answer.code(), answer.toString());
    }

    private JsonNode newest(DirectClient who, DirectClient peer) throws Exception {
        List<JsonNode> all = who.history(direct, peer.user(), 50);
        return all.get(all.size() - 1);
    }

    private List<JsonNode> changes(DirectClient who) throws Exception {
        List<JsonNode> changes = new ArrayList<>();
        who.get(direct, "/api/dm/sync?limit=500").body().get("changes").forEach(changes::add);
        return changes;
    }

    @Test
    void anEditIsSeenByBothAndWhatItSaidBeforeIsKept() throws Exception {
        String mid = send(ann, bob, "first");
        String before = bob.sync(direct, null, 100).pos();
        DirectClient.Answer edited = ann.ask("PATCH", edge, path(bob, mid), field("body", "second"));
        assertEquals(200, edited.status(), edited.toString());
        assertEquals("second", edited.body().get("body").asText());
        assertEquals(edited.body(), newest(bob, ann));
        assertEquals(edited.body(), ann.contact(direct, bob.user()).get("last"));
        assertTrue(
                edited.body().get("edited").asLong() >= edited.body().get("ts").asLong());
        assertEquals(
                200,
                ann.ask("PATCH", direct, path(bob, mid), field("body", "third")).status());
        Eventually.await(
                SEEN_MAX,
                "a device that was away hears of it",
                () -> bob.sync(direct, before, 100).messages().stream()
                        .anyMatch(m -> m.get("body").asText().equals("third")));

        List<String> said = new ArrayList<>();
        bob.get(edge, path(ann, mid) + "/versions")
                .body()
                .get("versions")
                .forEach(version -> said.add(version.get("body").asText()));
        assertEquals(List.of("first", "second", "third"), said);

        refused(403, "forbidden", bob.ask("PATCH", direct, path(ann, mid), field("body", "mine now")));
        refused(400, "bad_field", ann.ask("PATCH", direct, path(bob, mid), field("body", "")));
        refused(400, "bad_field", ann.ask("PATCH", direct, path(bob, "nonsense"), field("body", "x")));
        DirectClient eve = new DirectClient("changes-" + USERS.incrementAndGet());
        refused(404, "not_found", ann.ask("PATCH", direct, path(eve, mid), field("body", "x")));
        refused(404, "not_found", eve.get(direct, path(ann, mid) + "/versions"));
        ObjectNode object = Json.object();
        object.putObject("body").put("url", "https://x.example/1.png");
        refused(400, "bad_field", ann.ask("PATCH", direct, path(bob, mid), object));
    }

    @Test
    void aRecallTakesAMessageFromBothForEverAndLeavesItsPlace() throws Exception {
        String mid = send(ann, bob, "oh no");
        assertEquals(
                200,
                ann.ask("PATCH", direct, path(bob, mid), field("body", "oh no!"))
                        .status());
        refused(403, "forbidden", bob.ask("DELETE", direct, path(ann, mid), null));
        DirectClient.Answer recalled = ann.ask("DELETE", edge, path(bob, mid), null);
        assertEquals(200, recalled.status(), recalled.toString());
        assertEquals(
                recalled, ann.ask("DELETE", direct, path(bob, mid), null), "asked again it is answered as at first");
        refused(404, "not_found", bob.ask("DELETE", direct, path(ann, mid), null));
        JsonNode seen = newest(bob, ann);
        assertEquals("recalled", seen.get("kind").asText());
        assertEquals("", seen.get("body").asText());
        assertEquals(1, seen.get("seq").asLong());
        assertFalse(bob.sync(direct, null, 100).messages().toString().contains("oh no"));
        assertEquals(
                0,
                bob.get(direct, path(ann, mid) + "/versions")
                        .body()
                        .get("versions")
                        .size());
        refused(404, "not_found", ann.ask("PATCH", direct, path(bob, mid), field("body", "again")));
        refused(404, "not_found", bob.ask("PUT", direct, path(ann, mid) + "/reaction", field("sign", "x")));
        assertEquals(
                2,
                ann.send(direct, bob.user(), "next", "numbers go on")
                        .body()
                        .get("seq")
                        .asLong());
    }

    @Test
    void eachSideHasASignAtAMessage() throws Exception {
        String mid = send(ann, bob, "look");
        bob.ask("PUT", direct, path(ann, mid) + "/reaction", field("sign", "👍🏽"));
        ann.ask("PUT", edge, path(bob, mid) + "/reaction", field("sign", "❤"));
        bob.ask("PUT", direct, path(ann, mid) + "/reaction", field("sign", "🎉"));
        JsonNode reactions = newest(ann, bob).get("reactions");
        assertEquals("🎉", reactions.get(bob.user()).asText());
        assertEquals("❤", reactions.get(ann.user()).asText());
        bob.ask("DELETE", direct, path(ann, mid) + "/reaction", null);
        assertFalse(newest(ann, bob).get("reactions").has(bob.user()));
        refused(400, "bad_field", bob.ask("PUT", direct, path(ann, mid) + "/reaction", field("sign", "x".repeat(33))));
    }

    @Test
    void whatIsHiddenOrClearedIsGoneForOneSideOnAllItsDevicesOnly() throws Exception {
        String one = send(ann, bob, "one");
        send(bob, ann, "two");
        String three = send(ann, bob, "three");
        assertEquals(
                200, bob.ask("PUT", direct, path(ann, three) + "/hidden", null).status());
        assertEquals("two", newest(bob, ann).get("body").asText());
        assertTrue(bob.contact(direct, ann.user()).get("last").isNull());
        assertEquals("three", newest(ann, bob).get("body").asText());
        Eventually.await(
                SEEN_MAX,
                "sync tells it",
                () -> changes(bob).stream()
                        .anyMatch(change -> change.path("hidden").asText().equals(three)));
        assertTrue(changes(ann).isEmpty(), "nobody else hears of it");
        refused(404, "not_found", bob.get(direct, path(ann, three) + "/versions"));
        assertEquals(200, ann.get(direct, path(bob, three) + "/versions").status());

        ObjectNode upTo = Json.object().put("seq", 2);
        assertEquals(
                2,
                ann.ask("POST", direct, "/api/dm/" + bob.user() + "/clear", upTo)
                        .body()
                        .get("cleared")
                        .asLong());
        refused(404, "not_found", ann.get(direct, path(bob, one) + "/versions"));
        assertEquals(200, bob.get(direct, path(ann, one) + "/versions").status());
        List<JsonNode> left = ann.history(direct, bob.user(), 50);
        assertEquals(1, left.size());
        assertEquals(three, left.get(0).get("mid").asText());
        assertEquals(0, ann.contact(direct, bob.user()).get("unread").asLong(), "what is cleared is not unread");
        assertEquals(one, bob.history(direct, ann.user(), 50).get(0).get("mid").asText());
    }

    @Test
    void nothingComesFromWhoIsBlockedUntilTheyAreLetAgain() throws Exception {
        String mid = send(ann, bob, "before");
        DirectClient.Answer blocked = bob.ask("PUT", edge, "/api/dm/" + ann.user() + "/block", null);
        assertEquals(200, blocked.status(), blocked.toString());
        refused(403, "blocked", ann.send(direct, bob.user(), "refused", "hello?"));
        refused(403, "blocked", ann.ask("PATCH", direct, path(bob, mid), field("body", "hello?")));
        refused(403, "blocked", ann.ask("PUT", direct, path(bob, mid) + "/reaction", field("sign", "?")));
        assertEquals("before", newest(bob, ann).get("body").asText());
        send(bob, ann, "I may write");
        assertEquals(
                "[\"" + ann.user() + "\"]",
                bob.get(direct, "/api/dm/blocks").body().get("blocks").toString());
        assertEquals(0, ann.get(direct, "/api/dm/blocks").body().get("blocks").size());

        assertEquals(
                200,
                bob.ask("DELETE", direct, "/api/dm/" + ann.user() + "/block", null)
                        .status());
        assertEquals(0, bob.get(direct, "/api/dm/blocks").body().get("blocks").size());
        // what was refused is not there: the same cid is a message now, with the next number
        DirectClient.Answer now = ann.send(direct, bob.user(), "refused", "hello?");
        assertEquals(3, now.body().get("seq").asLong(), now.toString());
    }

    @Test
    void messagesOfAllKindsAndRepliesComeAsTheyWereSent() throws Exception {
        String mid = send(ann, bob, "where are you?");
        ObjectNode place =
                Json.object().put("cid", "place").put("kind", "location").put("reply", mid);
        place.putObject("body").put("lat", 48.1).put("lon", 11.6).put("name", "Munich");
        assertEquals(
                201,
                bob.post(edge, "/api/dm/" + ann.user() + "/messages", Json.bytes(place))
                        .status());
        JsonNode seen = newest(ann, bob);
        assertEquals("location", seen.get("kind").asText());
        assertEquals(place.get("body"), seen.get("body"));
        assertEquals(mid, seen.get("reply").asText());
        for (String bad : List.of(
                "{\"cid\":\"x\",\"kind\":\"image\",\"body\":{\"url\":\"javascript:alert(1)\"}}",
                "{\"cid\":\"x\",\"kind\":\"image\",\"body\":\"https://x.example/\"}",
                "{\"cid\":\"x\",\"kind\":\"text\",\"body\":{\"a\":1}}",
                "{\"cid\":\"x\",\"kind\":\"file\",\"body\":{\"url\":\"https://x.example/\"}}",
                "{\"cid\":\"x\",\"kind\":\"text\",\"body\":\"a\",\"reply\":\"nonsense\"}")) {
            refused(400, "bad_field", bob.post(direct, "/api/dm/" + ann.user() + "/messages", bad.getBytes(UTF_8)));
        }
        refused(
                422,
                "unsupported",
                bob.post(
                        direct,
                        "/api/dm/" + ann.user() + "/messages",
                        "{\"cid\":\"x\",\"kind\":\"smoke\",\"body\":\"a\"}".getBytes(UTF_8)));
    }

    @Test
    void aBodyAsDeepAsItMayBeIsToldEverywhereAndADeeperOneIsRefused() throws Exception {
        String body = "{\"a\":".repeat(DirectBody.NESTING_MAX - 1) + "{}" + "}".repeat(DirectBody.NESTING_MAX - 1);
        String deep = "{\"cid\":\"deep\",\"kind\":\"custom\",\"body\":" + body + "}";
        String deeper = "{\"cid\":\"deeper\",\"kind\":\"custom\",\"body\":{\"a\":" + body + "}}";
        String to = "/api/dm/" + bob.user() + "/messages";
        assertEquals(201, ann.post(direct, to, deep.getBytes(UTF_8)).status());
        refused(400, "bad_field", ann.post(direct, to, deeper.getBytes(UTF_8)));
        JsonNode sent = Json.MAPPER.readTree(body);
        try (Clients clients = new Clients(1);
                Witness anns = Witness.viewer(clients, TestHub.get(), ann.user(), 1);
                Witness bobs = Witness.viewer(clients, TestHub.get(), bob.user(), 2)) {
            ObjectNode deepest = Json.object().put("op", "dm.send").put("to", bob.user());
            deepest.put("cid", "deeper").put("kind", "custom").putObject("body").set("a", sent);
            Answer refused = anns.wait(anns.client().request(deepest));
            assertEquals("bad_field", refused.code());
            Answer history = bobs.wait(bobs.client().dmHistory(ann.user(), 0, 10));
            assertEquals(sent, history.ok().at("/messages/0/body"), history::toString);
            Answer contacts = bobs.wait(bobs.client().dmContacts(null, 10));
            assertEquals(sent, contacts.ok().at("/contacts/0/last/body"), contacts::toString);
            Eventually.await(SEEN_MAX, "sync tells it", () -> {
                Answer synced = bobs.wait(bobs.client().dmSync(null, 10));
                return sent.equals(synced.ok().at("/messages/0/body"));
            });
        }
    }

    @Test
    void aMessageIsEditedSoOftenAndAllThatItSaidIsTold() throws Exception {
        String mid = send(ann, bob, "0");
        for (int i = 1; i < Rules.VERSIONS_MAX; i++) {
            DirectClient.Answer edited = ann.ask("PATCH", direct, path(bob, mid), field("body", "" + i));
            assertEquals(200, edited.status(), edited.toString());
        }
        refused(409, "conflict", ann.ask("PATCH", direct, path(bob, mid), field("body", "once more")));
        JsonNode said = bob.get(direct, path(ann, mid) + "/versions").body().get("versions");
        assertEquals(Rules.VERSIONS_MAX, said.size());
        assertEquals("0", said.get(0).get("body").asText());
        String last = said.get(Rules.VERSIONS_MAX - 1).get("body").asText();
        assertEquals("" + (Rules.VERSIONS_MAX - 1), last);
        assertEquals(last, newest(bob, ann).get("body").asText());
        assertEquals(200, ann.ask("DELETE", direct, path(bob, mid), null).status(), "it can be recalled all the same");
    }

    @Test
    void devicesThatAreThereAreToldAtOnce() throws Exception {
        String mid = send(ann, bob, "hello");
        try (Clients clients = new Clients(2);
                Witness bobs = Witness.viewer(clients, TestHub.get(), bob.user(), 1);
                Witness anns = Witness.viewer(clients, TestHub.get(), ann.user(), 2)) {
            Eventually.await(SEEN_MAX, "pushes come", () -> {
                anns.wait(anns.client()
                        .request(command("dm.react", bob).put("mid", mid).put("sign", "+1")));
                return bobs.direct().stream().anyMatch(m -> m.path("reactions").has(ann.user()));
            });
            anns.wait(anns.client()
                    .request(command("dm.edit", bob).put("mid", mid).put("body", "hi")));
            Eventually.await(
                    SEEN_MAX,
                    "the edit is pushed to both",
                    () -> bobs.direct().toString().contains("\"body\":\"hi\"")
                            && anns.direct().toString().contains("\"body\":\"hi\""));
            bobs.wait(bobs.client().request(command("dm.hide", ann).put("mid", mid)));
            bobs.wait(bobs.client().request(command("dm.block", ann)));
            Eventually.await(
                    SEEN_MAX, "own devices are told", () -> bobs.directNotes().size() == 2);
            assertEquals(mid, bobs.directNotes().get(0).get("hidden").asText());
            assertTrue(bobs.directNotes().get(1).get("blocked").asBoolean());
            assertTrue(anns.directNotes().isEmpty());
            assertEquals(
                    "blocked",
                    anns.wait(anns.client()
                                    .request(command("dm.edit", bob)
                                            .put("mid", mid)
                                            .put("body", "too late")))
                            .code());
            anns.wait(anns.client().request(command("dm.recall", bob).put("mid", mid)));
            Eventually.await(
                    SEEN_MAX,
                    "a recall reaches who blocks",
                    () -> bobs.direct().toString().contains("\"kind\":\"recalled\""));
        }
    }

    private static ObjectNode command(String op, DirectClient peer) {
        return Json.object().put("op", op).put("peer", peer.user());
    }
}
