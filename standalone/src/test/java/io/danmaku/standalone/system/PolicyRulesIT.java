package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Account;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Each rule of a room's policy as those meet it who talk over the WebSocket, on both edges. */
final class PolicyRulesIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final long HOUR_MS = 3_600_000;
    private static final String TAKEN = "";

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger cids = new AtomicInteger();

    private String cid() {
        return "p" + cids.incrementAndGet();
    }

    private String token(String user, Map<String, Role> rooms, int level, Map<String, Long> follows) {
        return hub.token(new Claims(
                user,
                user,
                Ids.DEFAULT_TENANT,
                rooms,
                false,
                System.currentTimeMillis() + HOUR_MS,
                new Profile("", level, List.of()),
                Account.UNKNOWN.following(follows)));
    }

    private Witness as(Clients clients, String room, Role role, int edge) {
        String user = room + "." + role.wireName();
        Witness witness =
                Witness.connect(clients, hub, user, token(user, Map.of(room, role), Profile.NO_LEVEL, Map.of()), edge);
        witness.join(room);
        return witness;
    }

    private Witness with(Clients clients, String room, int level, Map<String, Long> follows, int edge) {
        String user = room + ".u" + cids.incrementAndGet();
        Witness witness = Witness.connect(clients, hub, user, token(user, Map.of(), level, follows), edge);
        witness.join(room);
        return witness;
    }

    private static ObjectNode text(String text) {
        return JsonNodeFactory.instance.objectNode().put("text", text);
    }

    private Answer answer(Witness who, String room, String type, ObjectNode d) {
        return who.wait(who.client().send(room, type, cid(), d));
    }

    /** The code of the refusal, {@link #TAKEN} when there was none. */
    private String chat(Witness who, String room, ObjectNode d) {
        return answer(who, room, "chat", d).code();
    }

    private String chat(Witness who, String room, String text) {
        return chat(who, room, text(text));
    }

    @Test
    void theSilenceOfARoomHoldsForAllBelowTheRoleThatItNames() {
        Role[] roles = {Role.VIEWER, Role.MEMBER, Role.VIP, Role.MODERATOR, Role.HOST};
        String[] values = {"everyone", "members", "vips", "moderators", "host"};
        for (int least = 0; least < values.length; least++) {
            String room = api.createRoom("who", Map.of("whoMaySend", values[least]));
            try (Clients clients = new Clients(1)) {
                for (int r = 0; r < roles.length; r++) {
                    for (int edge = 1; edge <= 2; edge++) {
                        try (Witness witness = as(clients, room, roles[r], edge)) {
                            String wanted = r < least ? "forbidden" : TAKEN;
                            String what = values[least] + " " + roles[r] + " on edge " + edge;
                            assertEquals(wanted, chat(witness, room, "hi"), what);
                            assertEquals(
                                    wanted,
                                    answer(witness, room, "like", JsonNodeFactory.instance.objectNode())
                                            .code(),
                                    what);
                        }
                    }
                }
                int taken = 2 * (roles.length - least);
                try (Witness reader = as(clients, room, Role.VIEWER, 1)) {
                    // the last one was sent at the other edge
                    Eventually.await(
                            SOON,
                            "who may not send reads on",
                            () -> reader.history(room).size() >= taken);
                }
            }
        }
    }

    @Test
    void slowModeIsOnForViewersAndAnotherOneForMembersOnBothEdges() {
        String room = api.createRoom("slow", Map.of("slowModeMs", HOUR_MS, "memberSlowModeMs", HOUR_MS / 2));
        try (Clients clients = new Clients(1);
                Witness reader = as(clients, room, Role.HOST, 2)) {
            for (Role role : List.of(Role.VIEWER, Role.MEMBER, Role.VIP)) {
                try (Witness here = as(clients, room, role, 1);
                        Witness there = as(clients, room, role, 2)) {
                    there.awaitCovered(here.say(room, cid(), "one"), SOON);
                    long interval = role == Role.VIEWER ? HOUR_MS : HOUR_MS / 2;
                    for (Witness witness : List.of(here, there)) {
                        Answer refusal = answer(witness, room, "chat", text("two"));
                        assertEquals("slow_mode", refusal.code(), role + ": " + refusal);
                        assertTrue(
                                refusal.retryMs() > interval - 60_000 && refusal.retryMs() <= interval + 5_000,
                                refusal::toString);
                    }
                }
            }
            reader.say(room, cid(), "one");
            reader.say(room, cid(), "two");
        }
        String open = api.createRoom("slow", Map.of("slowModeMs", HOUR_MS));
        try (Clients clients = new Clients(1);
                Witness member = as(clients, open, Role.MEMBER, 1)) {
            member.say(open, cid(), "one");
            member.say(open, cid(), "two");
        }
    }

    @Test
    void textsAndLooksThatARoomDoesNotWantAreRefusedToViewersAndNotToModerators() {
        ObjectNode top = text("hi").put("mode", "top");
        ObjectNode red = text("hi").put("color", "#ff0000");
        ObjectNode large = text("hi").put("size", 36);
        String stacked = "e" + "\u0301".repeat(5);
        assertRules(Map.of("capsPercentMax", 50), List.of(text("LOOK HERE ALL")), List.of(text("Look here ALL")));
        assertRules(Map.of("styles", "scroll"), List.of(top), List.of(red, large));
        assertRules(Map.of("styles", "plain"), List.of(top, red, large), List.of(text("hi")));
        assertRules(
                Map.of("links", "refused"),
                List.of(text("see https://example.com"), text("www.example.org")),
                List.of(text("e.g. this")));
        // in every room
        assertRules(
                Map.of(),
                List.of(text(stacked), text("\u200b\u200b"), text("\u3164"), text("\u202eolleh"), text("a\u2067b")),
                List.of(text("e" + "\u0301".repeat(4)), top));
    }

    private void assertRules(Map<String, ?> policy, List<ObjectNode> refused, List<ObjectNode> taken) {
        String room = api.createRoom("rules", policy);
        try (Clients clients = new Clients(1);
                Witness one = as(clients, room, Role.VIEWER, 1);
                Witness two = as(clients, room, Role.VIP, 2);
                Witness moderator = as(clients, room, Role.MODERATOR, 2)) {
            for (Witness witness : List.of(one, two)) {
                refused.forEach(d -> assertEquals("text_refused", chat(witness, room, d), policy + " " + d));
                taken.forEach(d -> assertEquals(TAKEN, chat(witness, room, d), policy + " " + d));
            }
            refused.forEach(d -> assertEquals(TAKEN, chat(moderator, room, d), policy + " " + d));
        }
    }

    @Test
    void whatAUserSaidIsNotSaidAgainForAWhileAndATextIsAsLongAsTheRoomAllows() {
        String room = api.createRoom("unique", Map.of("uniqueSeconds", 600, "textLengthMax", 12));
        try (Clients clients = new Clients(1);
                Witness one = as(clients, room, Role.VIEWER, 1);
                Witness other = as(clients, room, Role.VIP, 1);
                Witness moderator = as(clients, room, Role.MODERATOR, 1)) {
            assertEquals(TAKEN, chat(one, room, "first!"));
            Answer again = answer(one, room, "chat", text("FIRST !"));
            assertEquals("repeated", again.code());
            assertTrue(again.retryMs() > 500_000 && again.retryMs() <= 600_000, again::toString);
            assertEquals(TAKEN, chat(one, room, "second"));
            assertEquals(TAKEN, chat(other, room, "first!"), "another user's");
            assertEquals(TAKEN, chat(moderator, room, "first!"));
            assertEquals(TAKEN, chat(moderator, room, "first!"));
            assertEquals("too_long", chat(one, room, "x".repeat(13)));
            assertEquals("too_long", chat(moderator, room, "x".repeat(13)));
        }
    }

    @Test
    void aRoomForSomeLevelTakesNothingFromViewersBelowIt() {
        String room = api.createRoom("level", Map.of("levelMin", 10));
        try (Clients clients = new Clients(1)) {
            for (int edge = 1; edge <= 2; edge++) {
                try (Witness none = with(clients, room, Profile.NO_LEVEL, Map.of(), edge);
                        Witness below = with(clients, room, 9, Map.of(), edge);
                        Witness reaches = with(clients, room, 10, Map.of(), edge);
                        Witness member = as(clients, room, Role.MEMBER, edge)) {
                    assertEquals("level_required", chat(none, room, "hi"));
                    assertEquals("level_required", chat(below, room, "hi"));
                    assertEquals(
                            "level_required",
                            answer(below, room, "like", JsonNodeFactory.instance.objectNode())
                                    .code());
                    assertEquals(TAKEN, chat(reaches, room, "hi"));
                    assertEquals(TAKEN, chat(member, room, "hi"));
                    assertTrue(below.history(room).size() >= 2, "and shows them everything");
                }
            }
        }
    }

    @Test
    void aRoomForFollowersTellsWhoMayChatWhenAndANewTokenIsEnough() {
        String room = api.createRoom("follow", Map.of("followerMinutes", 10));
        long nowS = System.currentTimeMillis() / 1000;
        try (Clients clients = new Clients(1)) {
            for (int edge = 1; edge <= 2; edge++) {
                try (Witness stranger = with(clients, room, 5, Map.of("another", 0L), edge);
                        Witness fresh = with(clients, room, 5, Map.of(room, nowS - 60), edge);
                        Witness old = with(clients, room, 5, Map.of(room, nowS - 600), edge);
                        Witness vip = as(clients, room, Role.VIP, edge)) {
                    Answer not = answer(stranger, room, "chat", text("hi"));
                    assertEquals("followers_only", not.code());
                    assertEquals(0, not.retryMs(), not::toString);
                    Answer soon = answer(fresh, room, "chat", text("hi"));
                    assertEquals("followers_only", soon.code());
                    assertTrue(soon.retryMs() > 480_000 && soon.retryMs() <= 540_000, soon::toString);
                    assertEquals(TAKEN, chat(old, room, "hi"));
                    assertEquals(TAKEN, chat(vip, room, "hi"));

                    // the viewer presses "follow" and goes on over the same connection
                    String token = token(stranger.user(), Map.of(), 5, Map.of(room, nowS - 600));
                    assertTrue(stranger.wait(stranger.client()
                                    .request(JsonNodeFactory.instance
                                            .objectNode()
                                            .put("op", "auth")
                                            .put("token", token)))
                            .acknowledged());
                    assertEquals(TAKEN, chat(stranger, room, "hi"));
                }
            }
            String any = api.createRoom("follow", Map.of("followerMinutes", 0));
            try (Witness fresh = with(clients, any, 5, Map.of(any, nowS), 1);
                    Witness not = with(clients, any, 5, Map.of(), 2)) {
                assertEquals(TAKEN, chat(fresh, any, "hi"));
                assertEquals("followers_only", chat(not, any, "hi"));
                assertEquals(
                        200,
                        api.changePolicy(any, Map.of("followerMinutes", -1)).status());
                Eventually.await(SOON, "it is for everybody again", () -> TAKEN.equals(chat(not, any, "hi")));
            }
        }
    }

    @Test
    void whoComesLateSeesTheLastEventsThatTheRoomWantsThemToSee() {
        String room = api.createRoom("late", Map.of("lastOnJoin", 3));
        List<Long> said = new ArrayList<>();
        try (Clients clients = new Clients(1);
                Witness speaker = as(clients, room, Role.HOST, 1)) {
            for (int i = 0; i < 5; i++) {
                said.add(speaker.say(room, cid(), "t" + i));
            }
            long head = said.get(4);
            speaker.awaitCovered(head, SOON);
            for (int edge = 1; edge <= 2; edge++) {
                try (Witness late = Witness.viewer(clients, hub, "late", edge);
                        Witness asks = Witness.viewer(clients, hub, "asks", edge);
                        Witness none = Witness.viewer(clients, hub, "none", edge);
                        Witness back = Witness.viewer(clients, hub, "back", edge)) {
                    JsonNode ok = late.joined(client -> client.join(room)).ok();
                    assertEquals(3, ok.at("/policy/lastOnJoin").asInt());
                    late.awaitCovered(head, SOON);
                    assertEquals(List.of("t2", "t3", "t4"), late.texts(), "edge " + edge);
                    asks.joined(client -> client.joinLast(room, 1));
                    asks.awaitCovered(head, SOON);
                    assertEquals(List.of("t4"), asks.texts());
                    none.joined(client -> client.joinLast(room, 0));
                    back.joined(client -> client.joinSince(room, said.get(3), null));
                    back.awaitCovered(head, SOON);
                    assertEquals(List.of("t4"), back.texts());
                    assertEquals(List.of(), none.texts());
                    late.assertClean();
                }
            }
            assertEquals(200, api.changePolicy(room, Map.of("lastOnJoin", 0)).status());
            Eventually.await(SOON, "nothing is shown any more", () -> {
                try (Witness late = Witness.viewer(clients, hub, "later", 2)) {
                    Answer joined = late.join(room);
                    return joined.ok().at("/policy/lastOnJoin").asInt() == 0;
                }
            });
        }
    }

    @Test
    void whatIsNoRuleIsRefused() {
        String room = api.createRoom("rules", Map.of());
        for (Map<String, ?> policy : List.<Map<String, ?>>of(
                Map.of("levelMin", 1_001),
                Map.of("levelMin", -1),
                Map.of("followerMinutes", -2),
                Map.of("followerMinutes", 525_601),
                Map.of("lastOnJoin", 501),
                Map.of("lastOnJoin", "all"),
                Map.of("whoMaySend", "followers"))) {
            HubApi.Reply reply = api.changePolicy(room, policy);
            assertEquals(400, reply.status(), policy::toString);
            assertEquals("bad_field", reply.body().path("code").asText());
        }
    }
}
