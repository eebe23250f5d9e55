package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What was acknowledged is answered as at first, on both edges and over HTTP, whatever the sender might not send any more: words, people, a recipient
 * who takes nothing, messages that were changed since. In a tenant of its own, whose word lists change.
 */
class DirectRepeatsIT {
    private static final String TENANT = "repeating";
    private static final String WORDS = "/api/words/direct";
    private static final Duration ANSWERED_MAX = Duration.ofSeconds(90);
    private static final int PEERS_AN_HOUR = 30;
    /** An answer after which one asks again: it says nothing of the message. */
    private static final Set<String> AGAIN = Set.of("unavailable", "pending", "busy");
    /** Above it is no matter of sends a second. */
    private static final long PACE_MS_MAX = 1_000;

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final HubApi api = new HubApi(hub);
    private final String run = Long.toString(System.nanoTime(), 36);
    private final DirectClient backend = new DirectClient(TENANT, "backend", true);
    private final DirectClient ann = user("ann");
    private final DirectClient bob = user("bob");
    private final Clients clients = new Clients(2);
    private final List<Witness> connected = new ArrayList<>();
    private int cids;

    /** What became of a try. */
    private record Done(String code, long retryMs, JsonNode ok) {
        boolean settles() {
            return !AGAIN.contains(code) && !(code.equals("rate_limited") && retryMs <= PACE_MS_MAX);
        }
    }

    /** One way from a user to the log. */
    private interface Way {
        Done send(String peer, ObjectNode message) throws Exception;
    }

    private DirectClient user(String name) {
        return new DirectClient(TENANT, run + "-" + name, false);
    }

    private Way overWebSocket(DirectClient user, int edge) {
        Witness device = Witness.connect(clients, hub, user.user(), user.token(), edge);
        connected.add(device);
        return (peer, message) -> {
            Answer answer = device.wait(device.client()
                    .request(message.deepCopy().put("op", "dm.send").put("to", peer)));
            return new Done(answer.code(), answer.retryMs(), answer.ok());
        };
    }

    private static Way overHttp(DirectClient user, URI at) {
        return (peer, message) -> {
            DirectClient.Answer answer = user.post(at, "/api/dm/" + peer + "/messages", Json.bytes(message));
            return new Done(
                    answer.status() == 201 ? "" : answer.code(),
                    answer.body().path("retryMs").asLong(),
                    answer.body());
        };
    }

    private List<Way> ways(DirectClient user) {
        return List.of(
                overWebSocket(user, 1), overWebSocket(user, 2), overHttp(user, direct), overHttp(user, hub.edge(2)));
    }

    /** Asks until the answer says what has become of the message. */
    private static Done settled(Way way, String peer, ObjectNode message) {
        Done[] done = new Done[1];
        Eventually.await(ANSWERED_MAX, "an answer to " + message, () -> {
            done[0] = way.send(peer, message);
            return done[0].settles();
        });
        return done[0];
    }

    private static JsonNode sent(Way way, String peer, ObjectNode message) {
        Done done = settled(way, peer, message);
        assertEquals("", done.code, done::toString);
        return done.ok;
    }

    private static void assertRefused(String code, Way way, String peer, ObjectNode message) {
        Done done = settled(way, peer, message);
        assertEquals(code, done.code, done::toString);
    }

    private ObjectNode text(String text) {
        return Json.object().put("cid", "c" + cids++).put("kind", "text").put("body", text);
    }

    private ObjectNode card(String title) {
        ObjectNode card = Json.object().put("cid", "c" + cids++).put("kind", "card");
        card.putObject("body").put("title", title);
        return card;
    }

    @BeforeEach
    @AfterEach
    void withoutLists() {
        api.remove(backend.token(), WORDS);
    }

    @AfterEach
    void disconnect() {
        connected.forEach(Witness::close);
        clients.close();
    }

    private void refuseWord(String word, List<Way> ways) {
        HubApi.Reply reply = api.putWords(backend.token(), WORDS, "refuse", List.of(word));
        assertTrue(reply.status() < 300, reply::toString);
        for (Way way : ways) {
            Eventually.await(
                    ANSWERED_MAX,
                    "the list is in force",
                    () -> way.send(run + "-list", text("a " + word)).code.equals("text_refused"));
        }
    }

