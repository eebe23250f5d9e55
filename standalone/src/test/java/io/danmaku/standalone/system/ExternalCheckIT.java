package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A product's own service says what becomes of a chat, and when it is silent the product's word about that counts. */
final class ExternalCheckIT {
    private static final Duration SOON = Duration.ofSeconds(15);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger cids = new AtomicInteger();

    @AfterEach
    void askNobody() {
        api.remove(hub.adminToken(), "/api/check");
    }

    private String cid() {
        return "x" + cids.incrementAndGet();
    }

    private void put(String url, int timeoutMs, String whenDown) {
        HubApi.Reply put = api.putCheck(
                hub.adminToken(),
                Map.of("url", url, "secret", ModerationService.SECRET, "timeoutMs", timeoutMs, "whenDown", whenDown));
        assertEquals(200, put.status(), put::toString);
        assertFalse(put.toString().contains(ModerationService.SECRET));
    }

    /** Sends a chat again and again, each time another one, until it is answered so. */
    private void awaitAnswer(Witness who, String room, String text, String outcome) {
        Eventually.await(SOON, text + " is " + outcome, () -> outcome.equals(outcome(who, room, text)));
    }

    /** With patience where it was too fast. */
    private Answer chat(Witness who, String room, String text) {
        Answer[] last = new Answer[1];
        Eventually.await(SOON, "no send too many", () -> {
            last[0] = HeldIT.chat(who, room, cid(), text + " " + cid());
            return !"rate_limited".equals(last[0].code());
        });
        return last[0];
    }

    private String outcome(Witness who, String room, String text) {
        Answer answer = chat(who, room, text);
        return answer.acknowledged() ? answer.ok().has("held") ? "held" : "ok" : answer.code();
    }

