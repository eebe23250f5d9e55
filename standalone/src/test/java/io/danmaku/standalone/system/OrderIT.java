package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Bans, shadow bans, deletions and roles, decided over HTTP through an edge, as they are in force on both edges. */
@Alone
final class OrderIT {
    private static final Duration IN_FORCE_MAX = Duration.ofSeconds(1);
    /** A second, and what a busy machine adds to two histories and two joins. */
    private static final Duration SERVED_MAX = Duration.ofSeconds(3);

    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger cids = new AtomicInteger();

    private String cid() {
        return "o" + cids.incrementAndGet();
    }

    private String chat(Witness who, String room) {
        Answer answer = who.wait(who.client().chat(room, cid(), "hello"));
        return answer.acknowledged() ? "ok" : answer.code();
    }

    private static Answer join(Witness who, String room) {
        return who.wait(who.client().join(room));
    }

    private void awaitChats(String outcome, String room, List<Witness> witnesses) {
        List<Witness> waiting = new ArrayList<>(witnesses);
        Eventually.await(IN_FORCE_MAX, outcome + " on every edge", () -> {
            waiting.removeIf(witness -> outcome.equals(chat(witness, room)));
            return waiting.isEmpty();
        });
    }

    @Test
    void whoIsBannedLeavesOnBothEdgesAndComesBackOnlyWhenItIsLifted() {
        String room = api.createRoom("ban", Map.of());
        String user = room + ".b";
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, user, 1);
                Witness two = Witness.viewer(clients, hub, user, 2);
                Witness other = Witness.viewer(clients, hub, "other", 1)) {
            List.of(one, two, other).forEach(witness -> witness.join(room));
            HubApi.Reply ban = api.sanction(room, user, "ban");
            assertEquals(201, ban.status(), ban::toString);
            assertTrue(ban.body().get("until").isNull(), ban::toString);
            Eventually.await(
                    IN_FORCE_MAX, "both are put out", () -> one.putOut(room, "banned") && two.putOut(room, "banned"));
            assertEquals("banned", join(one, room).code());
            assertEquals("banned", join(two, room).code());
            assertEquals("ok", chat(other, room));

            assertEquals(200, api.unmute(room, ban.body().get("id").asText()).status());
            List<Witness> out = new ArrayList<>(List.of(one, two));
            Eventually.await(IN_FORCE_MAX, "both may come back", () -> {
                out.removeIf(witness -> join(witness, room).acknowledged());
                return out.isEmpty();
            });
            assertEquals(201, api.sanction(room, user, "kick").status());
            awaitChats("not_joined", room, List.of(one, two));
            Answer early = join(one, room);
            assertEquals("banned", early.code());
            assertTrue(early.retryMs() > 0 && early.retryMs() <= 10_000, early::toString);
            other.assertClean();
        }
    }

    @Test
    void whoIsShadowBannedIsAcknowledgedAndSeenByNobody() {
        String room = api.createRoom("shadow", Map.of());
        String user = room + ".s";
        try (Clients clients = new Clients(1);
                Witness sender = Witness.viewer(clients, hub, user, 1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness there = Witness.viewer(clients, hub, "there", 2)) {
            List.of(sender, here, there).forEach(witness -> witness.join(room));
            HubApi.Reply shadow = api.sanction(room, user, "shadow");
            assertEquals(201, shadow.status(), shadow::toString);
            long[] last = new long[1];
            Eventually.await(IN_FORCE_MAX, "nobody hears it", () -> {
                last[0] = sender.say(room, cid(), "hidden");
                here.awaitCovered(last[0], SOON);
                return !here.events().containsKey(last[0]);
            });
            there.awaitCovered(last[0], SOON);
            assertFalse(there.events().containsKey(last[0]));
            assertTrue(here.skipped().get("filtered") > 0);
            assertFalse(here.history(room).containsKey(last[0]), "history has it");
            assertEquals(0, here.events("sanction").size(), "nobody is told of a shadow ban");
            here.assertClean();
            there.assertClean();
        }
    }

    @Test
    void whatIsDeletedIsGoneFromTailsHistoryAndLateJoinsOnBothEdges() {
        String room = api.createRoom("delete", Map.of());
        try (Clients clients = new Clients(1);
                Witness bad = Witness.viewer(clients, hub, room + ".bad", 1);
                Witness good = Witness.viewer(clients, hub, room + ".good", 2)) {
            bad.join(room);
            good.join(room);
            long one = bad.say(room, cid(), "delete this one");
            long kept = good.say(room, cid(), "this stays");
            long two = bad.say(room, cid(), "and this");
            good.awaitCovered(two, SOON);
            // now the page of the log is read, and kept for who comes later
            assertEquals(List.of(one, kept, two), chats(good.history(room).values()));

            HubApi.Reply deletion = api.delete(hub.adminToken(), room, "/" + one);
            assertEquals(200, deletion.status(), deletion::toString);
            assertTrue(deletion.body().get("bytesGoneAt").asLong() > System.currentTimeMillis(), deletion::toString);
            assertServed(clients, room, List.of(bad, good), 1, List.of(kept, two));
            assertEquals(200, api.delete(hub.adminToken(), room, "/" + one).status(), "again changes nothing");

            assertEquals(
                    200,
                    api.delete(hub.adminToken(), room, "?user=" + bad.user()).status());
            assertServed(clients, room, List.of(bad, good), 2, List.of(kept));
            long three = bad.say(room, cid(), "after it");
            assertServed(clients, room, List.of(bad, good), 2, List.of(kept, three));

            assertEquals(200, api.delete(hub.adminToken(), room, "").status());
            assertServed(clients, room, List.of(bad, good), 3, List.of());
            assertEquals(
                    "not_found",
                    api.delete(hub.adminToken(), room, "/1000000")
                            .body()
                            .path("code")
                            .asText());
            good.assertClean();
        }
    }

    private static List<Long> chats(Iterable<JsonNode> events) {
        List<Long> chats = new ArrayList<>();
        events.forEach(event -> {
            if (event.path("t").asText().equals("chat")) {
                chats.add(event.get("o").asLong());
            }
        });
        return chats;
    }

    /**
     * What pages and histories have, and who joins late is shown of the tail or the log, on both edges, by one deadline from now on.
     *
     * @param live one on each edge, in this order
     * @param deletions how many each of them has to be told of
     */
    private void assertServed(Clients clients, String room, List<Witness> live, int deletions, List<Long> wanted) {
        long answeredNs = System.nanoTime();
        Eventually.await(
                SERVED_MAX,
                "both edges have " + wanted + " and told of " + deletions + " deletions",
                () -> live.stream()
                        .allMatch(witness -> witness.events("deleted").size() == deletions
                                && chats(witness.history(room).values()).equals(wanted)));
        long servedMs = msSince(answeredNs);
        for (int edge = 1; edge <= live.size(); edge++) {
            try (Witness late = Witness.viewer(clients, hub, "late", edge)) {
                Answer joined = late.joined(client -> client.joinSince(room, 0, null));
                late.awaitCovered(joined.ok().get("head").asLong(), SOON);
                assertEquals(wanted, chats(late.events().values()), "edge " + edge);
            }
        }
        long joinedMs = msSince(answeredNs);
        System.out.println("served as it is now on both edges after " + servedMs + " ms, and to who joined until "
                + joinedMs + " ms");
        assertTrue(joinedMs <= SERVED_MAX.toMillis(), () -> joinedMs + " ms");
    }

    private static long msSince(long ns) {
        return (System.nanoTime() - ns) / 1_000_000;
    }

    @Test
    void aRoleThatIsGivenHoldsOnOpenConnectionsUntilItIsTaken() {
        String room = api.createRoom("roles", Map.of("whoMaySend", "moderators"));
        String user = room + ".u";
        String own = hub.token(user);
        String host = hub.hostToken(room + ".h", room);
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, user, 1);
                Witness two = Witness.viewer(clients, hub, user, 2)) {
            List<Witness> both = List.of(one, two);
            both.forEach(witness -> witness.join(room));
            both.forEach(witness -> assertEquals("forbidden", chat(witness, room)));
            assertEquals(403, api.give(own, room, user, "host").status(), "nobody raises oneself");
            assertEquals(403, api.give(host, room, user, "host").status(), "a host makes no host");
            assertEquals(200, api.give(host, room, user, "moderator").status());
            awaitChats("ok", room, both);
            Eventually.await(
                    SOON,
                    "the user is told",
                    () -> one.roles().equals(List.of("moderator"))
                            && two.roles().equals(List.of("moderator")));
            // over HTTP, too; and not of who stands higher
            assertEquals(200, api.give(hub.adminToken(), room, "boss", "host").status());
            assertEquals(403, api.mute(own, room, "boss", 60).status());
            assertEquals(201, api.mute(own, room, "somebody", 60).status());
            assertEquals(403, api.take(own, room, "boss").status());
            // nor does a moderator lift what was spoken against him
            HubApi.Reply mute = api.mute(host, room, user, 60);
            assertEquals(201, mute.status(), mute::toString);
            String id = mute.body().get("id").asText();
            assertEquals(403, api.unmute(own, room, id).status());
            assertEquals(200, api.unmute(host, room, id).status());
            assertEquals(200, api.delete(own, room, "").status());

            assertEquals(200, api.take(host, room, user).status());
            awaitChats("forbidden", room, both);
            assertEquals(403, api.mute(own, room, "somebody", 60).status());
            assertEquals(403, api.delete(own, room, "").status());
            JsonNode roles =
                    api.get("/api/rooms/" + room + "/roles", host).body().path("roles");
            assertEquals(1, roles.size(), roles::toString);
            assertEquals("boss", roles.get(0).path("user").asText());
        }
    }

    @Test
    void slowModeHoldsForAUserOnAllEdgesTogether() {
        String room = api.createRoom("slow", Map.of("slowModeMs", 3_600_000));
        String user = room + ".u";
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, user, 1);
                Witness there = Witness.viewer(clients, hub, user, 2)) {
            here.join(room);
            there.join(room);
            long said = here.say(room, cid(), "one");
            there.awaitCovered(said, SOON);
            Answer refusal = there.wait(there.client().chat(room, cid(), "two"));
            assertEquals("slow_mode", refusal.code());
            assertTrue(refusal.retryMs() > 3_500_000 && refusal.retryMs() <= 3_605_000, refusal::toString);
        }
    }

    @Test
    void theRulesAboutTextsAreInForceOnBothEdges() {
        String room = api.createRoom("texts", Map.of());
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 2)) {
            for (Witness witness : List.of(one, two, host)) {
                witness.join(room);
                witness.say(room, cid(), "see www.example.com");
            }
            HubApi.Reply changed = api.changePolicy(room, Map.of("links", "refused", "uniqueSeconds", 60));
            assertEquals(200, changed.status(), changed::toString);
            for (Witness witness : List.of(one, two)) {
                Eventually.await(
                        IN_FORCE_MAX,
                        "links are refused",
                        () -> "text_refused"
                                .equals(witness.wait(witness.client().chat(room, cid(), "see www.example.com"))
                                        .code()));
                witness.say(room, cid(), "without one");
                assertEquals(
                        "repeated",
                        witness.wait(witness.client().chat(room, cid(), "Without  ONE"))
                                .code());
            }
            host.say(room, cid(), "see www.example.com");
            host.say(room, cid(), "see www.example.com");
            one.assertClean();
        }
    }

    @Test
    void wordListsOfARoomAndOfItsTenantAreInForceOnBothEdges() {
        String room = api.createRoom("words", Map.of());
        String host = hub.hostToken(room + ".h", room);
        String list = "/api/rooms/" + room + "/words/own";
        String all = "/api/words/" + room;
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2)) {
            one.join(room);
            two.join(room);
            assertEquals(
                    200, api.putWords(host, list, "mask", List.of("badword")).status());
            // of every tenant's room in this test's hub: no other test says this
            String worse = "w" + Long.toString(System.nanoTime(), 36);
            assertEquals(
                    200,
                    api.putWords(hub.adminToken(), all, "refuse", List.of(worse))
                            .status());
            for (Witness witness : List.of(one, two)) {
                Eventually.await(
                        IN_FORCE_MAX,
                        "the tenant's words are refused",
                        () -> "text_refused"
                                .equals(witness.wait(witness.client()
                                                .chat(room, cid(), "so " + worse.toUpperCase(java.util.Locale.ROOT)))
                                        .code()));
                Eventually.await(IN_FORCE_MAX, "the room's words are masked", () -> {
                    long said = witness.say(room, cid(), "a B a d W o r d here");
                    one.awaitCovered(said, SOON);
                    return "a ************* here"
                            .equals(one.events().get(said).at("/d/text").asText());
                });
            }
            assertEquals(
                    List.of("own"),
                    api.get("/api/rooms/" + room + "/words", host).body().findValuesAsText("name"));
            assertEquals("badword", api.get(list, host).body().at("/terms/0").asText());
            assertEquals(
                    403,
                    api.putWords(hub.token("one"), list, "mask", List.of("x")).status());
            assertEquals(403, api.putWords(host, all, "mask", List.of("x")).status());
            assertEquals(400, api.putWords(host, list, "mask", List.of("a*b")).status());
            assertEquals(200, api.remove(host, list).status());
            assertEquals(404, api.remove(host, list).status());
            assertEquals(200, api.remove(hub.adminToken(), all).status());
            Eventually.await(
                    IN_FORCE_MAX,
                    "nothing is refused any more",
                    () -> two.wait(two.client().chat(room, cid(), worse)).acknowledged());
        }
    }

    @Test
    void strangersAreRefused() {
        String room = api.createRoom("strangers", Map.of());
        String viewer = hub.token("viewer");
        String elsewhere = hub.hostToken("elsewhere", "another-room");
        for (String token : List.of(viewer, elsewhere)) {
            assertEquals(403, api.delete(token, room, "/1").status());
            assertEquals(403, api.delete(token, room, "?user=7").status());
            assertEquals(403, api.give(token, room, "7", "member").status());
            assertEquals(403, api.take(token, room, "7").status());
            assertEquals(403, api.mute(token, room, "7", 60).status());
            assertEquals(403, api.get("/api/rooms/" + room + "/roles", token).status());
        }
        String admin = hub.adminToken();
        assertEquals(404, api.give(admin, "no-such-room", "7", "member").status());
        assertEquals(400, api.give(admin, room, "7", "viewer").status());
        assertEquals(
                400, api.give(admin, room, "a b".replace(" ", "%20"), "member").status());
        assertEquals(400, api.delete(admin, room, "/0").status());
        assertEquals(400, api.delete(admin, room, "/x").status());
        assertEquals(400, api.delete(admin, room, "?user=%2F").status());
        assertEquals(400, api.delete(admin, room, "?usr=7").status(), "a slip of the pen clears no room");
        assertEquals(404, api.delete(admin, room, "/1").status(), "nothing was said yet");
        String ephemeral = api.createRoom("strangers", "ephemeral", Map.of());
        assertEquals(422, api.delete(admin, ephemeral, "/1").status());
    }
}
