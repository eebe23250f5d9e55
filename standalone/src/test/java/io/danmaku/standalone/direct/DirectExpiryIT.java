package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Messages that go by themselves: over HTTP and WebSocket, for both sides and all devices, and in the store. */
class DirectExpiryIT {
    private static final AtomicInteger USERS = new AtomicInteger();
    private static final Duration SEEN_MAX = Duration.ofSeconds(15);
    private static final int SECONDS = 7;

    private final URI direct = TestHub.get().dmService();
    private final URI edge = TestHub.get().edge(1);
    private final DirectClient ann = new DirectClient("expiry-" + USERS.incrementAndGet());
    private final DirectClient bob = new DirectClient("expiry-" + USERS.incrementAndGet());

    private static DirectClient.Answer expire(URI at, DirectClient who, DirectClient peer, Object seconds)
            throws Exception {
        ObjectNode body = Json.object();
        body.set("seconds", Json.MAPPER.valueToTree(seconds));
        return who.ask("PUT", at, "/api/dm/" + peer.user() + "/expiry", body);
    }

    private JsonNode send(DirectClient from, DirectClient to, String cid, String text) throws Exception {
        DirectClient.Answer answer = from.send(direct, to.user(), cid, text);
        assertEquals(201, answer.status(), answer.toString());
        return answer.body();
    }

    private static String path(DirectClient peer, JsonNode message) {
        return "/api/dm/" + peer.user() + "/messages/" + message.get("mid").asText();
    }

    private static ObjectNode field(String name, String value) {
        return Json.object().put(name, value);
    }

    private static void refused(String code, DirectClient.Answer answer) {
        assertEquals(code, answer.code(), answer.toString());
    }

    private static JsonNode of(List<JsonNode> messages, JsonNode sent) {
        return messages.stream()
                .filter(message -> message.get("mid").equals(sent.get("mid")))
                .findFirst()
                .orElseThrow();
    }

    private static void assertGone(JsonNode message, long expiresMs) {
        assertEquals("expired", message.get("kind").asText(), message.toString());
        assertEquals("", message.get("body").asText());
        assertEquals(expiresMs, message.get("expired").asLong());
        assertFalse(message.has("expires") || message.has("edited") || message.has("reactions"), message.toString());
    }

    @Test
    void whatIsSentWhileAConversationExpiresIsGoneForBothWhenItsTimeIsOver() throws Exception {
        try (DirectCql cql = new DirectCql(TestHub.get())) {
            whatExpiresIsGone(cql);
        }
    }

    private void whatExpiresIsGone(DirectCql cql) throws Exception {
        JsonNode stays = send(ann, bob, "stays", "stays");
        DirectClient.Answer set = expire(edge, ann, bob, SECONDS);
        assertEquals(200, set.status(), set.toString());
        assertEquals(bob.user(), set.body().get("peer").asText());
        assertEquals(SECONDS, set.body().get("expiry").asInt());
        JsonNode plain = send(bob, ann, "plain", "secret plain");
        JsonNode edited = send(ann, bob, "edited", "secret first");
        ann.ask("PATCH", direct, path(bob, edited), field("body", "secret second"));
        bob.ask("PUT", direct, path(ann, edited) + "/reaction", field("sign", "x"));
        long plainMs = plain.get("ts").asLong() + SECONDS * 1_000;
        long editedMs = edited.get("ts").asLong() + SECONDS * 1_000;
        List<JsonNode> before = ann.history(direct, bob.user(), 50);
        assertFalse(of(before, stays).has("expires"));
        assertEquals("secret plain", of(before, plain).get("body").asText());
        assertEquals(plainMs, of(before, plain).get("expires").asLong());
        assertEquals("secret second", of(before, edited).get("body").asText());
        MessageTables tables = new MessageTables(cql.node());
        StoredMessage stored = get(tables.message("default", plain.get("mid").asText()));
        assertEquals("secret plain", stored.message().body());
        get(tables.store(stored)); // its record is handled again, while it lives
        assertEquals("secret plain", cql.content(plain).getString("body"));
        for (DirectClient who : List.of(ann, bob)) {
            DirectClient peer = who == ann ? bob : ann;
            assertEquals(SECONDS, who.contact(direct, peer.user()).get("expiry").asInt());
            Eventually.await(
                    SEEN_MAX,
                    "sync tells it",
                    () -> who.get(direct, "/api/dm/sync?limit=500")
                            .body()
                            .get("changes")
                            .toString()
                            .contains("{\"peer\":\"" + peer.user() + "\",\"expiry\":" + SECONDS + ",\"by\":\""
                                    + ann.user()));
        }

        Eventually.await(
                SEEN_MAX,
                "both are gone",
                () -> bob.history(direct, ann.user(), 50).stream()
                                .filter(message -> message.get("kind").asText().equals("expired"))
                                .count()
                        == 2);
        for (DirectClient who : List.of(ann, bob)) {
            DirectClient peer = who == ann ? bob : ann;
            List<JsonNode> history = who.history(edge, peer.user(), 50);
            assertEquals("stays", of(history, stays).get("body").asText());
            assertGone(of(history, plain), plainMs);
            assertGone(of(history, edited), editedMs);
            assertGone(who.contact(direct, peer.user()).get("last"), editedMs);
            List<JsonNode> synced = who.sync(direct, null, 100).messages();
            assertGone(of(synced, plain), plainMs);
            assertGone(of(synced, edited), editedMs);
            assertEquals(
                    "[]",
                    who.get(direct, path(peer, edited) + "/versions")
                            .body()
                            .get("versions")
                            .toString());
        }
        refused("not_found", ann.ask("PATCH", direct, path(bob, edited), field("body", "again")));
        refused("not_found", bob.ask("PUT", direct, path(ann, edited) + "/reaction", field("sign", "y")));
        refused("not_found", ann.ask("DELETE", direct, path(bob, edited), null));
        Eventually.await(
                SEEN_MAX,
                "the store has let go of the bodies",
                () -> cql.content(plain).isNull("body")
                        && cql.content(edited).isNull("body")
                        && cql.versions(edited).stream().allMatch(row -> row.isNull("body")));
        assertEquals(2, cql.versions(edited).size(), "how often it was edited is known");

        // by the owner that remembers the body, and by one that reads it when it is gone
        get(tables.store(stored));
        get(tables.store(get(tables.message("default", plain.get("mid").asText()))));
        assertTrue(cql.content(plain).isNull("body"), "it is not written again");
        assertEquals("text", cql.content(plain).getString("kind"), "its row stays");
        assertEquals(plain, send(bob, ann, "plain", "secret plain"), "asked again it is answered as at first");
        assertGone(of(bob.history(direct, ann.user(), 50), plain), plainMs);
        assertEquals(
                200, bob.ask("PUT", direct, path(ann, edited) + "/hidden", null).status(), "it can be hidden");
        assertEquals(4, send(ann, bob, "next", "next").get("seq").asLong(), "numbers go on");
    }

