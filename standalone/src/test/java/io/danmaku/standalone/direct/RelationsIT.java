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
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What users say of one another, whom they let write, and requests of strangers. */
class RelationsIT {
    private static final Duration SEEN_MAX = Duration.ofSeconds(10);
    private static final Duration CERTAIN_MAX = Duration.ofSeconds(90);
    private static final int STRANGERS = 8;
    private static final int CHANGES = 10;

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final URI edge = hub.edge(1);
    private final String run = "relations-" + Long.toString(System.nanoTime(), 36) + "-";
    private final DirectClient ann = new DirectClient(run + "ann");
    private final DirectClient bob = new DirectClient(run + "bob");
    private int cids;

    private DirectClient.Answer send(DirectClient from, DirectClient to) throws Exception {
        return from.send(direct, to.user(), "c" + cids++, "hello");
    }

    private void sent(DirectClient from, DirectClient to) throws Exception {
        DirectClient.Answer answer = send(from, to);
        assertEquals(201, answer.status(), answer.toString());
    }

    private static void refused(int status, String code, DirectClient.Answer answer) {
        assertEquals(status + " " + code, answer.status() + " " + answer.code(), answer.toString());
    }

    private DirectClient.Answer relate(DirectClient who, DirectClient about, ObjectNode change) throws Exception {
        return who.ask("PUT", edge, "/api/dm/" + about.user() + "/relation", change);
    }

    private void related(DirectClient who, DirectClient about, String field, boolean value) throws Exception {
        DirectClient.Answer answer = relate(who, about, Json.object().put(field, value));
        assertEquals(value, answer.body().at("/relation/" + field).asBoolean(), answer.toString());
    }

    private void choose(DirectClient who, String writers) throws Exception {
        DirectClient.Answer answer =
                who.ask("PATCH", edge, "/api/dm/settings", Json.object().put("writers", writers));
        assertEquals(writers, answer.body().path("writers").asText(), answer.toString());
    }

    private static List<String> peers(DirectClient.Answer contacts) {
        assertEquals(200, contacts.status(), contacts.toString());
        List<String> peers = new ArrayList<>();
        contacts.body()
                .get("contacts")
                .forEach(contact -> peers.add(contact.get("peer").asText()));
        return peers;
    }

    @Test
    void whatAUserSaysOfAnotherIsToldToAllOwnDevicesAndToNobodyElse() throws Exception {
        sent(bob, ann);
        try (Clients clients = new Clients(3);
                Witness first = Witness.viewer(clients, hub, ann.user(), 1);
                Witness second = Witness.viewer(clients, hub, ann.user(), 2);
                Witness other = Witness.viewer(clients, hub, bob.user(), 1)) {
            Eventually.await(SEEN_MAX, "devices are in the directory", () -> {
                sent(bob, ann);
                return !first.direct().isEmpty()
                        && !second.direct().isEmpty()
                        && !other.direct().isEmpty();
            });
            ObjectNode command = Json.object().put("op", "dm.relation").put("peer", bob.user());
            Answer said = first.wait(first.client()
                    .request(command.deepCopy().put("contact", true).put("remark", "Bobby")));
            String told = "{\"peer\":\"" + bob.user() + "\",\"relation\":{\"contact\":true,\"follow\":false,"
                    + "\"accepted\":false,\"pinned\":false,\"muted\":false,\"remark\":\"Bobby\"}}";
            ObjectNode shown = said.ok().deepCopy();
            assertTrue(shown.remove("rev").asLong() > 0);
            assertEquals(told, shown.toString());
            for (Witness device : List.of(first, second)) {
                Eventually.await(
                        SEEN_MAX,
                        "own devices are told",
                        () -> device.directNotes().size() == 1);
                assertEquals(said.ok(), device.directNotes().get(0));
            }
            related(ann, bob, "pinned", true);
            assertEquals(
                    "bad_field",
                    first.wait(first.client().request(command.deepCopy().put("contact", "yes")))
                            .code());
            assertEquals(
                    "bad_field",
                    first.wait(first.client().request(command.deepCopy())).code());
            assertTrue(other.directNotes().isEmpty());
        }
        JsonNode contact = ann.contact(direct, bob.user());
        assertEquals("Bobby", contact.at("/relation/remark").asText(), contact.toString());
        assertTrue(contact.at("/relation/pinned").asBoolean(), "what was not named stays");
        assertFalse(bob.contact(direct, ann.user()).has("relation"));
        Eventually.await(SEEN_MAX, "sync tells it to a device that was away", () -> {
            JsonNode changes = ann.get(direct, "/api/dm/sync?limit=500").body().get("changes");
            return changes.size() == 2 && changes.get(1).at("/relation/pinned").asBoolean();
        });
        assertEquals(0, bob.get(direct, "/api/dm/sync").body().get("changes").size());
    }

