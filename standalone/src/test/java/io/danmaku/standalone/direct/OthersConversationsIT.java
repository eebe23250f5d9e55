package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Ann and Bob say to each other is nobody else's, whatever ids and positions somebody else has got hold of. */
class OthersConversationsIT {
    private static final Duration SEEN_MAX = Duration.ofSeconds(15);
    private static final Duration PUSHED_MAX = Duration.ofSeconds(5);
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    /** In every message of Ann's and Bob's. */
    private static final String SECRET = "secret";

    private static final String NO_SUCH = "AAAAAAAAAAAAAAAAAAAAAA";

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final String tenant = "others-" + Long.toString(System.nanoTime(), 36);
    private final DirectClient ann = new DirectClient(tenant, "ann", true);
    private final DirectClient bob = new DirectClient(tenant, "bob", true);
    private final List<String> mids = new ArrayList<>();

    @BeforeEach
    void annAndBobTalk() throws Exception {
        for (int i = 0; i < 3; i++) {
            mids.add(ok(ann.send(direct, "bob", "a" + i, SECRET + " of Ann " + i))
                    .get("mid")
                    .asText());
            mids.add(ok(bob.send(direct, "ann", "b" + i, SECRET + " of Bob " + i))
                    .get("mid")
                    .asText());
        }
        ok(ann.ask("PATCH", direct, message("bob", mids.get(0)), text("body", SECRET + " edited")));
        ok(bob.ask("PUT", direct, message("ann", mids.get(0)) + "/reaction", text("sign", "x")));
        ok(bob.read(direct, "ann", 2));
        ok(ann.ask("PUT", direct, message("bob", mids.get(3)) + "/hidden", null));
    }

    private static JsonNode ok(DirectClient.Answer answer) {
        assertEquals(2, answer.status() / 100, answer::toString);
        return answer.body();
    }

    private static String message(String peer, String mid) {
        return "/api/dm/" + peer + "/messages/" + mid;
    }

    private static ObjectNode text(String name, String value) {
        return Json.object().put(name, value);
    }

    private static ObjectNode report(String peer, List<String> mids) {
        ObjectNode report = text("peer", peer).put("reason", "curious");
        mids.forEach(report.putArray("mids")::add);
        return report;
    }

    /** One with a person's token, who has not asked for anything yet: one may not ask that often. */
    private DirectClient eve() {
        return new DirectClient(tenant, "eve" + NUMBERS.incrementAndGet(), false);
    }

    /** All that Ann and Bob have of their conversation; positions move with other people's, so they are left out. */
    private List<JsonNode> state() throws Exception {
        List<JsonNode> all = new ArrayList<>();
        for (DirectClient who : List.of(ann, bob)) {
            String peer = who == ann ? "bob" : "ann";
            all.addAll(who.history(direct, peer, 50));
            all.add(who.contact(direct, peer));
            for (String path : List.of("contacts", "blocks", "relations", "settings", peer + "/conversation")) {
                all.add(ok(who.get(direct, "/api/dm/" + path)));
            }
            for (String mid : List.of(mids.get(0), mids.get(1))) {
                all.add(ok(who.get(direct, message(peer, mid) + "/versions")));
            }
        }
        return all;
    }

    /** Somebody's ways to a message that is not theirs. */
    private List<DirectClient.Answer> triesAt(DirectClient who, URI at, String peer, String mid) throws Exception {
        String path = message(peer, mid);
        return List.of(
                who.ask("PATCH", at, path, text("body", "mine")),
                who.ask("DELETE", at, path, null),
                who.ask("PUT", at, path + "/reaction", text("sign", "!")),
                who.ask("DELETE", at, path + "/reaction", null),
                who.ask("PUT", at, path + "/hidden", null),
                who.get(at, path + "/versions"),
                who.ask("POST", at, "/api/dm/reports", report(peer, List.of(mid))));
    }

