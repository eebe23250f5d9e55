package io.danmaku.standalone.direct;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Messages of every kind, sent, reacted to, edited, taken back, hidden and cleared over WebSocket and over HTTP, as the other user's two devices are
 * told them: by push, by sync, in the history, and as the newest of the contact.
 */
class DirectKindsIT {
    private static final Duration TOLD_MAX = Duration.ofSeconds(20);
    private static final int PAGE = 500;

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final String run = "kinds-" + Long.toString(System.nanoTime(), 36);
    private final DirectClient ann = new DirectClient(run + "-ann");
    private final DirectClient bob = new DirectClient(run + "-bob");
    private final DirectClient backend = new DirectClient("backend");
    private final Clients clients = new Clients(1);
    private Witness anns;
    private List<Witness> bobs;
    private int cids;

    @BeforeEach
    void connect() {
        anns = device(ann, 1);
        bobs = List.of(device(bob, 1), device(bob, 2));
        // a device is in the directory a moment after it was let in
        Eventually.await(TOLD_MAX, "pushes reach all devices", () -> {
            ann.send(direct, bob.user(), "w" + cids++, "hello");
            return bobs.stream().noneMatch(device -> device.direct().isEmpty())
                    && !anns.direct().isEmpty();
        });
    }

    @AfterEach
    void leave() {
        anns.close();
        bobs.forEach(Witness::close);
        clients.close();
    }

    private Witness device(DirectClient user, int edge) {
        return Witness.connect(clients, hub, user.user(), hub.adminToken(user.user()), edge);
    }

    private ObjectNode message(String kind, JsonNode body) {
        return Json.object().put("cid", "c" + cids++).put("kind", kind).set("body", body);
    }

    /** A notice is sent by the backend, whatever the way; from anybody else it is refused on that way. */
    private DirectWay.Done send(DirectWay way, ObjectNode message) throws Exception {
        if (!message.get("kind").asText().equals(KindBodies.NOTICE)) {
            return way.send(bob, message);
        }
        assertEquals("forbidden", way.send(bob, message).code());
        ObjectNode notice = message.deepCopy().put("from", ann.user()).put("to", bob.user());
        DirectClient.Answer answer = backend.ask("POST", direct, "/api/dm/messages", notice);
        return new DirectWay.Done(answer.status() == 201 ? "" : answer.code(), answer.body());
    }

    private JsonNode newest(DirectClient who, DirectClient peer) throws Exception {
        return who.get(direct, "/api/dm/" + peer.user() + "/messages?limit=1")
                .body()
                .at("/messages/0");
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        return all;
    }

    private static JsonNode ok(Witness device, Answer answer) {
        assertTrue(answer.acknowledged(), () -> device.user() + " is refused: " + answer);
        return answer.ok();
    }

    /** The newest message has this form for both users, on both of the recipient's devices, wherever it is told; all of it, body and all. */
    private void assertToldEverywhere(JsonNode form) throws Exception {
        String body = form.toString();
        for (Witness device : List.of(bobs.get(0), bobs.get(1), anns)) {
            DirectClient peer = device == anns ? bob : ann;
            Eventually.await(TOLD_MAX, "pushed: " + body, () -> device.direct().contains(form));
            Eventually.await(
                    TOLD_MAX,
                    "synced: " + body,
                    () -> list(ok(device, device.wait(device.client().dmSync(null, PAGE)))
                                    .get("messages"))
                            .contains(form));
            JsonNode history = ok(device, device.wait(device.client().dmHistory(peer.user(), 0, 1)));
            assertEquals(form, history.at("/messages/0"));
            JsonNode contacts = ok(device, device.wait(device.client().dmContacts(null, 1)));
            assertEquals(peer.user(), contacts.at("/contacts/0/peer").asText());
            assertEquals(form, contacts.at("/contacts/0/last"));
        }
        for (DirectClient who : List.of(ann, bob)) {
            DirectClient peer = who == ann ? bob : ann;
            assertEquals(form, newest(who, peer));
            assertEquals(form, who.contact(direct, peer.user()).get("last"));
            assertTrue(who.sync(direct, null, PAGE).messages().contains(form), "synced over HTTP: " + body);
        }
    }