    @Test
    void relationsAreReadInPagesAndOnlyByWhoSaidThem() throws Exception {
        Set<String> said = new TreeSet<>();
        for (int i = 0; i < 5; i++) {
            DirectClient peer = new DirectClient(run + "peer-" + i);
            related(ann, peer, "muted", true);
            said.add(peer.user());
        }
        related(ann, bob, "follow", true);
        related(ann, bob, "follow", false); // nothing is left to say
        Set<String> read = new TreeSet<>();
        String cursor = "";
        do {
            JsonNode page = ann.get(edge, "/api/dm/relations?limit=2" + cursor).body();
            assertTrue(page.get("relations").size() <= 2);
            page.get("relations").forEach(one -> read.add(one.get("peer").asText()));
            cursor = page.has("cursor") ? "&cursor=" + page.get("cursor").asText() : "";
        } while (!cursor.isEmpty());
        assertEquals(said, read);
        assertTrue(peers(ann.get(direct, "/api/dm/contacts")).isEmpty(), "to say something is no conversation");
        assertEquals(
                0, bob.get(direct, "/api/dm/relations").body().get("relations").size());
        DirectClient namesake = new DirectClient("elsewhere", ann.user(), true);
        assertEquals(
                0,
                namesake.get(direct, "/api/dm/relations")
                        .body()
                        .get("relations")
                        .size());
        refused(400, "bad_field", ann.get(direct, "/api/dm/relations?limit=201"));
        refused(400, "bad_field", ann.get(direct, "/api/dm/relations?cursor=a%2Fb"));
        refused(400, "bad_field", relate(ann, ann, Json.object().put("contact", true)));
        refused(400, "bad_field", relate(ann, bob, Json.object()));
        refused(400, "bad_field", relate(ann, bob, Json.object().put("friend", true)));
        refused(400, "bad_field", relate(ann, bob, Json.object().put("remark", "x".repeat(65))));
        refused(
                400,
                "bad_field",
                ann.ask("PUT", direct, "/api/dm/a%2Fb/relation", Json.object().put("contact", true)));
    }

    @Test
    void onlyWhomTheUserLetsWriteBeginsAndWhoWasWrittenToMayAnswer() throws Exception {
        DirectClient known = new DirectClient(run + "known");
        DirectClient followed = new DirectClient(run + "followed");
        sent(ann, known);
        related(ann, followed, "follow", true);
        sent(bob, ann);
        choose(ann, "followed");
        refused(403, "blocked", send(bob, ann));
        sent(followed, ann);
        choose(ann, "contacts");
        refused(403, "blocked", send(followed, ann));
        sent(known, ann);
        String mid = bob.history(direct, ann.user(), 10).get(0).get("mid").asText();
        ObjectNode edit = Json.object().put("body", "let me in");
        String path = "/api/dm/" + ann.user() + "/messages/" + mid;
        refused(403, "blocked", bob.ask("PATCH", direct, path, edit));
        related(ann, bob, "contact", true);
        assertEquals(200, bob.ask("PATCH", direct, path, edit).status());
        sent(bob, ann);
        related(ann, bob, "contact", false);
        refused(403, "blocked", send(bob, ann));
        choose(ann, "all");
        sent(bob, ann);
        // the other way nothing was ever closed
        choose(ann, "contacts");
        sent(ann, bob);
        sent(bob, ann);
    }

    /** What the product tells, in the name of a user. */
    private void notice(DirectClient from, DirectClient to) throws Exception {
        ObjectNode message = Json.object().put("from", from.user()).put("to", to.user());
        message.put("cid", "c" + cids++).put("kind", "notice").putObject("body").put("title", "your order");
        DirectClient.Answer answer = from.post(direct, "/api/dm/messages", Json.bytes(message));
        assertEquals(201, answer.status(), answer.toString());
    }

    @Test
    void aStrangersMessageIsARequestUntilItIsAnsweredOrAccepted() throws Exception {
        DirectClient cat = new DirectClient(run + "cat");
        DirectClient dan = new DirectClient(run + "dan");
        DirectClient shop = new DirectClient(run + "shop");
        notice(shop, ann);
        assertEquals(List.of(shop.user()), peers(ann.get(direct, "/api/dm/contacts?box=inbox")));
        assertFalse(ann.contact(direct, shop.user()).has("request"), "a notice waits for no answer");
        sent(shop, ann);
        assertEquals(List.of(shop.user()), peers(ann.get(direct, "/api/dm/contacts?box=requests")));
        related(ann, shop, "accepted", true);
        for (DirectClient stranger : List.of(bob, cat, dan)) {
            sent(stranger, ann);
        }
        assertEquals(3, peers(ann.get(direct, "/api/dm/contacts?box=requests")).size());
        assertTrue(ann.contact(direct, bob.user()).get("request").asBoolean());
        assertFalse(bob.contact(direct, ann.user()).has("request"), "to who has written it is none");
        sent(ann, bob);
        related(ann, cat, "accepted", true);
        assertEquals(List.of(dan.user()), peers(ann.get(edge, "/api/dm/contacts?box=requests")));
        assertEquals(
                Set.of(bob.user(), cat.user(), shop.user()),
                Set.copyOf(peers(ann.get(direct, "/api/dm/contacts?box=inbox"))));
        assertEquals(4, peers(ann.get(direct, "/api/dm/contacts")).size());
        related(ann, dan, "muted", true);
        assertTrue(ann.contact(direct, dan.user()).get("request").asBoolean(), "who is muted waits still");
        refused(400, "bad_field", ann.get(direct, "/api/dm/contacts?box=spam"));
        try (Clients clients = new Clients(1);
                Witness device = Witness.viewer(clients, hub, ann.user(), 1)) {
            Answer requests = device.wait(device.client()
                    .request(Json.object().put("op", "dm.contacts").put("box", "requests")));
            assertEquals(dan.user(), requests.ok().at("/contacts/0/peer").asText());
            assertEquals(1, requests.ok().get("contacts").size());
            assertEquals(
                    "bad_field",
                    device.wait(device.client()
                                    .request(Json.object()
                                            .put("op", "dm.contacts")
                                            .put("box", "x")))
                            .code());
        }
    }