    @Test
    void devicesThatAreThereAreToldByWhomAndWhenWhatIsPushedGoes() throws Exception {
        try (Clients clients = new Clients(2);
                Witness bobs = Witness.viewer(clients, TestHub.get(), bob.user(), 1);
                Witness anns = Witness.viewer(clients, TestHub.get(), ann.user(), 2)) {
            Eventually.await(SEEN_MAX, "both are told", () -> {
                // pushes reach a device once the directory knows it
                anns.wait(anns.client().request(expiry(bob, 60)));
                anns.wait(anns.client().request(expiry(bob, SECONDS)));
                return told(anns, bob) && told(bobs, ann);
            });
            // of the last two one may have been too many for a second
            assertEquals(200, expire(direct, ann, bob, SECONDS).status());
            JsonNode sent = send(ann, bob, "pushed", "pushed");
            Eventually.await(
                    SEEN_MAX, "the message is pushed", () -> !bobs.direct().isEmpty());
            assertEquals(
                    sent.get("ts").asLong() + SECONDS * 1_000,
                    bobs.direct().get(0).get("expires").asLong());
            Answer off = bobs.wait(bobs.client().request(expiry(ann, 0)));
            assertEquals(ann.user(), off.ok().get("peer").asText());
            assertEquals(0, off.ok().get("expiry").asLong());
            assertTrue(off.ok().get("rev").asLong() > 0);
            assertFalse(ann.contact(direct, bob.user()).has("expiry"));
            send(bob, ann, "lives", "lives");
            JsonNode last = ann.contact(direct, bob.user()).get("last");
            assertEquals("lives", last.get("body").asText());
            assertNull(last.get("expires"));
            for (long wrong : new long[] {1, 4, 31_536_001}) {
                assertEquals(
                        "bad_field",
                        anns.wait(anns.client().request(expiry(bob, wrong))).code());
            }
        }
    }

    private boolean told(Witness who, DirectClient peer) {
        return who.directNotes().stream()
                .anyMatch(note -> note.get("peer").asText().equals(peer.user())
                        && note.get("expiry").asLong() == SECONDS
                        && note.get("by").asText().equals(ann.user())
                        && note.get("rev").asLong() > 0);
    }

    private static ObjectNode expiry(DirectClient peer, long seconds) {
        return Json.object().put("op", "dm.expiry").put("peer", peer.user()).put("seconds", seconds);
    }

    @Test
    void whoIsBlockedChangesNothingAndTheTimeHasBounds() throws Exception {
        for (Object wrong : List.of(4, -1, 31_536_001, 5.5, "5")) {
            refused("bad_field", expire(direct, ann, bob, wrong));
        }
        refused("bad_field", expire(direct, ann, ann, 5));
        send(bob, ann, "first", "first");
        bob.ask("PUT", direct, "/api/dm/" + ann.user() + "/block", null);
        refused("blocked", expire(direct, ann, bob, 60));
        assertEquals(200, expire(direct, bob, ann, 3_600).status(), "who blocks may");
        assertEquals(3_600, ann.contact(direct, bob.user()).get("expiry").asInt());
    }

    private static <T> T get(CompletionStage<T> asked) throws Exception {
        return asked.toCompletableFuture().get(1, TimeUnit.MINUTES);
    }
}
