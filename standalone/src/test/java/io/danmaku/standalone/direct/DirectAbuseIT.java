package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a user may not write, and to how many: over both edges and dm-service alike, in a tenant of its own. */
class DirectAbuseIT {
    private static final String TENANT = "abused";
    private static final String WORDS = "/api/words/direct";
    private static final Duration IN_FORCE_MAX = Duration.ofSeconds(1);
    private static final Duration SENT_MAX = Duration.ofSeconds(20);
    /** Above it is no matter of sends a second. */
    private static final long PACE_MS_MAX = 1_000;

    private static final int PEERS_AN_HOUR = 30;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final HubApi api = new HubApi(hub);
    private final DirectClient admin = new DirectClient(TENANT, "backend", true);
    private final Clients clients = new Clients(2);
    private final List<Witness> connected = new ArrayList<>();

    /** What became of something: {@code ok} or a code. */
    private record Done(String code, long retryMs, JsonNode ok) {
        static Done of(Answer answer) {
            return new Done(answer.acknowledged() ? "ok" : answer.code(), answer.retryMs(), answer.ok());
        }

        static Done of(DirectClient.Answer answer) {
            return new Done(
                    answer.status() < 300 ? "ok" : answer.code(),
                    answer.body().path("retryMs").asLong(),
                    answer.body());
        }
    }

    /** One user's way to the log. */
    private interface Way {
        Done send(String peer, String kind, JsonNode body) throws Exception;

        Done edit(String peer, String mid, JsonNode body) throws Exception;
    }

    private final class OverWebSocket implements Way {
        private final Witness witness;

        OverWebSocket(DirectClient user, int edge) {
            witness = Witness.connect(clients, hub, user.user(), user.token(), edge);
            connected.add(witness);
        }

        @Override
        public Done send(String peer, String kind, JsonNode body) {
            ObjectNode command = Json.object().put("op", "dm.send").put("to", peer);
            command.put("cid", "c" + NUMBERS.incrementAndGet())
                    .put("kind", kind)
                    .set("body", body);
            return Done.of(witness.wait(witness.client().request(command)));
        }

        @Override
        public Done edit(String peer, String mid, JsonNode body) {
            ObjectNode command =
                    Json.object().put("op", "dm.edit").put("peer", peer).put("mid", mid);
            command.set("body", body);
            return Done.of(witness.wait(witness.client().request(command)));
        }
    }

    private final class OverHttp implements Way {
        private final DirectClient user;

        OverHttp(DirectClient user) {
            this.user = user;
        }

        @Override
        public Done send(String peer, String kind, JsonNode body) throws Exception {
            ObjectNode message =
                    Json.object().put("cid", "c" + NUMBERS.incrementAndGet()).put("kind", kind);
            message.set("body", body);
            return Done.of(user.post(direct, "/api/dm/" + peer + "/messages", Json.bytes(message)));
        }

        @Override
        public Done edit(String peer, String mid, JsonNode body) throws Exception {
            ObjectNode message = Json.object();
            message.set("body", body);
            return Done.of(user.ask("PATCH", direct, "/api/dm/" + peer + "/messages/" + mid, message));
        }
    }

    private static DirectClient viewer() {
        return new DirectClient(TENANT, "abuse-" + NUMBERS.incrementAndGet(), false);
    }

    private static JsonNode text(String text) {
        return Json.object().textNode(text);
    }

    /** Sends a text, again for as long as it is too early. */
    private static Done send(Way way, String peer, String text) {
        Done[] done = new Done[1];
        Eventually.await(SENT_MAX, "a send is taken or refused", () -> {
            done[0] = way.send(peer, "text", text(text));
            return !done[0].code.equals("rate_limited") || done[0].retryMs > PACE_MS_MAX;
        });
        return done[0];
    }

    private static String mid(Done done) {
        assertEquals("ok", done.code, done::toString);
        return done.ok.get("mid").asText();
    }

    @BeforeEach
    @AfterEach
    void withoutLists() {
        api.remove(admin.token(), WORDS);
    }

    @AfterEach
    void disconnect() {
        connected.forEach(Witness::close);
        clients.close();
    }