    private static void assertAllNotFound(List<DirectClient.Answer> answers) {
        assertAll(answers.stream().map(answer -> () -> {
            assertEquals("404 not_found", answer.status() + " " + answer.code(), answer::toString);
            assertFalse(answer.toString().contains(SECRET), answer::toString);
        }));
    }

    /** Real ids, and ids that are like them. */
    private List<String> ids() {
        List<String> ids = new ArrayList<>(List.of(mids.get(0), mids.get(1), NO_SUCH));
        String real = mids.get(0);
        ids.add((real.charAt(0) == 'A' ? 'B' : 'A') + real.substring(1));
        ids.add(new StringBuilder(real).reverse().toString());
        return ids;
    }

    @Test
    void whoHasTheIdOfAMessageOfOthersCanDoNothingWithItOverHttp() throws Exception {
        List<JsonNode> before = state();
        for (String mid : ids()) {
            for (String peer : List.of("ann", "bob")) {
                assertAllNotFound(triesAt(eve(), hub.edge(2), peer, mid));
            }
        }
        // in a conversation of hers that there is, too
        DirectClient eve = eve();
        String hers =
                ok(bob.send(direct, eve.user(), "to-eve", "hello")).get("mid").asText();
        List<JsonNode> after = state();
        for (String mid : ids()) {
            assertAllNotFound(triesAt(bob, direct, eve.user(), mid));
        }
        assertAllNotFound(triesAt(eve(), direct, "bob", hers));
        assertAllNotFound(List.of(
                eve.ask("POST", direct, "/api/dm/reports", report("bob", List.of(hers, mids.get(1))))));
        assertEquals(after, state());
        assertEquals(ann.history(direct, "bob", 50), before.subList(0, 5), "nothing has come between");
    }

    @Test
    void whatOthersHaveIsInNothingThatOneReads() throws Exception {
        String annsPos = ann.sync(direct, null, 500).pos();
        ok(ann.send(direct, "carol", "c", SECRET + " of Carol"));
        String annsCursor =
                ok(ann.get(direct, "/api/dm/contacts?limit=1")).get("cursor").asText();
        List<JsonNode> before = state();
        DirectClient eve = eve();
        for (URI at : List.of(hub.edge(1), direct)) {
            for (String peer : List.of("ann", "bob")) {
                assertEquals(
                        "{\"messages\":[]}",
                        ok(eve.get(at, "/api/dm/" + peer + "/messages")).toString());
                assertEquals(
                        "{\"seq\":0}",
                        ok(eve.get(at, "/api/dm/" + peer + "/conversation")).toString());
            }
            for (String query : List.of("", "&pos=" + annsPos)) {
                JsonNode page = ok(eve.get(at, "/api/dm/sync?limit=500" + query));
                assertTrue(page.get("messages").isEmpty() && page.get("changes").isEmpty(), page::toString);
                assertTrue(page.get("marks").isEmpty(), page::toString);
            }
            for (String query : List.of("", "&box=inbox", "&box=requests", "&cursor=" + annsCursor)) {
                assertEquals(
                        "{\"contacts\":[]}",
                        ok(eve.get(at, "/api/dm/contacts?limit=200" + query)).toString());
            }
            assertEquals(
                    "{\"blocks\":[]}",
                    ok(eve.get(at, "/api/dm/blocks?cursor=a")).toString());
            assertEquals(
                    "{\"relations\":[]}",
                    ok(eve.get(at, "/api/dm/relations?cursor=a")).toString());
        }
        assertEquals(before, state());
    }

