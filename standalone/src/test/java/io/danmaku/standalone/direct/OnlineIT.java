package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who types and who is online, told to devices on the other edge, and to nobody who is not to know. */
class OnlineIT {
    private static final AtomicInteger USERS = new AtomicInteger();
    private static final Duration SEEN_MAX = Duration.ofSeconds(20);

    private final TestHub hub = TestHub.get();
    private final URI direct = hub.dmService();
    private final Clients clients = new Clients(2);
    private final String run = "-" + USERS.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
    private final DirectClient ann = new DirectClient("ann" + run);
    private final DirectClient bob = new DirectClient("bob" + run);
    private final DirectClient eve = new DirectClient("eve" + run);

    @AfterEach
    void leave() {
        clients.close();
    }

    private Witness device(DirectClient user, int edge) {
        return Witness.viewer(clients, hub, user.user(), edge);
    }

    private static Answer type(Witness from, DirectClient to) {
        return from.wait(
                from.client().request(Json.object().put("op", "dm.typing").put("peer", to.user())));
    }

    private static Answer look(Witness from, List<String> peers) {
        ObjectNode command = Json.object().put("op", "dm.look");
        ArrayNode array = command.putArray("peers");
        peers.forEach(array::add);
        return from.wait(from.client().request(command));
    }

    private static Answer look(Witness from, DirectClient... peers) {
        return look(from, List.of(peers).stream().map(DirectClient::user).toList());
    }

    private static Map<String, Boolean> online(JsonNode ok) {
        Map<String, Boolean> online = new TreeMap<>();
        ok.get("online")
                .forEach(one ->
                        online.put(one.get("peer").asText(), one.get("online").asBoolean()));
        return online;
    }

    private Map<String, Boolean> online(DirectClient asks, DirectClient... of) throws Exception {
        String ids =
                String.join(",", List.of(of).stream().map(DirectClient::user).toList());
        DirectClient.Answer answer = asks.get(hub.edge(2), "/api/dm/online?ids=" + ids);
        assertEquals(200, answer.status(), answer.toString());
        return online(answer.body());
    }

    private void block(DirectClient who, DirectClient whom, boolean blocked) throws Exception {
        DirectClient.Answer answer =
                who.ask(blocked ? "PUT" : "DELETE", direct, "/api/dm/" + whom.user() + "/block", null);
        assertEquals(200, answer.status(), answer.toString());
    }

    private void choose(DirectClient user, String online) throws Exception {
        DirectClient.Answer answer =
                user.ask("PATCH", direct, "/api/dm/settings", Json.object().put("online", online));
        assertEquals(200, answer.status(), answer.toString());
    }