    private void putWords(String action, String term) {
        HubApi.Reply reply = api.putWords(admin.token(), WORDS, action, List.of(term));
        assertTrue(reply.status() < 300, reply::toString);
    }

    /** A user for each way: each has sends of its own. */
    private List<Way> ways() {
        return List.of(new OverWebSocket(viewer(), 1), new OverWebSocket(viewer(), 2), new OverHttp(viewer()));
    }

    private static void awaitInForce(List<Way> ways, String code, String peer, String text) {
        List<Way> waiting = new ArrayList<>(ways);
        long from = System.nanoTime();
        Eventually.await(IN_FORCE_MAX, code + " on every way", () -> {
            for (Way way : List.copyOf(waiting)) {
                if (way.send(peer, "text", text(text)).code.equals(code)) {
                    waiting.remove(way);
                }
            }
            return waiting.isEmpty();
        });
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
        assertTrue(tookMs <= IN_FORCE_MAX.toMillis(), () -> "took " + tookMs + " ms");
    }

    @Alone
    @Test
    void aTenantsWordListsHoldOnEveryWayWithinASecondOfTheirChange() throws Exception {
        DirectClient bob = viewer();
        List<Way> ways = ways();
        List<String> mids = new ArrayList<>();
        for (Way way : ways) {
            mids.add(mid(send(way, bob.user(), "a zork")));
        }
        putWords("refuse", "zork");
        awaitInForce(ways, "text_refused", bob.user(), "a z o r k");
        for (int i = 0; i < ways.size(); i++) {
            Way way = ways.get(i);
            String mid = mids.get(i);
            Eventually.await(
                    SENT_MAX,
                    "an edit is refused too",
                    () -> way.edit(bob.user(), mid, text("what a zork")).code.equals("text_refused"));
            assertEquals("ok", send(way, bob.user(), "a zorkling").code, "another word");
            ObjectNode card = Json.object().put("title", "hello").put("text", "you zork");
            Eventually.await(
                    SENT_MAX,
                    "a card's text is refused",
                    () -> way.send(bob.user(), "card", card).code.equals("text_refused"));
        }
        assertEquals(
                201,
                admin.send(direct, bob.user(), "c" + NUMBERS.incrementAndGet(), "a zork")
                        .status(),
                "a backend writes what it wants");
        for (String action : List.of("hold", "shadow")) {
            putWords(action, "zork" + action);
            awaitInForce(ways, "text_refused", bob.user(), "a zork" + action);
        }
        assertTrue(api.remove(admin.token(), WORDS).status() < 300);
        awaitInForce(ways, "ok", bob.user(), "a zorkshadow");
    }

    @Test
    void maskedIsWhatIsSentAndRoomsOwnListsAreNoMatter() throws Exception {
        DirectClient bob = viewer();
        List<Way> ways = ways();
        putWords("mask", "zork");
        putWords("mask", "blorb");
        String room = "abuse-" + NUMBERS.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
        assertEquals(
                201,
                api.ask(hub.edge(1), "POST", "/api/rooms", admin.token(), Map.of("id", room), Map.of())
                        .status());
        assertTrue(api.putWords(admin.token(), "/api/rooms/" + room + "/words/own", "refuse", List.of("quux"))
                        .status()
                < 300);
        for (Way way : ways) {
            Eventually.await(
                    SENT_MAX,
                    "the list is in force",
                    () -> newest(bob, mid(send(way, bob.user(), "a blorb or two")))
                            .equals("a ***** or two"));
            String mid = mid(send(way, bob.user(), "quux"));
            assertEquals("quux", newest(bob, mid));
            Eventually.await(
                    SENT_MAX,
                    "edited",
                    () -> way.edit(bob.user(), mid, text("my blorb")).code.equals("ok"));
            assertEquals("my *****", newest(bob, mid));
        }
    }

    /** What a user's history says of a message. */
    private String newest(DirectClient user, String mid) throws Exception {
        for (JsonNode contact : user.contacts(direct, 200)) {
            for (JsonNode message : user.history(direct, contact.get("peer").asText(), 100)) {
                if (message.get("mid").asText().equals(mid)) {
                    return message.get("body").asText();
                }
            }
        }
        return "";
    }