    @Test
    void marksAndClearingsOfWhoIsNotInAConversationAreNoneOfIt() throws Exception {
        try (Clients clients = new Clients(1);
                Witness anns = Witness.connect(clients, hub, "ann", ann.token(), 1);
                Witness bobs = Witness.connect(clients, hub, "bob", bob.token(), 2)) {
            awaitPushes(anns, bobs);
            List<JsonNode> before = state();
            int marks = anns.directMarks().size() + bobs.directMarks().size();
            DirectClient eve = eve();
            for (String peer : List.of("ann", "bob")) {
                ObjectNode seq = Json.object().put("seq", 6);
                String path = "/api/dm/" + peer;
                assertEquals(
                        0,
                        ok(eve.ask("POST", direct, path + "/read", seq))
                                .get("readSeq")
                                .asLong());
                assertEquals(
                        0,
                        ok(eve.ask("POST", direct, path + "/delivered", seq))
                                .get("deliveredSeq")
                                .asLong());
                assertEquals(
                        0,
                        ok(eve.ask("POST", direct, path + "/clear", seq))
                                .get("cleared")
                                .asLong());
            }
            assertEquals(before, state());
            ok(ann.read(direct, "bob", 6));
            Eventually.await(SEEN_MAX, "Ann's mark is told", () -> {
                List<String> told = new ArrayList<>(anns.directMarks());
                told.addAll(bobs.directMarks());
                assertEquals(2, told.size() - marks, told::toString);
                return told.stream().noneMatch(mark -> mark.contains(eve.user()));
            });
        }
    }

    /** Until a push has reached both: then the directory knows where they are. */
    private void awaitPushes(Witness anns, Witness bobs) {
        Eventually.await(SEEN_MAX, "pushes reach both", () -> {
            String mid = ok(ann.send(direct, "bob", "push" + NUMBERS.incrementAndGet(), SECRET))
                    .get("mid")
                    .asText();
            // long enough that none of an earlier try comes later
            Eventually.await(PUSHED_MAX, "this one does", () -> has(anns, mid) && has(bobs, mid));
            return true;
        });
    }

    private static boolean has(Witness who, String mid) {
        return mids(who).contains(mid);
    }

    /** A push may come twice. */
    private static Set<String> mids(Witness who) {
        return who.direct().stream().map(message -> message.get("mid").asText()).collect(Collectors.toSet());
    }

    @Test
    void theSameOverWebSocketAndNobodyIsToldOfIt() throws Exception {
        String annsPos = ann.sync(direct, null, 500).pos();
        try (Clients clients = new Clients(1);
                Witness anns = Witness.connect(clients, hub, "ann", ann.token(), 1);
                Witness bobs = Witness.connect(clients, hub, "bob", bob.token(), 2)) {
            awaitPushes(anns, bobs);
            List<JsonNode> before = state();
            List<Integer> told = told(anns, bobs);
            for (String mid : ids()) {
                for (String peer : List.of("ann", "bob")) {
                    DirectClient eve = eve();
                    try (Witness eves = Witness.connect(clients, hub, eve.user(), eve.token(), 1)) {
                        for (ObjectNode command : List.of(
                                text("op", "dm.edit").put("body", "mine"),
                                text("op", "dm.recall"),
                                text("op", "dm.react").put("sign", "!"),
                                text("op", "dm.react").put("sign", ""),
                                text("op", "dm.hide"),
                                report(peer, List.of(mid)).put("op", "dm.report"))) {
                            Answer answer = say(eves, command.put("peer", peer).put("mid", mid));
                            assertEquals("not_found", answer.code(), () -> command + ": " + answer);
                        }
                        assertReadsNothing(eves, peer, annsPos);
                        assertEquals(1, eves.connects(), "the connection stays");
                        assertEquals(List.of(), eves.direct(), "nothing is pushed to her");
                    }
                }
            }
            assertEquals(before, state());
            // what would have been pushed before this one would be there by now
            String last = ok(bob.send(direct, "ann", "last", SECRET)).get("mid").asText();
            Eventually.await(SEEN_MAX, "the last one comes", () -> has(anns, last) && has(bobs, last));
            assertEquals(sum(told) + 2, sum(told(anns, bobs)), "and nothing else did");
        }
    }

    private static int sum(List<Integer> numbers) {
        return numbers.stream().mapToInt(n -> n).sum();
    }

