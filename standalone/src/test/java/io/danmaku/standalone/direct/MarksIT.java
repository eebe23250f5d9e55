package io.danmaku.standalone.direct;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is delivered and read: two users with a device on each edge, and who is told of it. */
class MarksIT {
    private static final AtomicInteger USERS = new AtomicInteger();
    private static final Duration SEEN_MAX = Duration.ofSeconds(20);

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final DirectClient ann = new DirectClient("marks-ann-" + USERS.incrementAndGet());
    private final DirectClient bob = new DirectClient("marks-bob-" + USERS.incrementAndGet());
    private Clients clients;
    private List<Witness> anns;
    private List<Witness> bobs;
    /** Number of the newest message. */
    private long last;

    @BeforeEach
    void connect() {
        clients = new Clients(1);
        anns = List.of(device(ann, 1), device(ann, 2));
        bobs = List.of(device(bob, 1), device(bob, 2));
        // a device is in the directory a moment after it was let in
        Eventually.await(SEEN_MAX, "pushes reach all", () -> {
            say(ann, bob);
            return true;
        });
    }

    @AfterEach
    void leave() {
        all().forEach(Witness::close);
        clients.close();
    }

    private Witness device(DirectClient user, int edge) {
        return Witness.connect(clients, hub, user.user(), hub.adminToken(user.user()), edge);
    }

    private List<Witness> all() {
        List<Witness> all = new ArrayList<>(anns);
        all.addAll(bobs);
        return all;
    }

    /** Sends a message and waits till all devices of both have it: what was pushed before it is there as well. */
    private void say(DirectClient from, DirectClient to) throws Exception {
        DirectClient.Answer sent = from.send(direct, to.user(), "c" + USERS.incrementAndGet(), "hello");
        assertEquals(201, sent.status(), sent.toString());
        last = sent.body().get("seq").asLong();
        String mid = sent.body().get("mid").asText();
        Eventually.await(
                Duration.ofSeconds(3),
                "all have it",
                () -> all().stream()
                        .allMatch(device -> device.direct().stream()
                                .anyMatch(m -> m.get("mid").asText().equals(mid))));
    }

    private static long mark(Witness device, String op, DirectClient peer, long seq) {
        Answer answer = device.wait(device.client()
                .request(Json.object().put("op", op).put("peer", peer.user()).put("seq", seq)));
        assertTrue(answer.acknowledged(), answer::toString);
        return answer.ok().get("seq").asLong();
    }

    private static String delivered(DirectClient user, DirectClient peer, long seq) {
        return "{\"dmDelivered\":{\"user\":\"" + user.user() + "\",\"peer\":\"" + peer.user() + "\",\"seq\":" + seq
                + "}}";
    }

    private static String read(DirectClient reader, DirectClient peer, long seq) {
        return "{\"dmRead\":{\"reader\":\"" + reader.user() + "\",\"peer\":\"" + peer.user() + "\",\"seq\":" + seq
                + "}}";
    }

    private static void awaitMarks(List<String> marks, List<Witness> devices) {
        for (Witness device : devices) {
            Eventually.await(SEEN_MAX, device.user() + " is told", () -> {
                assertEquals(marks, device.directMarks());
                return true;
            });
        }
    }

    private static void assertContact(DirectClient owner, DirectClient peer, String field, long expected)
            throws Exception {
        JsonNode contact = owner.contact(TestHub.get().dmService(), peer.user());
        assertEquals(expected, contact.path(field).asLong(-1), field + " of " + contact);
    }