    /** The newest form, with what it says of a message that was sent in this way. */
    private JsonNode told(JsonNode place, ObjectNode sent, JsonNode body) throws Exception {
        JsonNode form = newest(bob, ann);
        for (String field : List.of("mid", "seq", "ts")) {
            assertEquals(place.get(field), form.get(field), field);
        }
        assertEquals(ann.user(), form.get("from").asText());
        assertEquals(bob.user(), form.get("to").asText());
        assertEquals(sent.get("kind"), form.get("kind"));
        assertEquals(sent.get("reply"), form.get("reply"));
        assertEquals(body, form.get("body"));
        assertToldEverywhere(form);
        return form;
    }

    private List<JsonNode> bodiesOf(DirectClient who, DirectClient peer, String mid) throws Exception {
        JsonNode versions = who.get(direct, "/api/dm/" + peer.user() + "/messages/" + mid + "/versions")
                .body()
                .get("versions");
        return list(versions).stream().map(version -> version.get("body")).toList();
    }

    /** Sends one of each kind, each an answer to the one before, and does what can be done with it while it is there. */
    private List<JsonNode> oneOfEachKind(DirectWay annsWay, DirectWay bobsWay) throws Exception {
        List<JsonNode> places = new ArrayList<>();
        String before = newest(ann, bob).get("mid").asText();
        for (KindBodies.Sample sample : KindBodies.SAMPLES) {
            ObjectNode sent = message(sample.kind(), sample.body()).put("reply", before);
            JsonNode place = send(annsWay, sent).taken();
            String mid = place.get("mid").asText();
            assertFalse(told(place, sent, sample.body()).has("rev"), "as it was sent");

            bobsWay.react(ann, mid, "👍🏽").taken();
            annsWay.react(bob, mid, "❤").taken();
            JsonNode reacted = told(place, sent, sample.body()).get("reactions");
            assertEquals(2, reacted.size());
            assertEquals("👍🏽", reacted.get(bob.user()).asText());
            assertEquals("❤", reacted.get(ann.user()).asText());
            bobsWay.react(ann, mid, "").taken();
            assertFalse(told(place, sent, sample.body()).get("reactions").has(bob.user()));

            List<JsonNode> bodies = new ArrayList<>(List.of(sample.body()));
            if (sample.edited() == null) {
                assertEquals("forbidden", annsWay.edit(bob, mid, sample.body()).code());
            } else {
                annsWay.edit(bob, mid, sample.edited()).taken();
                bodies.add(sample.edited());
                JsonNode form = told(place, sent, sample.edited());
                assertTrue(form.get("edited").asLong() >= form.get("ts").asLong());
                assertTrue(form.get("reactions").has(ann.user()), "what was there stays");
            }
            assertEquals(bodies, bodiesOf(bob, ann, mid));
            assertEquals(bodies, bodiesOf(ann, bob, mid));
            places.add(place);
            before = mid;
        }
        return places;
    }

    private void takenBackForBoth(List<JsonNode> places, DirectWay annsWay) throws Exception {
        for (JsonNode place : places) {
            String mid = place.get("mid").asText();
            annsWay.recall(bob, mid).taken();
            assertEquals(List.of(), bodiesOf(bob, ann, mid));
            for (DirectClient who : List.of(ann, bob)) {
                JsonNode form = who.history(direct, who == ann ? bob.user() : ann.user(), PAGE).stream()
                        .filter(message -> message.get("mid").asText().equals(mid))
                        .findFirst()
                        .orElseThrow();
                assertEquals("recalled", form.get("kind").asText());
                assertEquals("", form.get("body").asText());
                assertEquals(place.get("seq"), form.get("seq"), "its place stays");
                for (Witness device : who == ann ? List.of(anns) : bobs) {
                    Eventually.await(
                            TOLD_MAX, "pushed: " + form, () -> device.direct().contains(form));
                }
                Eventually.await(
                        TOLD_MAX,
                        "synced: " + form,
                        () -> who.sync(direct, null, PAGE).messages().contains(form));
            }
        }
        // the newest one is the contact's
        assertToldEverywhere(newest(bob, ann));
    }