    private static List<Integer> told(Witness anns, Witness bobs) {
        return List.of(
                mids(anns).size(),
                mids(bobs).size(),
                anns.directNotes().size(),
                bobs.directNotes().size(),
                anns.directMarks().size(),
                bobs.directMarks().size(),
                anns.typing().size(),
                bobs.typing().size());
    }

    private static Answer say(Witness who, ObjectNode command) {
        return who.wait(who.client().request(command));
    }

    private static void assertReadsNothing(Witness eves, String peer, String pos) {
        Map<ObjectNode, List<String>> reading = Map.of(
                text("op", "dm.history").put("peer", peer), List.of("messages"),
                text("op", "dm.contacts"), List.of("contacts"),
                text("op", "dm.sync"), List.of("messages", "changes", "marks"),
                text("op", "dm.sync").put("pos", pos), List.of("messages", "changes", "marks"));
        reading.forEach((command, lists) -> {
            Answer answer = say(eves, command);
            assertTrue(answer.acknowledged(), () -> command + ": " + answer);
            lists.forEach(list -> assertEquals("[]", answer.ok().get(list).toString(), () -> command + ": " + answer));
        });
    }

    @Test
    void nobodyWritesInTheNameOfSomebodyElse() throws Exception {
        List<JsonNode> conversation = bob.history(direct, "ann", 50);
        DirectClient eve = eve();
        ObjectNode message = text("from", "bob")
                .put("user", "bob")
                .put("to", "bob")
                .put("cid", "b0") // Bob's own
                .put("kind", "text")
                .put("body", "I am Bob")
                .put("reply", mids.get(0));
        // not as the document has it
        DirectClient.Answer sent = eve.askAnything("POST", direct, "/api/dm/ann/messages", Json.bytes(message));
        assertEquals(Set.of("mid", "seq", "ts"), Set.copyOf(fields(ok(sent))));
        assertEquals(1, sent.body().get("seq").asLong());
        List<JsonNode> got = ann.history(direct, eve.user(), 50);
        assertEquals(eve.user(), got.get(0).get("from").asText());
        assertEquals(conversation, bob.history(direct, "ann", 50));
        assertEquals(
                "forbidden",
                eve.askAnything("POST", direct, "/api/dm/messages", Json.bytes(message))
                        .code(),
                "only a backend writes as somebody else");
    }

    private static List<String> fields(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void aUserOfTheSameIdInAnotherTenantIsSomebodyElse() throws Exception {
        String annsPos = ann.sync(direct, null, 500).pos();
        List<JsonNode> before = state();
        for (DirectClient who :
                List.of(new DirectClient(tenant + "x", "ann", true), new DirectClient(tenant + "y", "bob", true))) {
            String peer = who.user().equals("ann") ? "bob" : "ann";
            for (String mid : ids()) {
                assertAllNotFound(triesAt(who, hub.edge(2), peer, mid));
            }
            assertEquals(
                    "{\"messages\":[]}",
                    ok(who.get(direct, "/api/dm/" + peer + "/messages")).toString());
            assertEquals(
                    "{\"contacts\":[]}", ok(who.get(direct, "/api/dm/contacts")).toString());
            JsonNode page = ok(who.get(direct, "/api/dm/sync?pos=" + annsPos));
            assertTrue(page.get("messages").isEmpty() && page.get("marks").isEmpty(), page::toString);
            // a message by the same cid is another one there
            JsonNode sent = ok(who.send(direct, peer, "a0", "of another tenant"));
            assertEquals(1, sent.get("seq").asLong());
            assertFalse(mids.contains(sent.get("mid").asText()), sent::toString);
            ok(who.ask("PUT", direct, "/api/dm/" + peer + "/block", null));
            ok(who.ask(
                    "POST", direct, "/api/dm/" + peer + "/clear", Json.object().put("seq", 1)));
        }
        assertEquals(before, state());
    }
}