    @Test
    void aStrangerSendsSoManyMessagesAndThenWaits() throws Exception {
        ObjectNode two = Json.object().put("strangerMessages", 2);
        assertEquals(200, ann.ask("PATCH", direct, "/api/dm/settings", two).status());
        for (int i = 0; i < 3; i++) {
            notice(bob, ann); // sent by the product: not one of bob's two
        }
        DirectClient.Answer first = bob.send(direct, ann.user(), "first", "hello");
        sent(bob, ann);
        refused(403, "unanswered", bob.send(edge, ann.user(), "third", "anybody there?"));
        assertEquals(first, bob.send(direct, ann.user(), "first", "hello"), "what was taken is not counted again");
        assertEquals(5, ann.history(direct, bob.user(), 10).size());
        related(ann, bob, "accepted", true);
        assertEquals(
                6,
                bob.send(edge, ann.user(), "third", "anybody there?")
                        .body()
                        .path("seq")
                        .asLong());
        DirectClient cat = new DirectClient(run + "cat");
        sent(cat, ann);
        sent(cat, ann);
        refused(403, "unanswered", send(cat, ann));
        sent(ann, cat);
        sent(cat, ann);
        sent(cat, ann);
    }

    /** A good client: asks again until it knows. */
    private static DirectClient.Answer certainly(Callable<DirectClient.Answer> request) {
        DirectClient.Answer[] last = new DirectClient.Answer[1];
        Eventually.await(CERTAIN_MAX, "an answer that says something", () -> {
            try {
                last[0] = request.call();
                return last[0].status() < 500;
            } catch (IOException away) {
                return false;
            }
        });
        return last[0];
    }

    private List<DirectClient> strangers() {
        List<DirectClient> strangers = new ArrayList<>();
        for (int i = 0; i < STRANGERS; i++) {
            strangers.add(new DirectClient(run + "stranger-" + i));
        }
        return strangers;
    }

    @Test
    void whatIsAcknowledgedIsInForceForAllAlsoWhenTheServiceIsKilledMeanwhile() throws Exception {
        List<DirectClient> strangers = strangers();
        for (int i = 0; i < CHANGES; i++) {
            String writers = i % 2 == 0 ? "contacts" : "all";
            boolean kill = i == 2 || i == 5;
            CompletableFuture<Void> killed = kill
                    ? CompletableFuture.runAsync(() -> hub.kill9("dm-service"))
                    : CompletableFuture.completedFuture(null);
            ObjectNode change = Json.object().put("writers", writers);
            DirectClient.Answer chosen = certainly(() -> ann.ask("PATCH", edge, "/api/dm/settings", change));
            assertEquals(200, chosen.status(), chosen.toString());
            killed.join();
            for (DirectClient stranger : strangers) {
                String cid = "c" + i;
                DirectClient.Answer answer = certainly(() -> stranger.send(edge, ann.user(), cid, "hello"));
                assertEquals(writers.equals("all") ? 201 : 403, answer.status(), i + ": " + answer);
            }
            if (kill) {
                hub.awaitBack("dm-service");
            }
        }
        for (DirectClient stranger : strangers) {
            assertEquals(CHANGES / 2, ann.history(edge, stranger.user(), 50).size(), "no more and no less was taken");
        }
    }

    @Test
    void whatTwoDevicesChooseAtOnceIsTheSameInEveryConversation() throws Exception {
        List<DirectClient> strangers = strangers();
        for (int i = 0; i < CHANGES; i++) {
            List<CompletableFuture<DirectClient.Answer>> asked = new ArrayList<>();
            for (String writers : List.of("all", "contacts", "all", "contacts")) {
                ObjectNode change = Json.object().put("writers", writers);
                URI at = asked.size() % 2 == 0 ? direct : edge;
                asked.add(CompletableFuture.supplyAsync(
                        () -> certainly(() -> ann.ask("PATCH", at, "/api/dm/settings", change))));
            }
            for (CompletableFuture<DirectClient.Answer> one : asked) {
                int status = one.get().status();
                assertTrue(status == 200 || status == 409, one.get().toString());
            }
            Set<Integer> answers = new TreeSet<>();
            for (DirectClient stranger : strangers) {
                answers.add(certainly(() -> send(stranger, ann)).status());
            }
            assertEquals(1, answers.size(), "some conversations go by another choice: " + answers);
        }
    }
}