    @Test
    void aVerdictDecidesAndEveryRequestIsSigned() throws IOException {
        String room = api.createRoom("check", Map.of("externalCheck", true));
        try (ModerationService service = new ModerationService();
                Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 2)) {
            List.of(one, two, host).forEach(witness -> witness.join(room));
            assertEquals("ok", outcome(one, room, "refuse, but nobody is asked"));
            put(service.address(), 3_000, "allow");
            for (Witness witness : List.of(one, two)) {
                awaitAnswer(witness, room, "refuse", "text_refused");
                assertEquals("ok", outcome(witness, room, "allow"));
                assertEquals("held", outcome(witness, room, "hold"));
                assertEquals("ok", outcome(witness, room, "shadow"));
                assertEquals("ok", outcome(witness, room, "nonsense"), "no verdict is no answer");
            }
            int before = service.asked().size();
            assertEquals("ok", outcome(host, room, "refuse"));
            assertEquals(before, service.asked().size(), "nobody is asked about a moderator's");
            long last = host.say(room, cid(), "the end");
            two.awaitCovered(last, SOON);
            for (String text : two.texts()) {
                assertFalse(text.startsWith("shadow") || text.startsWith("hold"), text);
            }
            assertEquals(
                    2,
                    two.texts().stream()
                            .filter(text -> text.startsWith("allow"))
                            .count());
            Eventually.await(
                    SOON, "the host is told what is held", () -> host.held().size() == 2);
            assertEquals("check", host.held().get(0).get("why").asText());
            Eventually.await(
                    SOON,
                    "they wait",
                    () -> api.held(hub.hostToken("host", room), room, "")
                                    .body()
                                    .get("held")
                                    .size()
                            == 2);
            assertEquals(List.of(), service.problems());
            JsonNode asked = service.asked().get(0);
            assertEquals("default", asked.get("tenant").asText());
            assertEquals(room, asked.get("room").asText());
            assertTrue(List.of("one", "two").contains(asked.get("user").asText()));
            assertEquals(asked.get("user"), asked.get("name"));
            assertTrue(asked.get("cid").asText().startsWith("x"));
            assertTrue(Math.abs(asked.get("ts").asLong() - System.currentTimeMillis()) < 300_000);
            one.assertClean();
            two.assertClean();
        }
    }

    @Test
    void whoDoesNotAnswerOrIsAwayIsDownAndTheProductSaysWhatThatMeans() throws IOException {
        String room = api.createRoom("check", Map.of("externalCheck", true));
        try (ModerationService service = new ModerationService();
                Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "v", 1)) {
            viewer.join(room);
            put(service.address(), 200, "hold");
            awaitAnswer(viewer, room, "wait", "held");
            put(service.address(), 200, "refuse");
            awaitAnswer(viewer, room, "wait", "unavailable");
            put(service.address(), 200, "allow");
            awaitAnswer(viewer, room, "wait", "ok");
            assertTrue(service.waiting() >= 3);
            service.goAway();
            put(service.address(), 1_000, "refuse");
            awaitAnswer(viewer, room, "allow", "unavailable");
            put(service.address(), 1_000, "hold");
            awaitAnswer(viewer, room, "allow", "held");
            assertEquals(200, api.remove(hub.adminToken(), "/api/check").status());
            awaitAnswer(viewer, room, "refuse", "ok");
            assertEquals(404, api.remove(hub.adminToken(), "/api/check").status());
            viewer.assertClean();
        }
    }

    @Test
    void oneChatOfAConnectionIsAskedAboutAtATimeAndAMuteMeanwhileHolds() throws IOException {
        String room = api.createRoom("check", Map.of("externalCheck", true));
        String user = room + ".u";
        try (ModerationService service = new ModerationService();
                Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, user, 1);
                Witness same = Witness.viewer(clients, hub, user, 1)) {
            viewer.join(room);
            same.join(room);
            put(service.address(), 3_000, "allow");
            awaitAnswer(viewer, room, "refuse", "text_refused");
            CompletableFuture<Answer> first = CompletableFuture.supplyAsync(() -> chat(viewer, room, "wait for it"));
            Eventually.await(SOON, "it is asked about", () -> service.waiting() == 1);
            Answer next = chat(viewer, room, "allow");
            assertEquals("busy", next.code());
            assertTrue(next.retryMs() > 0);
            assertEquals(201, api.mute(room, user, 600).status());
            Eventually.await(SOON, "the mute is in force", () -> "muted".equals(outcome(same, room, "allow")));
            service.answerWaiting("allow");
            assertEquals("muted", first.join().code());
            assertEquals(
                    List.of(),
                    viewer.texts().stream().filter(t -> t.startsWith("wait")).toList());
            viewer.assertClean();
        }
    }

    @Test
    void whoMayNotOrAsksForTheImpossibleIsToldSo() {
        String room = api.createRoom("check", Map.of());
        Map<String, Object> check = Map.of(
                "url", "http://127.0.0.1:1/", "secret", ModerationService.SECRET, "timeoutMs", 50, "whenDown", "allow");
        for (String token : List.of(hub.token("v"), hub.hostToken("h", room))) {
            assertEquals(403, api.putCheck(token, check).status());
            assertEquals(403, api.get("/api/check", token).status());
            assertEquals(403, api.remove(token, "/api/check").status());
        }
        assertEquals(404, api.get("/api/check", hub.adminToken()).status());
        assertEquals(
                400,
                api.putCheck(hub.adminToken(), Map.of("url", "ftp://x/", "secret", ModerationService.SECRET))
                        .status());
        put("http://127.0.0.1:1/", 50, "allow");
        HubApi.Reply read = api.get("/api/check", hub.adminToken());
        assertEquals("http://127.0.0.1:1/", read.body().get("url").asText());
        assertFalse(read.body().has("secret"));
        String stranger = hub.token(
                new Claims("backend", "backend", "other", Map.of(), true, System.currentTimeMillis() + 3_600_000));
        assertEquals(404, api.get("/api/check", stranger).status(), "it is another tenant's");
    }
}
