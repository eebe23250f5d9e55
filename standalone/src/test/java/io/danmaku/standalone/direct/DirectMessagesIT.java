package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a user can do over HTTP, straight and through an edge. */
class DirectMessagesIT {
    private static final AtomicInteger USERS = new AtomicInteger();
    private static final Duration SYNCED_MAX = Duration.ofSeconds(5);

    private URI direct;
    private URI edge;

    @BeforeEach
    void findTheHub() {
        direct = TestHub.get().dmService();
        edge = TestHub.get().edge(1);
    }

    private static DirectClient user() {
        return new DirectClient("direct-" + USERS.incrementAndGet());
    }

    @Test
    void bothSidesSeeOneConversationWithNumbersFromOne() throws Exception {
        DirectClient ann = user();
        DirectClient bob = user();
        JsonNode first = sent(ann.send(direct, bob.user(), "c1", "hello"));
        JsonNode second = sent(bob.send(edge, ann.user(), "c1", "你好 😀"));
        assertEquals(1, first.get("seq").asLong());
        assertEquals(2, second.get("seq").asLong());
        List<JsonNode> seen = ann.history(direct, bob.user(), 50);
        assertEquals(seen, bob.history(edge, ann.user(), 1));
        assertEquals(List.of("hello", "你好 😀"), texts(seen));
        assertEquals(first.get("mid"), seen.get(0).get("mid"));
        assertEquals(first.get("ts"), seen.get(0).get("ts"));
        assertEquals(ann.user(), seen.get(0).get("from").asText());
        assertEquals(bob.user(), seen.get(0).get("to").asText());
    }

    @Test
    void aRepeatGetsTheFirstAnswerWhereverAndWhateverItSays() throws Exception {
        DirectClient ann = user();
        DirectClient bob = user();
        JsonNode first = sent(ann.send(direct, bob.user(), "same", "once"));
        sent(ann.send(direct, bob.user(), "other", "in between"));
        assertEquals(first, sent(ann.send(edge, bob.user(), "same", "another body")));
        assertEquals(first, sent(ann.send(direct, bob.user(), "same", "once")));
        assertEquals(List.of("once", "in between"), texts(bob.history(direct, ann.user(), 50)));
        // the same cid to somebody else, and from somebody else, is another message
        assertEquals(
                1, sent(ann.send(direct, user().user(), "same", "x")).get("seq").asLong());
        assertEquals(
                3, sent(bob.send(direct, ann.user(), "same", "x")).get("seq").asLong());
    }