    @Alone
    @Test
    void aRestartedServiceSendsNothingBeforeItKnowsTheLists() throws Exception {
        DirectClient bob = viewer();
        Way way = new OverHttp(viewer());
        putWords("refuse", "zork");
        awaitInForce(List.of(way), "text_refused", bob.user(), "zork");
        hub.kill9("dm-service");
        Set<String> notYet = Set.of("unavailable", "rate_limited", "pending");
        String[] first = new String[1];
        Eventually.await(TestHub.BACK_MAX, "it takes sends again", () -> {
            // while it is down this throws, which is not yet
            first[0] = way.send(bob.user(), "text", text("zork")).code;
            return !notYet.contains(first[0]);
        });
        assertEquals("text_refused", first[0]);
        hub.awaitBack("dm-service");
    }

    @Test
    void whoWritesToManyNewOnesIsStoppedOnEveryWayAndOldFriendsAreNoNewOnes() throws Exception {
        // an hour of the clock may end meanwhile: then once more
        boolean held = stopped();
        assertTrue(held || stopped());
    }

    /** @return whether an hour's count held all of it */
    private boolean stopped() throws Exception {
        long hour = System.currentTimeMillis() / 3_600_000;
        DirectClient ann = viewer();
        DirectClient backend = new DirectClient(TENANT, ann.user(), true);
        List<Way> ways = List.of(new OverWebSocket(ann, 1), new OverWebSocket(ann, 2), new OverHttp(ann));
        for (int i = 0; i < PEERS_AN_HOUR + 5; i++) {
            String cid = "c" + NUMBERS.incrementAndGet();
            assertEquals(
                    201,
                    backend.send(direct, ann.user() + ".f" + i, cid, "hello").status());
        }
        for (int i = 0; i < PEERS_AN_HOUR + 5; i++) {
            assertEquals("ok", send(ways.get(i % 3), ann.user() + ".f" + i, "still there?").code);
        }
        for (int i = 0; i < PEERS_AN_HOUR; i++) {
            assertEquals("ok", send(ways.get(i % 3), ann.user() + ".n" + i, "buy this").code, "new one " + i);
        }
        List<Done> beyond = new ArrayList<>();
        for (Way way : ways) {
            beyond.add(send(way, ann.user() + ".x", "buy this"));
        }
        List<String> heard = heardOfTyping(ann, ann.user() + ".x", ann.user() + ".n7");
        if (System.currentTimeMillis() / 3_600_000 != hour) {
            return false;
        }
        assertEquals(List.of(), heard, "a new one hears of typing as little");
        for (Done refused : beyond) {
            assertEquals("rate_limited", refused.code, refused::toString);
            assertTrue(refused.retryMs > PACE_MS_MAX && refused.retryMs <= 3_600_000, refused::toString);
        }
        DirectClient first = viewer();
        assertEquals("ok", send(new OverHttp(first), ann.user(), "hello").code);
        for (Way way : ways) {
            assertEquals("ok", send(way, ann.user() + ".n7", "and this").code);
            assertEquals("ok", send(way, first.user(), "who are you?").code, "who was written to is no new one");
        }
        String cid = "c" + NUMBERS.incrementAndGet();
        assertEquals(
                201,
                backend.send(direct, ann.user() + ".x", cid, "from the backend").status());
        return true;
    }

    /** What a new one has heard when one who is known heard it twice; both are typed to alike, the new one first. */
    private List<String> heardOfTyping(DirectClient types, String newOne, String knownOne) {
        List<Witness> hear = List.of(newOne, knownOne).stream()
                .map(user -> Witness.connect(clients, hub, user, new DirectClient(TENANT, user, false).token(), 1))
                .toList();
        connected.addAll(hear);
        Eventually.await(SENT_MAX, "who is known hears it", () -> {
            for (Witness one : hear) {
                DirectClient.Answer answer = types.ask("POST", direct, "/api/dm/" + one.user() + "/typing", null);
                assertTrue(answer.status() == 200 || answer.code().equals("rate_limited"), answer::toString);
            }
            return hear.get(1).typing().size() >= 2;
        });
        return hear.get(0).typing();
    }
}