    private void goneForOneSide(List<JsonNode> places, DirectWay bobsWay) throws Exception {
        for (JsonNode place : places) {
            String mid = place.get("mid").asText();
            bobsWay.hide(ann, mid).taken();
            for (Witness device : bobs) {
                Eventually.await(
                        TOLD_MAX,
                        "own devices are told",
                        () -> device.directNotes().stream()
                                .anyMatch(note -> note.path("hidden").asText().equals(mid)));
            }
            assertFalse(mids(bob, ann).contains(mid), "not shown any more");
            assertTrue(mids(ann, bob).contains(mid), "the other side's is another matter");
        }
        long last = places.get(places.size() - 1).get("seq").asLong();
        bobsWay.clear(ann, last).taken();
        for (Witness device : bobs) {
            Eventually.await(
                    TOLD_MAX,
                    "own devices are told",
                    () -> device.directNotes().stream()
                            .anyMatch(note -> note.path("cleared").asLong() == last));
            JsonNode page = ok(device, device.wait(device.client().dmHistory(ann.user(), 0, PAGE)));
            assertEquals(0, page.get("messages").size(), page::toString);
        }
        assertEquals(List.of(), mids(bob, ann));
        assertTrue(anns.directNotes().isEmpty(), "nobody else is told");
    }

    private List<String> mids(DirectClient who, DirectClient peer) throws Exception {
        return who.history(direct, peer.user(), PAGE).stream()
                .map(message -> message.get("mid").asText())
                .toList();
    }

    @Test
    void everyKindIsTheSameOnEveryDeviceHoweverItIsSentChangedAndRead() throws Exception {
        List<DirectWay> annsWays = List.of(new DirectWay.OverWebSocket(anns), new DirectWay.OverHttp(ann, hub.edge(2)));
        List<DirectWay> bobsWays =
                List.of(new DirectWay.OverHttp(bob, direct), new DirectWay.OverWebSocket(bobs.get(1)));
        for (int i = 0; i < annsWays.size(); i++) {
            List<JsonNode> places = oneOfEachKind(annsWays.get(i), bobsWays.get(i));
            takenBackForBoth(places, annsWays.get(i));
            List<JsonNode> more = oneOfEachKind(annsWays.get(i), bobsWays.get(1 - i));
            goneForOneSide(more, bobsWays.get(i));
            assertEquals(
                    KindBodies.SAMPLES.stream().map(KindBodies.Sample::kind).toList(),
                    ann.history(direct, bob.user(), PAGE).stream()
                            .skip(mids(ann, bob).size() - more.size())
                            .map(message -> message.get("kind").asText())
                            .toList());
        }
    }

    @Test
    void aBodyAtItsBoundsIsToldAsItIsAndTheNextOneIsRefused() throws Exception {
        for (DirectWay way : List.of(new DirectWay.OverWebSocket(anns), new DirectWay.OverHttp(ann, direct))) {
            for (KindBodies.Bound bound : KindBodies.bounds()) {
                String what = bound.kind() + " " + bound.field() + " on " + way;
                JsonNode place = send(way, message(bound.kind(), bound.at())).taken();
                JsonNode form = newest(bob, ann);
                assertEquals(place.get("mid"), form.get("mid"), what);
                assertEquals(bound.at(), form.get("body"), what);
                DirectWay.Done above = send(way, message(bound.kind(), bound.above()));
                assertEquals(bound.code(), above.code(), () -> what + ": " + bound.above());
            }
            assertEquals(
                    "unsupported",
                    send(way, message("smoke", KindBodies.json("{}"))).code());
        }
        for (Witness device : bobs) {
            JsonNode last = newest(bob, ann);
            Eventually.await(
                    TOLD_MAX,
                    "the largest ones are pushed",
                    () -> device.direct().contains(last));
        }
    }
}
