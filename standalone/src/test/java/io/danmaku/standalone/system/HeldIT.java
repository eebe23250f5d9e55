package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.HeldId;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** A chat that waits for a moderator is seen by moderators on every edge, and by everybody once, when one approves it. */
final class HeldIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration BACK_MAX = Duration.ofSeconds(60);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    private String moderatorToken(String user, String room) {
        return hub.token(new Claims(
                user, user, "default", Map.of(room, Role.MODERATOR), false, System.currentTimeMillis() + 3_600_000));
    }

    /** Sends a chat once, without the client's patience. */
    static Answer chat(Witness who, String room, String cid, String text) {
        ObjectNode send = JsonNodeFactory.instance.objectNode();
        send.put("op", "send").put("room", room).put("t", "chat").put("cid", cid);
        send.putObject("d").put("text", text);
        return who.wait(who.client().request(send));
    }

    private static Answer hold(Witness who, String room, String cid, String text) {
        Answer answer = chat(who, room, cid, text);
        assertTrue(answer.acknowledged(), answer::toString);
        assertTrue(answer.ok().path("held").asBoolean(), answer::toString);
        return answer;
    }

    private static String idOf(Answer held) {
        return new HeldId(held.ok().get("o").asLong(), held.ok().get("ts").asLong()).toString();
    }

    /** Offsets of all that wait. */
    private List<Long> waiting(String token, String room) {
        HubApi.Reply page = api.held(token, room, "");
        assertEquals(200, page.status(), page::toString);
        assertFalse(page.body().get("more").asBoolean(), page::toString);
        return StreamSupport.stream(page.body().get("held").spliterator(), false)
                .map(held -> held.get("o").asLong())
                .toList();
    }

    /** What an edge has read is in its pages a frame later. */
    private void awaitWaiting(String token, String room, List<Long> offsets) {
        Eventually.await(SOON, offsets + " wait", () -> waiting(token, room).equals(offsets));
    }

    private static long offsetOf(String id) {
        return HeldId.of(id).offset();
    }

    private static boolean isTold(Witness moderator, long o, String member) {
        return moderator.held().stream().anyMatch(told -> told.get("o").asLong() == o && told.has(member));
    }

    private static void awaitTold(Witness moderator, long o, String member) {
        Eventually.await(SOON, moderator.user() + " is told " + member, () -> isTold(moderator, o, member));
    }

    private static void assertRefused(int status, String code, HubApi.Reply reply) {
        assertEquals(status, reply.status(), reply::toString);
        assertEquals(code, reply.body().path("code").asText(), reply::toString);
    }

    @Test
    void moderatorsOfBothEdgesSeeWhatIsHeldAndEverybodyOnceWhatIsApproved() {
        String room = api.createRoom("held", Map.of("holdAll", true));
        String first = moderatorToken("m1", room);
        String second = moderatorToken("m2", room);
        try (Clients clients = new Clients(1);
                Witness sender = Witness.viewer(clients, hub, "sender", 1);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 2);
                Witness here = Witness.connect(clients, hub, "m1", first, 1);
                Witness there = Witness.connect(clients, hub, "m2", second, 2)) {
            List<Witness> all = List.of(sender, viewer, here, there);
            all.forEach(witness -> witness.join(room));
            Answer held = hold(sender, room, "a", "look at me");
            long o = held.ok().get("o").asLong();
            Answer repeated = hold(sender, room, "a", "look at me");
            assertEquals(o, repeated.ok().get("o").asLong(), "the same send");
            Answer bad = hold(sender, room, "b", "not nice");
            long denied = bad.ok().get("o").asLong();
            for (Witness moderator : List.of(here, there)) {
                awaitTold(moderator, o, "d");
                awaitTold(moderator, denied, "d");
            }
            JsonNode told = there.held().get(0);
            assertEquals("look at me", told.at("/d/text").asText());
            assertEquals("sender", told.at("/u/id").asText());
            assertEquals("all", told.get("why").asText());
            assertEquals(idOf(held), told.get("id").asText());
            long minutesMs = told.get("until").asLong() - told.get("ts").asLong();
            assertTrue(Math.abs(minutesMs - 600_000) < 30_000, "ten minutes, but for clocks: " + minutesMs);
            awaitWaiting(second, room, List.of(o, denied));
            assertEquals(
                    List.of(denied),
                    StreamSupport.stream(
                                    api.held(second, room, "?after=" + o + "&limit=1")
                                            .body()
                                            .get("held")
                                            .spliterator(),
                                    false)
                            .map(one -> one.get("o").asLong())
                            .toList());
            long free = here.say(room, "m", "moderators speak freely");
            viewer.awaitCovered(free, SOON);
            assertEquals(List.of("moderators speak freely"), viewer.texts());
            assertEquals(3, viewer.skipped().get("filtered"), "and the repeat");
            assertEquals(
                    List.of(free),
                    viewer.history(room).entrySet().stream()
                            .filter(event ->
                                    "chat".equals(event.getValue().get("t").asText()))
                            .map(Map.Entry::getKey)
                            .toList());

            HubApi.Reply approved = api.answerHeld(first, room, idOf(held), true);
            assertEquals(200, approved.status(), approved::toString);
            long event = approved.body().at("/event/o").asLong();
            assertEquals(
                    approved.body(),
                    api.answerHeld(second, room, idOf(held), true).body(),
                    "the first's answer");
            assertRefused(409, "conflict", api.answerHeld(second, room, idOf(held), false));
            HubApi.Reply denial = api.answerHeld(second, room, idOf(bad), false);
            assertEquals(200, denial.status(), denial::toString);
            assertFalse(denial.body().has("event"));
            assertRefused(409, "conflict", api.answerHeld(first, room, idOf(bad), true));
            for (Witness moderator : List.of(here, there)) {
                awaitTold(moderator, o, "approved");
                awaitTold(moderator, denied, "approved");
            }
            assertEquals(List.of(), waiting(first, room));
            JsonNode acts = api.get("/api/rooms/" + room + "/audit?action=chat.approved,event.posted", hub.adminToken())
                    .body();
            assertEquals(1, acts.path("acts").size(), acts::toString);
            long last = here.say(room, "n", "the end");
            for (Witness witness : all) {
                witness.awaitCovered(last, SOON);
                assertEquals(List.of("moderators speak freely", "look at me", "the end"), witness.texts());
                JsonNode chat = witness.events().get(event);
                assertEquals(o, chat.at("/d/held").asLong());
                assertEquals("sender", chat.at("/u/id").asText());
                witness.assertClean();
            }
            assertEquals(
                    List.of("look at me"),
                    viewer.history(room).values().stream()
                            .filter(one -> one.at("/u/id").asText().equals("sender"))
                            .map(one -> one.at("/d/text").asText())
                            .toList());
            assertTrue(sender.held().isEmpty() && viewer.held().isEmpty(), "it is for moderators");
        }
    }

    @Test
    void whatNobodyAnswersExpires() {
        String room = api.createRoom("held", Map.of("holdAll", true, "heldMinutes", 1));
        String moderator = moderatorToken("m", room);
        try (Clients clients = new Clients(1);
                Witness sender = Witness.viewer(clients, hub, "sender", 1);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 2)) {
            sender.join(room);
            viewer.join(room);
            Answer held = hold(sender, room, "a", "anybody there");
            awaitWaiting(moderator, room, List.of(held.ok().get("o").asLong()));
            Eventually.await(
                    Duration.ofSeconds(75),
                    "its minute is over",
                    () -> waiting(moderator, room).isEmpty());
            assertRefused(404, "not_found", api.answerHeld(moderator, room, idOf(held), true));
            assertEquals(200, api.changePolicy(room, Map.of("holdAll", false)).status());
            Eventually.await(
                    SOON,
                    "chats are told again",
                    () -> !sender.wait(sender.client().chat(room, "end" + System.nanoTime(), "the end"))
                            .ok()
                            .has("held"));
            Eventually.await(SOON, "the end is told", () -> viewer.texts().contains("the end"));
            assertFalse(viewer.texts().contains("anybody there"));
            viewer.assertClean();
        }
    }

    @Test
    void linksAndWordsAreHeldWhereTheRoomWantsIt() {
        String room = api.createRoom("held", Map.of("links", "held"));
        String moderator = moderatorToken("m", room);
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "v", 2)) {
            viewer.join(room);
            Answer link = hold(viewer, room, "a", "see www.example.com");
            assertFalse(chat(viewer, room, "b", "no link").ok().has("held"));
            assertEquals(
                    200,
                    api.putWords(hub.hostToken("h", room), "/api/rooms/" + room + "/words/look", "hold", List.of("hmm"))
                            .status());
            List<Answer> words = new ArrayList<>();
            Eventually.await(SOON, "the word is held", () -> {
                Answer answer = chat(viewer, room, "w" + words.size(), "hmm " + words.size());
                words.add(answer);
                return answer.ok().has("held");
            });
            Eventually.await(SOON, "both wait", () -> waiting(moderator, room).size() == 2);
            HubApi.Reply page = api.held(moderator, room, "");
            assertEquals("links", page.body().at("/held/0/why").asText(), page::toString);
            assertEquals("words", page.body().at("/held/1/why").asText(), page::toString);
            assertEquals(200, api.answerHeld(moderator, room, idOf(link), true).status());
            Eventually.await(SOON, "it is told", () -> viewer.texts().contains("see www.example.com"));
            viewer.assertClean();
        }
    }

    @Test
    void whatIsApprovedIsToldOnceThoughRoomServiceIsKilledUnderIt() {
        int chats = 8;
        String room = api.createRoom("held", Map.of("holdAll", true));
        String moderator = moderatorToken("m", room);
        try (Clients clients = new Clients(1);
                Witness sender = Witness.viewer(clients, hub, "sender", 1);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 2)) {
            sender.join(room);
            viewer.join(room);
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < chats; i++) {
                String cid = "c" + i;
                Eventually.await(SOON, "it is taken", () -> {
                    Answer answer = chat(sender, room, cid, "text " + cid);
                    if (answer.acknowledged()) {
                        ids.add(idOf(answer));
                    }
                    return answer.acknowledged();
                });
            }
            List<CompletableFuture<HubApi.Reply>> asked = ids.stream()
                    .map(id -> CompletableFuture.supplyAsync(() -> api.answerHeld(moderator, room, id, true)))
                    .toList();
            Eventually.await(SOON, "the first is approved", () -> asked.stream().anyMatch(CompletableFuture::isDone));
            hub.kill9("room-service");
            asked.forEach(CompletableFuture::join);
            List<Long> acknowledged = asked.stream()
                    .map(CompletableFuture::join)
                    .filter(reply -> reply.status() == 200)
                    .map(reply -> reply.body().at("/event/o").asLong())
                    .toList();
            hub.awaitBack("room-service");
            List<Long> events = new ArrayList<>();
            for (String id : ids) {
                Eventually.await(BACK_MAX, id + " is approved", () -> {
                    HubApi.Reply reply = api.answerHeld(moderator, room, id, true);
                    assertEquals(200, reply.status(), reply::toString);
                    return events.add(reply.body().at("/event/o").asLong());
                });
            }
            assertTrue(events.containsAll(acknowledged), () -> events + " lack some of " + acknowledged);
            viewer.awaitCovered(events.stream().mapToLong(o -> o).max().orElseThrow(), SOON);
            viewer.assertNoTextTwice();
            assertEquals(chats, viewer.texts().size(), () -> viewer.texts().toString());
            Eventually.await(
                    SOON, "nothing waits", () -> waiting(moderator, room).isEmpty());
            viewer.assertClean();
        }
    }

    @Test
    void nothingIsApprovedOfWhoWasPunishedMeanwhileOrWhoseEventsWereDeleted() {
        String room = api.createRoom("held", Map.of("holdAll", true));
        String moderator = moderatorToken("m", room);
        try (Clients clients = new Clients(1);
                Witness muted = Witness.viewer(clients, hub, room + ".m", 1);
                Witness banned = Witness.viewer(clients, hub, room + ".b", 1);
                Witness shadowed = Witness.viewer(clients, hub, room + ".s", 1);
                Witness erased = Witness.viewer(clients, hub, room + ".e", 2)) {
            List<Witness> all = List.of(muted, banned, shadowed, erased);
            all.forEach(witness -> witness.join(room));
            List<String> ids =
                    all.stream().map(who -> idOf(hold(who, room, "c", "hello"))).toList();
            awaitWaiting(moderator, room, ids.stream().map(HeldIT::offsetOf).toList());
            assertEquals(201, api.mute(room, muted.user(), 600).status());
            assertEquals(201, api.sanction(room, banned.user(), "ban").status());
            assertEquals(201, api.sanction(room, shadowed.user(), "shadow").status());
            assertEquals(
                    200, api.delete(moderator, room, "?user=" + erased.user()).status());
            assertRefused(403, "muted", api.answerHeld(moderator, room, ids.get(0), true));
            assertRefused(403, "banned", api.answerHeld(moderator, room, ids.get(1), true));
            assertRefused(404, "not_found", api.answerHeld(moderator, room, ids.get(2), true));
            assertRefused(404, "not_found", api.answerHeld(moderator, room, ids.get(3), true));
            assertEquals(200, api.answerHeld(moderator, room, ids.get(0), false).status(), "deny one may");
            awaitWaiting(moderator, room, List.of(offsetOf(ids.get(1))));
            hold(shadowed, room, "again", "as everybody is told");
            assertEquals(1, waiting(moderator, room).size(), "and it waits for nobody");
        }
    }

    @Test
    void whoMayNotOrAsksForTheImpossibleIsToldSo() {
        String room = api.createRoom("held", Map.of("holdAll", true));
        String other = api.createRoom("held", Map.of());
        String moderator = moderatorToken("m", room);
        String viewer = hub.token("v");
        String elsewhere = moderatorToken("e", other);
        String stranger = hub.token(
                new Claims("backend", "backend", "other", Map.of(), true, System.currentTimeMillis() + 3_600_000));
        try (Clients clients = new Clients(1);
                Witness sender = Witness.viewer(clients, hub, "v", 1)) {
            sender.join(room);
            String id = idOf(hold(sender, room, "c", "hello"));
            for (String token : List.of(viewer, elsewhere)) {
                assertRefused(403, "forbidden", api.held(token, room, ""));
                assertRefused(403, "forbidden", api.answerHeld(token, room, id, true));
            }
            assertRefused(404, "no_such_room", api.held(stranger, room, ""));
            assertRefused(404, "no_such_room", api.answerHeld(stranger, room, id, true));
            assertRefused(400, "bad_field", api.answerHeld(moderator, room, "1302", true));
            long ts = HeldId.of(id).atMs();
            for (String none : List.of("1000000-" + ts, offsetOf(id) + "-" + (ts - 1), "1-1")) {
                assertRefused(404, "not_found", api.answerHeld(moderator, room, none, true));
            }
            assertRefused(400, "bad_field", api.held(moderator, room, "?user=v"));
            awaitWaiting(moderator, room, List.of(offsetOf(id)));
            String passing = api.createRoom("held", "ephemeral", Map.of("holdAll", true));
            sender.join(passing);
            assertEquals("text_refused", chat(sender, passing, "e", "hello").code());
            assertRefused(422, "unsupported", api.held(hub.adminToken(), passing, ""));
            assertRefused(404, "not_found", api.answerHeld(hub.adminToken(), passing, "1-1", true));
            assertEquals(200, api.closeRoom(room).status());
            assertRefused(410, "room_closed", api.answerHeld(moderator, room, id, true));
        }
    }
}