    @Test
    void aMarkIsToldToAllDevicesOfBothOnceAndWhatIsReadIsDelivered() throws Exception {
        say(ann, bob);
        say(ann, bob);
        long first = last - 1;
        assertEquals(first, mark(bobs.get(0), "dm.delivered", ann, first));
        List<String> told = new ArrayList<>(List.of(delivered(bob, ann, first)));
        awaitMarks(told, all());
        assertContact(ann, bob, "peerDeliveredSeq", first);
        assertContact(ann, bob, "peerReadSeq", 0);
        assertContact(bob, ann, "deliveredSeq", first);
        assertContact(bob, ann, "unread", last);

        // the same again by another device, and a lower one: where it was, and nobody is told
        assertEquals(first, mark(bobs.get(1), "dm.delivered", ann, first));
        assertEquals(first, mark(bobs.get(1), "dm.delivered", ann, 1));
        long seq = last;
        assertEquals(seq, mark(bobs.get(1), "dm.read", ann, Long.MAX_VALUE >> 11), "not above the newest message");
        told.add(read(bob, ann, seq));
        awaitMarks(told, all());
        assertEquals(seq, mark(bobs.get(0), "dm.delivered", ann, seq), "what is read is delivered");
        assertEquals(seq, mark(bobs.get(0), "dm.read", ann, seq));
        assertEquals(
                seq,
                bob.read(hub.edge(1), ann.user(), seq).body().get("readSeq").asLong());
        say(bob, ann);
        awaitMarks(told, all());
        assertContact(ann, bob, "peerDeliveredSeq", seq);
        assertContact(ann, bob, "peerReadSeq", seq);
        assertContact(bob, ann, "unread", 0);

        // over HTTP
        DirectClient.Answer answer = deliveredOverHttp(ann, bob, last);
        assertEquals(last, answer.body().get("deliveredSeq").asLong(), answer.toString());
        told.add(delivered(ann, bob, last));
        awaitMarks(told, all());
    }

    private DirectClient.Answer deliveredOverHttp(DirectClient user, DirectClient peer, long seq) throws Exception {
        ObjectNode body = Json.object().put("seq", seq);
        return user.ask("POST", hub.edge(2), "/api/dm/" + peer.user() + "/delivered", body);
    }

    @Test
    void aMarkOfWhoIsBlockedStaysOnTheOwnDevices() throws Exception {
        say(ann, bob);
        long before = last;
        mark(bobs.get(0), "dm.read", ann, before);
        List<String> annsMarks = new ArrayList<>(List.of(read(bob, ann, before)));
        List<String> bobsMarks = new ArrayList<>(annsMarks);
        assertEquals(
                200,
                ann.ask("PUT", direct, "/api/dm/" + bob.user() + "/block", null).status());
        say(ann, bob); // who blocks may write
        long during = last;
        assertEquals(during, mark(bobs.get(0), "dm.delivered", ann, during));
        assertEquals(during, mark(bobs.get(0), "dm.read", ann, during));
        bobsMarks.addAll(List.of(delivered(bob, ann, during), read(bob, ann, during)));
        awaitMarks(bobsMarks, bobs);
        say(ann, bob);
        awaitMarks(annsMarks, anns);
        assertContact(bob, ann, "readSeq", during);
        assertContact(bob, ann, "unread", 1);
        assertContact(ann, bob, "peerReadSeq", before);
        assertContact(ann, bob, "peerDeliveredSeq", before);

        // the other way there is no block
        mark(anns.get(1), "dm.read", bob, last);
        annsMarks.add(read(ann, bob, last));
        bobsMarks.add(read(ann, bob, last));
        awaitMarks(annsMarks, anns);
        awaitMarks(bobsMarks, bobs);

        assertEquals(
                200,
                ann.ask("DELETE", direct, "/api/dm/" + bob.user() + "/block", null)
                        .status());
        mark(bobs.get(0), "dm.read", ann, last);
        annsMarks.add(read(bob, ann, last));
        awaitMarks(annsMarks, anns);
        assertContact(ann, bob, "peerReadSeq", last);
    }

    @Test
    void notesCarryANumberThatGrowsAndWhatWasRecalledCanBeHidden() throws Exception {
        Witness device = bobs.get(1);
        String mid = anns.get(0).direct().get(0).get("mid").asText();
        assertEquals(
                200,
                ann.ask("DELETE", direct, "/api/dm/" + bob.user() + "/messages/" + mid, null)
                        .status());
        DirectClient.Answer hidden =
                bob.ask("PUT", direct, "/api/dm/" + ann.user() + "/messages/" + mid + "/hidden", null);
        assertEquals(200, hidden.status(), hidden.toString());
        assertEquals(
                List.of(),
                bob.history(direct, ann.user(), 100).stream()
                        .filter(m -> m.get("mid").asText().equals(mid))
                        .toList());
        bob.ask("PUT", direct, "/api/dm/" + ann.user() + "/block", null);
        bob.ask("DELETE", direct, "/api/dm/" + ann.user() + "/block", null);
        Eventually.await(SEEN_MAX, "notes come", () -> device.directNotes().size() == 3);
        List<JsonNode> notes = device.directNotes();
        assertEquals(hidden.body(), notes.get(0));
        List<Long> revs = notes.stream().map(note -> note.path("rev").asLong()).toList();
        assertTrue(revs.get(0) > 0 && revs.get(0) < revs.get(1) && revs.get(1) < revs.get(2), revs::toString);
        Eventually.await(SEEN_MAX, "sync says the same", () -> {
            List<JsonNode> changes = new ArrayList<>();
            bob.get(direct, "/api/dm/sync?limit=500").body().get("changes").forEach(changes::add);
            assertEquals(notes, changes);
            return true;
        });
    }

