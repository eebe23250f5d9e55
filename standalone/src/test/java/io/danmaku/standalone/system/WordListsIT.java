package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** In how many ways a word may be written, and what becomes of it, on both edges. */
final class WordListsIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger said = new AtomicInteger();

    private String outcome(Witness witness, String room, String text) {
        Answer[] last = new Answer[1];
        // a refused chat counts for the rate, too
        Eventually.await(SOON, "the rate lets it through", () -> {
            last[0] = witness.wait(witness.client().chat(room, "w" + said.incrementAndGet(), text));
            return !"rate_limited".equals(last[0].code());
        });
        return last[0].acknowledged() ? "ok" : last[0].code();
    }

    @Test
    void disguisedWordsOpenTermsAndPatternsAreFoundAndTheirNeighboursAreNot() {
        String room = api.createRoom("written", Map.of());
        String host = hub.hostToken(room + ".h", room);
        URI list = hub.edge(1);
        Map<String, Object> wanted = Map.of(
                "action", "refuse",
                "terms", List.of("badword", "spam*", "*coin"),
                "patterns", List.of("\\b\\d{3}-\\d{4}\\b"));
        HubApi.Reply put = api.ask(list, "PUT", "/api/rooms/" + room + "/words/all", host, wanted, Map.of());
        assertEquals(200, put.status(), put::toString);
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2)) {
            for (Witness witness : List.of(one, two)) {
                witness.join(room);
                Eventually.await(
                        SOON, "the list is in force", () -> "text_refused".equals(outcome(witness, room, "badword")));
                for (String text : List.of(
                        "BadWord",
                        // Cyrillic a and o
                        "b\u0430dw\u043erd",
                        // full width
                        "\uff42\uff41\uff44\uff57\uff4f\uff52\uff44",
                        "b@dw0rd",
                        // marks on letters, and what is invisible between them
                        "b\u0301adword",
                        "bad\u200bword",
                        "b.a.d.w.o.r.d",
                        "spammer",
                        "a newcoin here",
                        "call 555-0199 now")) {
                    assertEquals("text_refused", outcome(witness, room, text), text);
                }
                for (String text : List.of("badwords", "antispam", "coins", "call 5550199", "good words")) {
                    assertEquals("ok", outcome(witness, room, text), text);
                }
                witness.assertClean();
            }
        }
    }

    @Test
    void theWordsOfATenantMeanNothingInTheRoomsOfAnother() {
        String word = "w" + Long.toString(System.nanoTime(), 36);
        try (Clients clients = new Clients(1);
                Witness ours = inRoomOf(clients, "words-ours", word);
                Witness theirs = inRoomOf(clients, "words-theirs", word)) {
            String backend = hub.token(claims("words-ours", "backend", true));
            HubApi.Reply put = api.putWords(backend, "/api/words/all", "refuse", List.of(word));
            assertEquals(200, put.status(), put::toString);
            Eventually.await(
                    SOON, "the list is in force", () -> "text_refused".equals(outcome(ours, word, "so " + word)));
            assertEquals("ok", outcome(theirs, word, "so " + word));
            assertEquals(200, api.remove(backend, "/api/words/all").status());
        }
    }

    private Witness inRoomOf(Clients clients, String tenant, String room) {
        String backend = hub.token(claims(tenant, "backend", true));
        HubApi.Reply made = api.ask(hub.edge(1), "POST", "/api/rooms", backend, Map.of("id", room), Map.of());
        assertEquals(201, made.status(), made::toString);
        Witness viewer = Witness.connect(clients, hub, "one", hub.token(claims(tenant, "one", false)), 1);
        viewer.join(room);
        return viewer;
    }

    private static Claims claims(String tenant, String user, boolean admin) {
        return new Claims(user, user, tenant, Map.of(), admin, System.currentTimeMillis() + 3_600_000);
    }

    @Test
    void aShadowedWordIsAcknowledgedAndShownToNobody() {
        String room = api.createRoom("shadowed", Map.of());
        String host = hub.hostToken(room + ".h", room);
        assertEquals(
                200,
                api.putWords(host, "/api/rooms/" + room + "/words/quiet", "shadow", List.of("hush"))
                        .status());
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2)) {
            one.join(room);
            two.join(room);
            // in force as soon as one is not shown; those of before are
            long[] hidden = new long[1];
            Eventually.await(SOON, "the list is in force", () -> {
                hidden[0] = one.say(room, "s" + said.incrementAndGet(), "hush " + said.get());
                long after = one.say(room, "s" + said.incrementAndGet(), "loud " + said.get());
                two.awaitCovered(after, SOON);
                return !two.events().containsKey(hidden[0]);
            });
            assertFalse(one.events().containsKey(hidden[0]), "nor to who has sent it");
            assertTrue(two.skipped().getOrDefault("filtered", 0L) >= 1, () -> "counted: " + two.skipped());
            assertFalse(two.history(room).containsKey(hidden[0]));
            one.assertClean();
            two.assertClean();
        }
    }

    @Test
    void aTenantsListsHaveAsManyWordsAsItsQuotaAllows() {
        String admin = hub.token(
                new Claims("b", "b", TestHub.CRAMPED, Map.of(), true, System.currentTimeMillis() + 3_600_000));
        assertEquals(200, put(admin, "one", List.of("a1"), List.of("b+")).status(), "a pattern counts as 100");
        HubApi.Reply more = put(admin, "two", List.of(), List.of("c+"));
        assertEquals("429 quota", more.status() + " " + more.body().path("code").asText());
        assertEquals(200, put(admin, "two", List.of("a2"), List.of()).status());
        assertEquals(200, put(admin, "one", List.of("a1"), List.of()).status(), "fewer are always taken");
        assertEquals(200, put(admin, "two", List.of(), List.of("c+")).status());
    }

    private HubApi.Reply put(String token, String name, List<String> terms, List<String> patterns) {
        return api.ask(
                hub.edge(2),
                "PUT",
                "/api/words/" + name,
                token,
                Map.of("action", "mask", "terms", terms, "patterns", patterns),
                Map.of());
    }
}