    private long messagesOf(DirectClient user, DirectClient peer) throws Exception {
        return user.history(direct, peer.user(), 100).size();
    }

    private void change(DirectClient who, String method, String path, ObjectNode body) {
        Eventually.await(ANSWERED_MAX, path, () -> {
            DirectClient.Answer answer = who.ask(method, direct, path, body);
            assertEquals(200, answer.status(), answer.toString());
            return true;
        });
    }

    @Test
    void whatWasAcknowledgedIsAnsweredAsAtFirstWhateverMayNotBeSentAnyMore() throws Exception {
        List<Way> ways = ways(ann);
        Map<ObjectNode, JsonNode> first = new LinkedHashMap<>();
        for (Way way : ways) {
            ObjectNode message = text("a zork");
            first.put(message, sent(way, bob.user(), message));
        }
        ObjectNode card = card("a zork");
        first.put(card, sent(ways.get(0), bob.user(), card));
        List<JsonNode> places = List.copyOf(first.values());
        ObjectNode refusedFirst = text("another zork");
        refuseWord("zork", ways);
        assertSame(first, ways, refusedFirst);

        // changed since, and by a service that was not there
        String path = "/api/dm/" + bob.user() + "/messages/";
        change(
                ann,
                "PATCH",
                path + places.get(0).get("mid").asText(),
                Json.object().put("body", "edited"));
        change(ann, "DELETE", path + places.get(1).get("mid").asText(), null);
        hub.kill9("dm-service");
        assertSame(first, ways, refusedFirst);
        hub.awaitBack("dm-service");

        // and the recipient takes nothing from the sender any more
        change(bob, "PUT", "/api/dm/" + ann.user() + "/block", null);
        assertRefused("blocked", ways.get(0), bob.user(), text("hello?"));
        assertSame(first, ways, refusedFirst);
        change(bob, "DELETE", "/api/dm/" + ann.user() + "/block", null);
        assertEquals(first.size(), messagesOf(bob, ann), "no repeat is another message");

        assertTrue(api.remove(backend.token(), WORDS).status() < 300);
        Eventually.await(
                ANSWERED_MAX,
                "what was refused was not sent: now it is",
                () -> ways.get(0).send(bob.user(), refusedFirst).code.isEmpty());
        assertEquals(
                first.size() + 1,
                sent(ways.get(2), bob.user(), refusedFirst).get("seq").asLong());
    }

    /** On every way each message has its first answer, and one that never was sent is refused. */
    private void assertSame(Map<ObjectNode, JsonNode> first, List<Way> ways, ObjectNode neverSent) {
        for (Way way : ways) {
            first.forEach((message, ok) -> assertEquals(ok, sent(way, bob.user(), message), message::toString));
            assertRefused("text_refused", way, bob.user(), neverSent);
        }
    }

    @Test
    void whoHasNoNewPeopleLeftIsAnsweredOfThoseOfBefore() {
        List<Way> ways = ways(ann);
        Map<String, JsonNode> first = new LinkedHashMap<>();
        ObjectNode message = text("hello");
        for (int i = 0; i < PEERS_AN_HOUR; i++) {
            // the other nodes have not seen these pairs
            String peer = run + "-new" + i;
            first.put(peer, sent(ways.get(0), peer, message));
        }
        Done beyond = settled(ways.get(1), run + "-beyond", message);
        // the hour of the clock may have ended meanwhile
        assertTrue(beyond.code.equals("rate_limited") || beyond.code.isEmpty(), beyond::toString);
        for (Way way : ways) {
            first.entrySet().stream()
                    .skip(PEERS_AN_HOUR - 5)
                    .forEach(one -> assertEquals(one.getValue(), sent(way, one.getKey(), message)));
        }
    }

    @Test
    void whoMayWriteIsNoMatterOfWhatWasSentBefore() {
        List<Way> ways = ways(ann);
        ObjectNode message = text("hello");
        JsonNode first = sent(ways.get(0), bob.user(), message);
        change(bob, "PATCH", "/api/dm/settings", Json.object().put("writers", "contacts"));
        for (Way way : ways) {
            assertRefused("blocked", way, bob.user(), text("hello?"));
            assertEquals(first, sent(way, bob.user(), message));
        }
    }
}