    @Test
    void aDeviceThatWasAwayLearnsBySyncWhatWasReadAndDeliveredMeanwhile() throws Exception {
        String bobsPos = bob.sync(direct, null, 100).pos();
        String annsPos = ann.sync(direct, null, 100).pos();
        for (int i = 0; i < 3; i++) {
            say(ann, bob);
        }
        mark(bobs.get(0), "dm.read", ann, last - 1);
        mark(bobs.get(1), "dm.delivered", ann, last);
        String pos = awaitMarks(bob, bobsPos, marks(ann, last - 1, 0, last, 0, 1));
        awaitMarks(ann, annsPos, marks(bob, 0, last - 1, 0, last, 0));
        assertContact(bob, ann, "unread", 1);
        pos = awaitNothing(bob, pos);
        ObjectNode all = Json.object().put("seq", last);
        assertEquals(
                200,
                bob.ask("POST", direct, "/api/dm/" + ann.user() + "/clear", all).status());
        awaitMarks(bob, pos, marks(ann, last - 1, 0, last, 0, 0));
        // the same over WebSocket, of a device that is new
        Answer sync = anns.get(0)
                .wait(anns.get(0)
                        .client()
                        .request(Json.object().put("op", "dm.sync").put("limit", 500)));
        assertEquals(
                marks(bob, 0, last - 1, 0, last, 0), sync.ok().path("marks").toString());
    }

    /** What sync tells behind a position is this in the end, and the position behind it. */
    private String awaitMarks(DirectClient user, String pos, String expected) {
        JsonNode[] page = new JsonNode[1];
        Eventually.await(SEEN_MAX, "sync tells marks", () -> {
            page[0] = user.get(direct, "/api/dm/sync?limit=500&pos=" + pos).body();
            assertEquals(expected, page[0].path("marks").toString());
            return true;
        });
        return page[0].get("pos").asText();
    }

    /** There is nothing behind a position any more; how far that is. */
    private String awaitNothing(DirectClient user, String from) {
        String[] pos = {from};
        Eventually.await(SEEN_MAX, "what was still being written is told once more, and then no more", () -> {
            JsonNode page = user.get(direct, "/api/dm/sync?pos=" + pos[0]).body();
            pos[0] = page.get("pos").asText();
            return page.get("marks").isEmpty();
        });
        return pos[0];
    }

    private String marks(DirectClient peer, long read, long peerRead, long delivered, long peerDelivered, long unread) {
        return "[{\"peer\":\"" + peer.user() + "\",\"readSeq\":" + read + ",\"peerReadSeq\":" + peerRead
                + ",\"deliveredSeq\":" + delivered + ",\"peerDeliveredSeq\":" + peerDelivered + ",\"unread\":" + unread
                + ",\"lastSeq\":" + last + "}]";
    }

    @Test
    void whoAsksForWhatIsNotThereGetsNothingDone() throws Exception {
        DirectClient eve = new DirectClient("marks-eve-" + USERS.incrementAndGet());
        assertEquals(
                0, deliveredOverHttp(eve, ann, 5).body().get("deliveredSeq").asLong(), "no conversation");
        for (String bad : List.of("{}", "{\"seq\":0}", "{\"seq\":1.5}", "{\"seq\":\"1\"}", "[]", "{\"seq\":-1}")) {
            DirectClient.Answer refused = eve.post(direct, "/api/dm/" + ann.user() + "/delivered", bad.getBytes(UTF_8));
            assertEquals(400, refused.status(), bad + " " + refused);
        }
        assertEquals(400, deliveredOverHttp(eve, eve, 1).status(), "nobody writes to oneself");
        Answer forged = bobs.get(0)
                .wait(bobs.get(0)
                        .client()
                        .request(Json.object()
                                .put("op", "dm.delivered")
                                .put("peer", "no/user")
                                .put("seq", 1)));
        assertEquals("bad_field", forged.code());
        say(ann, bob);
        awaitMarks(List.of(), all());
        assertTrue(eve.contacts(direct, 10).isEmpty(), "no row is made by a mark");
    }
}