    @Test
    void overTheWebSocketAConversationAndTheContactsAreTheSameAsOverHttp() throws Exception {
        DirectClient ann = user();
        List<DirectClient> peers = List.of(user(), user(), user());
        for (DirectClient peer : peers) {
            sent(peer.send(direct, ann.user(), "c1", "from " + peer.user()));
        }
        DirectClient bob = peers.get(2);
        sent(ann.send(direct, bob.user(), "c2", "two"));
        sent(ann.send(direct, bob.user(), "c3", "three"));
        try (Clients clients = new Clients(1);
                Witness device = Witness.viewer(clients, TestHub.get(), ann.user(), 1)) {
            HubClient client = device.client();
            JsonNode newest =
                    device.wait(client.dmHistory(bob.user(), 0, 2)).ok().get("messages");
            assertEquals(List.of("two", "three"), texts(list(newest)));
            long before = newest.get(0).get("seq").asLong();
            JsonNode older =
                    device.wait(client.dmHistory(bob.user(), before, 2)).ok().get("messages");
            assertEquals(List.of("from " + bob.user()), texts(list(older)));
            assertEquals(ann.history(direct, bob.user(), 50).get(0), older.get(0));

            JsonNode first = device.wait(client.dmContacts(null, 2)).ok();
            JsonNode rest = device.wait(client.dmContacts(first.get("cursor").asText(), 2))
                    .ok();
            assertEquals(
                    List.of(bob.user(), peers.get(1).user(), peers.get(0).user()),
                    Stream.of(first, rest)
                            .flatMap(page -> list(page.get("contacts")).stream())
                            .map(contact -> contact.get("peer").asText())
                            .toList());
            assertEquals(1, first.at("/contacts/0/unread").asInt());
            assertFalse(rest.has("cursor"));
            assertEquals(
                    "bad_field", device.wait(client.dmContacts("nonsense", 2)).code());
        }
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    @Test
    void unreadCountsWhatThePeerSentAboveTheReadMarkAndBothSeeTheMark() throws Exception {
        DirectClient ann = user();
        DirectClient bob = user();
        for (int i = 1; i <= 3; i++) {
            sent(ann.send(direct, bob.user(), "a" + i, "from ann"));
        }
        sent(bob.send(direct, ann.user(), "b1", "from bob"));
        assertContact(bob, ann, 3, 0, 0);
        assertContact(ann, bob, 1, 0, 0);

        assertEquals(2, read(bob.read(edge, ann.user(), 2)));
        assertContact(bob, ann, 1, 2, 0);
        assertContact(ann, bob, 1, 0, 2);

        assertEquals(2, read(bob.read(direct, ann.user(), 1)), "a mark never falls");
        assertEquals(4, read(bob.read(direct, ann.user(), 9_999)), "nobody reads what is not there");
        assertContact(bob, ann, 0, 4, 0);
        sent(bob.send(direct, ann.user(), "b2", "own messages are never unread"));
        assertContact(bob, ann, 0, 4, 0);
        assertContact(ann, bob, 2, 0, 4);
        sent(ann.send(direct, bob.user(), "a4", "but this is"));
        assertContact(bob, ann, 1, 4, 0);
        assertEquals(0, read(bob.read(direct, user().user(), 5)), "a conversation without a message");
    }

    private void assertContact(DirectClient owner, DirectClient peer, long unread, long readSeq, long peerReadSeq)
            throws Exception {
        JsonNode contact = owner.contact(direct, peer.user());
        assertEquals(unread, contact.get("unread").asLong(), contact.toString());
        assertEquals(readSeq, contact.get("readSeq").asLong(), contact.toString());
        assertEquals(peerReadSeq, contact.get("peerReadSeq").asLong(), contact.toString());
    }

    @Test
    void contactsComeNewestFirstInPages() throws Exception {
        DirectClient ann = user();
        List<DirectClient> peers = IntStream.range(0, 5).mapToObj(i -> user()).toList();
        for (DirectClient peer : peers) {
            sent(peer.send(direct, ann.user(), "c", "hello"));
        }
        sent(ann.send(direct, peers.get(1).user(), "up", "now the newest"));
        List<String> order = List.of(
                peers.get(1).user(),
                peers.get(4).user(),
                peers.get(3).user(),
                peers.get(2).user(),
                peers.get(0).user());
        for (int size : List.of(1, 2, 5, 200)) {
            List<JsonNode> contacts = ann.contacts(edge, size);
            assertEquals(
                    order, contacts.stream().map(c -> c.get("peer").asText()).toList());
            assertEquals(
                    "now the newest", contacts.get(0).get("last").get("body").asText());
        }
    }

    @Test
    void syncTellsWhatFollowsAPositionAcrossConversations() throws Exception {
        DirectClient ann = user();
        List<DirectClient> peers = IntStream.range(0, 6).mapToObj(i -> user()).toList();
        for (int i = 1; i <= 3; i++) {
            for (DirectClient peer : peers) {
                sent(peer.send(direct, ann.user(), "p" + i, "to ann " + i));
                sent(ann.send(direct, peer.user(), "a" + i, "to peer " + i));
            }
        }
        Eventually.await(
                SYNCED_MAX,
                "all is under the finished marks",
                () -> ann.sync(direct, null, 500).messages().size() == 36);
        for (int size : List.of(1, 5, 36)) {
            DirectClient.Synced all = ann.sync(edge, null, size);
            assertEquals(36, all.messages().size());
            assertEquals(36, all.messages().stream().distinct().count());
            for (DirectClient peer : peers) {
                List<Long> seqs = all.messages().stream()
                        .filter(m -> m.get("from").asText().equals(peer.user())
                                || m.get("to").asText().equals(peer.user()))
                        .map(m -> m.get("seq").asLong())
                        .toList();
                assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), seqs);
            }
            assertEquals(List.of(), ann.sync(direct, all.pos(), size).messages());
        }
        DirectClient.Synced now = ann.sync(edge, "now", 500);
        assertEquals(List.of(), now.messages(), "a new device reads contacts instead");
        String pos = now.pos();
        sent(peers.get(0).send(direct, ann.user(), "late", "after the position"));
        Eventually.await(
                SYNCED_MAX,
                "what is new follows the position",
                () -> texts(ann.sync(direct, pos, 10).messages()).equals(List.of("after the position")));
    }

    @Test
    void eachBadRequestHasItsCode() throws Exception {
        DirectClient ann = user();
        Map<String, String> bodies = Map.of(
                "{\"cid\":\"a\",\"kind\":\"smoke\",\"body\":\"x\"}",
                "unsupported",
                "{\"cid\":\"a\",\"kind\":\"text\",\"body\":\"\"}",
                "bad_field",
                "{\"cid\":\"a\",\"kind\":\"text\",\"body\":\"\\ud83d\"}",
                "bad_json",
                "{\"cid\":\"a\",\"kind\":\"text\",\"body\":\"" + "x".repeat(4_001) + "\"}",
                "too_long",
                "{\"cid\":\"\",\"kind\":\"text\",\"body\":\"x\"}",
                "bad_field",
                "{\"cid\":7,\"kind\":\"text\",\"body\":\"x\"}",
                "bad_field",
                "{\"kind\":\"text\",\"body\":\"x\"}",
                "bad_field",
                "[1]",
                "bad_json",
                "{",
                "bad_json",
                "",
                "bad_json");
        for (Map.Entry<String, String> body : bodies.entrySet()) {
            DirectClient.Answer answer =
                    ann.post(direct, "/api/dm/somebody/messages", body.getKey().getBytes(StandardCharsets.UTF_8));
            assertEquals(body.getValue(), answer.code(), body.getKey());
        }
        assertEquals("bad_field", ann.send(direct, ann.user(), "c", "to myself").code());
        assertEquals("bad_field", ann.send(direct, "a%20b", "c", "x").code());
        assertEquals("bad_field", ann.read(direct, "somebody", 0).code());
        for (String path : List.of(
                "/api/dm/sync?pos=nonsense",
                "/api/dm/sync?limit=501",
                "/api/dm/contacts?cursor=nonsense",
                "/api/dm/contacts?limit=0",
                "/api/dm/somebody/messages?before=0",
                "/api/dm/somebody/messages?limit=many")) {
            assertEquals("bad_field", ann.get(direct, path).code(), path);
        }
        DirectClient.Answer large = ann.post(direct, "/api/dm/somebody/messages", new byte[100_000]);
        assertEquals(413, large.status());
        assertEquals("too_long", large.code());
    }

    @Test
    void nobodyElseSeesAConversation() throws Exception {
        DirectClient ann = user();
        DirectClient bob = user();
        DirectClient eve = user();
        sent(ann.send(direct, bob.user(), "c", "for bob"));
        assertTrue(eve.history(direct, ann.user(), 50).isEmpty());
        assertTrue(eve.history(direct, bob.user(), 50).isEmpty());
        assertTrue(eve.contacts(direct, 50).isEmpty());
        String pos = ann.sync(direct, null, 50).pos();
        assertFalse(texts(eve.sync(direct, null, 50).messages()).contains("for bob"));
        assertTrue(eve.sync(direct, pos, 50).messages().isEmpty(), "another user's position is only a position");
    }

    private static JsonNode sent(DirectClient.Answer answer) {
        assertEquals(201, answer.status(), answer.toString());
        return answer.body();
    }

    private static long read(DirectClient.Answer answer) {
        assertEquals(200, answer.status(), answer.toString());
        return answer.body().get("readSeq").asLong();
    }

    private static List<String> texts(List<JsonNode> messages) {
        return messages.stream().map(m -> m.get("body").asText()).toList();
    }
}