    @Test
    void whoTypesIsToldToAllDevicesOfThePeerOnceASecondAndToNobodyElse() {
        Witness anns = device(ann, 1);
        Witness here = device(bob, 1);
        Witness there = device(bob, 2);
        Witness eves = device(eve, 2);
        Eventually.await(SEEN_MAX, "both devices hear it", () -> {
            assertTrue(type(anns, bob).acknowledged());
            return here.typing().contains(ann.user()) && there.typing().contains(ann.user());
        });
        int heard = there.typing().size();
        long beganNs = System.nanoTime();
        for (int i = 0; i < 8; i++) {
            assertTrue(type(anns, bob).acknowledged(), "what does not go on is answered as what does");
        }
        type(eves, bob);
        Eventually.await(SEEN_MAX, "another one's is told", () -> there.typing().contains(eve.user()));
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNs);
        assertTrue(
                Collections.frequency(there.typing(), ann.user()) <= heard + seconds + 2,
                () -> "at most one a second: " + there.typing());
        assertEquals(List.of(), eves.typing());
        assertEquals(List.of(), anns.typing());
    }

    @Test
    void whoIsBlockedTypesToNobody() throws Exception {
        Witness bobs = device(bob, 2);
        Witness anns = device(ann, 1);
        Witness eves = device(eve, 1);
        block(bob, ann, true);
        assertTrue(type(anns, bob).acknowledged());
        assertEquals(
                200,
                ann.ask("POST", direct, "/api/dm/" + bob.user() + "/typing", null)
                        .status());
        Eventually.await(SEEN_MAX, "others go on", () -> {
            type(eves, bob);
            return bobs.typing().contains(eve.user());
        });
        assertFalse(bobs.typing().contains(ann.user()));
        block(bob, ann, false);
        Eventually.await(SEEN_MAX, "let again", () -> {
            type(anns, bob);
            return bobs.typing().contains(ann.user());
        });
    }

    @Test
    void whoLooksSeesAtOnceAndWhatChangesSoon() {
        Witness anns = device(ann, 1);
        assertEquals(
                Map.of(bob.user(), false, eve.user(), false),
                online(look(anns, bob, eve).ok()));
        Witness bobs = device(bob, 2);
        Witness second = device(bob, 1);
        Eventually.await(SEEN_MAX, "bob came", () -> anns.online().equals(List.of(bob.user() + " true")));
        second.close();
        assertEquals(true, online(look(anns, bob, eve).ok()).get(bob.user()), "one device is left");
        bobs.close();
        Eventually.await(
                SEEN_MAX, "bob went", () -> anns.online().equals(List.of(bob.user() + " true", bob.user() + " false")));
        assertEquals(Map.of(), online(look(anns, List.of()).ok()));
        Witness back = device(bob, 2);
        Eventually.await(
                SEEN_MAX, "bob is back, as others see", () -> online(eve, bob).get(bob.user()));
        assertEquals(2, anns.online().size(), "who does not look is not told");
        back.close();
    }

    @Test
    void whoBlocksIsNotSeenAnyMoreAndSoonSeenAgain() throws Exception {
        Witness bobs = device(bob, 2);
        Witness anns = device(ann, 1);
        Eventually.await(SEEN_MAX, "bob is there", () -> online(ann, bob).get(bob.user()));
        assertEquals(Map.of(bob.user(), true), online(look(anns, bob).ok()));
        block(bob, ann, true);
        Eventually.await(
                Duration.ofSeconds(10), "told as gone", () -> anns.online().contains(bob.user() + " false"));
        assertEquals(Map.of(), online(ann, bob));
        assertEquals(Map.of(), online(look(anns, bob).ok()));
        assertEquals(Map.of(ann.user(), true), online(bob, ann), "the other way there is no block");
        block(bob, ann, false);
        Eventually.await(
                Duration.ofSeconds(10),
                "seen again",
                () -> anns.online().equals(List.of(bob.user() + " false", bob.user() + " true")));
        bobs.close();
    }

    @Test
    void whoHasChosenSoIsSeenByContactsOnlyOrByNobody() throws Exception {
        Witness bobs = device(bob, 2);
        Eventually.await(SEEN_MAX, "seen by all", () -> online(ann, bob).get(bob.user()));
        choose(bob, "nobody");
        assertEquals(Map.of(), online(ann, bob));
        choose(bob, "contacts");
        assertEquals(Map.of(), online(ann, bob));
        Witness anns = device(ann, 1);
        assertEquals(Map.of(), online(look(anns, bob).ok()));
        ObjectNode contact = Json.object().put("contact", true);
        assertEquals(
                200,
                bob.ask("PUT", direct, "/api/dm/" + ann.user() + "/relation", contact)
                        .status());
        assertEquals(Map.of(bob.user(), true), online(ann, bob));
        Eventually.await(
                Duration.ofSeconds(10), "told soon", () -> anns.online().equals(List.of(bob.user() + " true")));
        assertEquals(Map.of(bob.user(), true), online(bob, bob), "oneself one sees");
        choose(bob, "all");
        assertEquals(Map.of(bob.user(), true), online(ann, bob));
        bobs.close();
    }

    @Test
    void strangersAndBrokenQuestionsGetNothing() throws Exception {
        Witness bobs = device(bob, 2);
        Eventually.await(SEEN_MAX, "bob is there", () -> online(ann, bob).get(bob.user()));
        long expiresAtMs = System.currentTimeMillis() + 600_000;
        String elsewhere = hub.token(new Claims(ann.user(), "x", "other-tenant", Map.of(), false, expiresAtMs));
        Witness foreign = Witness.connect(clients, hub, ann.user(), elsewhere, 1);
        assertEquals(Map.of(bob.user(), false), online(look(foreign, bob).ok()), "another tenant's bob");
        assertTrue(type(foreign, bob).acknowledged());
        Witness anns = device(ann, 1);
        List<String> many = Collections.nCopies(51, bob.user());
        assertEquals("bad_field", look(anns, many).code());
        assertEquals("bad_field", look(anns, List.of("no/user")).code());
        assertEquals("bad_field", type(anns, ann).code());
        for (String query :
                List.of("", "?ids=", "?ids=a,,b", "?ids=no/user", "?ids=" + String.join(",", numbered(51)))) {
            DirectClient.Answer refused = ann.get(direct, "/api/dm/online" + query);
            assertEquals("400 bad_field", refused.status() + " " + refused.code(), query);
        }
        assertEquals(
                50,
                online(ann.get(direct, "/api/dm/online?ids=" + String.join(",", numbered(50)))
                                .body())
                        .size());
        assertFalse(bobs.typing().contains(ann.user()));
        bobs.close();
    }

    private static List<String> numbered(int n) {
        return IntStream.range(0, n).mapToObj(i -> "u" + i).toList();
    }
}
