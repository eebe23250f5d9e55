package io.danmaku.edge.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.broadcast.LastSpoken;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.Hold;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.token.Claims;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SendGateTest {
    private static final RoomKey KEY = new RoomKey("default", "42");
    private static final long HOUR_MS = 3_600_000;
    private static final long NOW_MS = 1_764_000_000_000L;

    private final RoomTable table = new RoomTable(null, new RoomTable.Decided() {});
    private final WordFilters words = new WordFilters();
    private final SendGate gate = new SendGate(table, words);

    private static RoomState room(long slowModeMs, boolean open) {
        RoomPolicy policy = PolicyJson.merged(
                RoomPolicy.DEFAULT, Json.object().put("slowModeMs", slowModeMs).put("memberSlowModeMs", 1_000));
        return new RoomState(KEY, "e1", "", Durability.LOGGED, open, policy, 1, 0);
    }

    private Refusal chat(RoomState room, Role role, String cid, long nowMs) {
        Claims claims = new Claims(
                "7", "Ann", "default", role == Role.VIEWER ? Map.of() : Map.of("42", role), false, Long.MAX_VALUE);
        Command.Send send =
                new Command.Send("42", EventType.CHAT, cid, Json.object().put("text", "hi"));
        return gate.check(claims, null, room, send, new LastSpoken(), nowMs).refusal();
    }

    @Test
    void slowModeCountsDownAndLetsTheSameSendBeTriedAgain() {
        RoomState slow = room(HOUR_MS, true);
        assertNull(chat(slow, Role.VIEWER, "a", NOW_MS));
        assertNull(chat(slow, Role.VIEWER, "a", NOW_MS + 49_000));
        Refusal refusal = chat(slow, Role.VIEWER, "b", NOW_MS + 60_000);
        assertEquals(ErrorCode.SLOW_MODE, refusal.code());
        assertEquals(HOUR_MS - 60_000, refusal.retryMs());
        assertNull(chat(slow, Role.VIEWER, "b", NOW_MS + HOUR_MS));
    }

    @Test
    void slowModeCannotBePassedByUsingACidAgain() {
        RoomState slow = room(HOUR_MS, true);
        assertNull(chat(slow, Role.VIEWER, "a", NOW_MS));
        // the log would take it for another event by now
        assertEquals(
                ErrorCode.SLOW_MODE,
                chat(slow, Role.VIEWER, "a", NOW_MS + 61_000).code());
    }

    @Test
    void hostsAndModeratorsAreFreeOfSlowMode() {
        RoomState slow = room(HOUR_MS, true);
        for (int i = 0; i < 3; i++) {
            assertNull(chat(slow, Role.HOST, "h" + i, NOW_MS));
            assertNull(chat(slow, Role.MODERATOR, "m" + i, NOW_MS));
        }
    }

    @Test
    void aRoomThatIsClosedOrForgottenTakesNothing() {
        assertEquals(
                ErrorCode.ROOM_CLOSED,
                chat(room(0, false), Role.HOST, "a", NOW_MS).code());
        assertEquals(ErrorCode.ROOM_CLOSED, chat(null, Role.HOST, "a", NOW_MS).code());
        assertTrue(chat(room(0, true), Role.VIEWER, "a", NOW_MS) == null);
    }

    private void sanction(Sanction.Kind kind, long untilMs) {
        Sanction spoken = new Sanction("s", KEY, "e1", "7", kind, "", "1", NOW_MS, untilMs);
        table.take(StateKeys.sanction(KEY, "7", kind), Json.bytes(spoken));
    }

    private void grant(String epoch, Role role) {
        table.take(StateKeys.grant(KEY, "7"), Json.bytes(new Grant(KEY, epoch, "7", role, "1", 0)));
    }

    private SendGate.Verdict said(RoomState room, Role role, String text) {
        Command.Send send =
                new Command.Send("42", EventType.CHAT, "x", Json.object().put("text", text));
        return gate.check(claims(role), null, room, send, new LastSpoken(), NOW_MS);
    }

    private static RoomState holding(Durability durability, ObjectNode policy) {
        return new RoomState(KEY, "e1", "", durability, true, PolicyJson.merged(RoomPolicy.DEFAULT, policy), 1, 0);
    }

    @Test
    void whatIsHeldIsSaidWithItsReasonAndModeratorsAreFreeOfIt() throws Exception {
        words.put(new WordList("default", "", "", "h", WordList.Action.HOLD, List.of("hmm"), List.of(), "1", NOW_MS));
        words.put(new WordList("default", "", "", "m", WordList.Action.MASK, List.of("bad"), List.of(), "1", NOW_MS));
        words.put(
                new WordList("default", "", "", "s", WordList.Action.SHADOW, List.of("spam"), List.of(), "1", NOW_MS));
        words.settle(10_000);
        RoomState links = holding(Durability.LOGGED, Json.object().put("links", "held"));
        RoomState all =
                holding(Durability.LOGGED, Json.object().put("links", "held").put("holdAll", true));
        assertNull(said(links, Role.VIEWER, "hi").held());
        assertEquals(Hold.Why.LINKS, said(links, Role.VIEWER, "see x.com").held());
        assertEquals(Hold.Why.LINKS, said(all, Role.VIEWER, "see x.com").held());
        assertEquals(Hold.Why.ALL, said(all, Role.VIEWER, "hi").held());
        SendGate.Verdict word = said(all, Role.VIEWER, "hmm, bad x.com");
        assertEquals(Hold.Why.WORDS, word.held());
        assertEquals("hmm, *** x.com", word.detail().get("text").textValue(), "so it is told when it is approved");
        assertTrue(said(links, Role.VIEWER, "hmm spam").shadowed(), "that has force over holding");
        assertFalse(word.shadowed());
        assertNull(said(all, Role.MODERATOR, "hmm x.com").held());
        assertNull(said(all, Role.MODERATOR, "hmm x.com").refusal());
    }

    @Test
    void whoIsShadowBannedIsToldThatAChatIsHeldAsEverybodyIs() {
        sanction(Sanction.Kind.SHADOW, NOW_MS + 1);
        SendGate.Verdict verdict =
                said(holding(Durability.LOGGED, Json.object().put("holdAll", true)), Role.VIEWER, "hi");
        assertTrue(verdict.shadowed());
        assertEquals(Hold.Why.ALL, verdict.held());
    }

    @Test
    void aRoomThatKeepsNothingRefusesWhatItWouldHaveToHold() {
        ObjectNode policy = Json.object().put("links", "held").put("slowModeMs", 60_000);
        RoomState passing = holding(Durability.EPHEMERAL, policy);
        assertEquals(
                ErrorCode.TEXT_REFUSED,
                said(passing, Role.VIEWER, "see x.com").refusal().code());
        assertNull(said(passing, Role.VIEWER, "hi").refusal(), "what was refused did not count");
    }

    @Test
    void theProductsOwnServiceIsAskedAboutViewersChatsWhereThePolicySaysSo() {
        RoomState asking = holding(Durability.LOGGED, Json.object().put("externalCheck", true));
        assertTrue(said(asking, Role.VIEWER, "hi").check());
        assertFalse(said(asking, Role.MODERATOR, "hi").check());
        assertFalse(said(room(0, true), Role.VIEWER, "hi").check());
    }

    @Test
    void whatWasDecidedWhileAChatWasCheckedHolds() {
        assertNull(gate.again(claims(Role.VIEWER), null, room(0, true), EventType.CHAT, NOW_MS));
        assertEquals(
                ErrorCode.ROOM_CLOSED,
                gate.again(claims(Role.VIEWER), null, room(0, false), EventType.CHAT, NOW_MS)
                        .code());
        assertEquals(
                ErrorCode.ROOM_CLOSED,
                gate.again(claims(Role.VIEWER), null, null, EventType.CHAT, NOW_MS)
                        .code());
        sanction(Sanction.Kind.BAN, NOW_MS + 1);
        assertEquals(
                ErrorCode.BANNED,
                gate.again(claims(Role.VIEWER), null, room(0, true), EventType.CHAT, NOW_MS)
                        .code());
        sanction(Sanction.Kind.MUTE, NOW_MS + 1);
        assertEquals(
                ErrorCode.MUTED,
                gate.again(claims(Role.VIEWER), null, room(0, true), EventType.CHAT, NOW_MS)
                        .code());
    }

    private static Claims claims(Role role) {
        return new Claims("7", "Ann", "default", Map.of("42", role), false, Long.MAX_VALUE);
    }

    private SendGate.Verdict verdict(Role role) {
        Command.Send send =
                new Command.Send("42", EventType.CHAT, "x", Json.object().put("text", "hi"));
        return gate.check(claims(role), null, room(0, true), send, new LastSpoken(), NOW_MS);
    }

    @Test
    void aGuestMayBeWhereThePolicyTakesGuestsAndNeverSends() {
        Claims guest = Claims.guest("default", "s1", Long.MAX_VALUE);
        assertEquals(
                ErrorCode.FORBIDDEN,
                gate.exclusion(guest, null, room(0, true), NOW_MS).code());
        RoomState open = new RoomState(
                KEY,
                "e1",
                "",
                Durability.LOGGED,
                true,
                PolicyJson.merged(RoomPolicy.DEFAULT, Json.object().put("guests", true)),
                1,
                0);
        assertNull(gate.exclusion(guest, null, open, NOW_MS));
        assertNull(gate.exclusion(claims(Role.VIEWER), null, room(0, true), NOW_MS));
        Command.Send send =
                new Command.Send("42", EventType.CHAT, "a", Json.object().put("text", "hi"));
        assertEquals(
                ErrorCode.FORBIDDEN,
                gate.check(guest, null, open, send, new LastSpoken(), NOW_MS)
                        .refusal()
                        .code());
    }

    private Refusal exclusion(Role role) {
        return gate.exclusion(claims(role), null, room(0, true), NOW_MS);
    }

    @Test
    void whoIsBannedIsKeptOutAndToldForHowLong() {
        assertNull(exclusion(Role.VIEWER));
        sanction(Sanction.Kind.KICK, NOW_MS + 10_000);
        assertEquals(10_000, exclusion(Role.VIEWER).retryMs());
        sanction(Sanction.Kind.BAN, Sanction.FOREVER_MS);
        Refusal banned = exclusion(Role.MODERATOR);
        assertEquals(ErrorCode.BANNED, banned.code());
        assertEquals(0, banned.retryMs(), "there is no time at which asking again could succeed");
        assertNull(exclusion(Role.HOST));
        sanction(Sanction.Kind.KICK, 0);
        sanction(Sanction.Kind.BAN, 0);
        assertNull(exclusion(Role.VIEWER));
    }

    @Test
    void whoIsShadowBannedIsNotRefusedButMarked() {
        assertFalse(verdict(Role.VIEWER).shadowed());
        sanction(Sanction.Kind.SHADOW, NOW_MS + 1);
        assertNull(verdict(Role.VIEWER).refusal());
        assertTrue(verdict(Role.VIEWER).shadowed());
        assertFalse(verdict(Role.HOST).shadowed());
        sanction(Sanction.Kind.SHADOW, NOW_MS);
        assertFalse(verdict(Role.VIEWER).shadowed());
    }

    @Test
    void theHigherOneOfTokenAndGrantCounts() {
        RoomState slow = room(HOUR_MS, true);
        assertNull(chat(slow, Role.VIEWER, "a", NOW_MS));
        assertEquals(ErrorCode.SLOW_MODE, chat(slow, Role.VIEWER, "b", NOW_MS).code());
        grant("e1", Role.MODERATOR);
        assertNull(chat(slow, Role.VIEWER, "b", NOW_MS));
        assertTrue(verdict(Role.HOST).ranking());
        grant("e1", Role.VIEWER);
        assertEquals(ErrorCode.SLOW_MODE, chat(slow, Role.VIEWER, "b", NOW_MS).code());
        grant("of another epoch", Role.MODERATOR);
        assertEquals(ErrorCode.SLOW_MODE, chat(slow, Role.VIEWER, "b", NOW_MS).code());
    }

    private static RoomState room(RoomPolicy policy) {
        return new RoomState(KEY, "e1", "", Durability.LOGGED, true, policy, 1, 0);
    }

    private ErrorCode say(RoomPolicy policy, String cid, long nowMs, String text, String mode) {
        Command.Send send = new Command.Send(
                "42", EventType.CHAT, cid, Json.object().put("text", text).put("mode", mode));
        Refusal refusal = gate.check(claims(Role.VIEWER), null, room(policy), send, new LastSpoken(), nowMs)
                .refusal();
        return refusal == null ? null : refusal.code();
    }

    @Test
    void whoSaysTheSameAgainIsRefusedForAWhileAndPaysNothingForIt() {
        RoomPolicy unique = PolicyJson.merged(
                RoomPolicy.DEFAULT, Json.object().put("slowModeMs", 1_000).put("uniqueSeconds", 30));
        assertNull(say(unique, "a", NOW_MS, "first!", "scroll"));
        assertNull(say(unique, "a", NOW_MS + 1, "first!", "scroll"), "the same send");
        assertEquals(ErrorCode.REPEATED, say(unique, "b", NOW_MS + 5_000, "FIRST !", "scroll"));
        assertNull(say(unique, "c", NOW_MS + 5_001, "second", "scroll"), "what was refused did not count");
        assertEquals(ErrorCode.SLOW_MODE, say(unique, "d", NOW_MS + 5_500, "third", "scroll"));
        assertNull(say(unique, "e", NOW_MS + 6_100, "third", "scroll"), "what was refused was not said");
        assertNull(say(unique, "f", NOW_MS + 30_000, "first!", "scroll"));
    }

    @Test
    void aRoomsStylesHoldForViewers() {
        RoomPolicy scroll = PolicyJson.merged(RoomPolicy.DEFAULT, Json.object().put("styles", "scroll"));
        assertNull(say(scroll, "a", NOW_MS, "hi", "scroll"));
        assertEquals(ErrorCode.TEXT_REFUSED, say(scroll, "b", NOW_MS, "hi", "top"));
    }

    private SendGate.Verdict place(RoomPolicy policy, Role role, String text, int from, int to) {
        ObjectNode d = Json.object().put("text", text);
        d.putArray("emotes").addObject().put("id", "cat").put("from", from).put("to", to);
        Command.Send send = new Command.Send("42", EventType.CHAT, "c", d);
        return gate.check(claims(role), null, room(policy), send, new LastSpoken(), NOW_MS);
    }

    @Test
    void whereOnlyEmotesAreWantedViewersSayNothingElse() {
        RoomPolicy emotes = PolicyJson.merged(RoomPolicy.DEFAULT, Json.object().put("emoteOnly", true));
        assertNull(place(emotes, Role.VIEWER, ":cat: ", 0, 5).refusal());
        Refusal refusal = place(emotes, Role.VIEWER, ":cat: hi", 0, 5).refusal();
        assertEquals(ErrorCode.TEXT_REFUSED, refusal.code());
        assertEquals(ErrorCode.TEXT_REFUSED, say(emotes, "b", NOW_MS, "hi", "scroll"));
        assertNull(place(emotes, Role.MODERATOR, ":cat: hi", 0, 5).refusal());
        assertNull(place(RoomPolicy.DEFAULT, Role.VIEWER, ":cat: hi", 0, 5).refusal());
    }

    @Test
    void aMaskedWordLeavesEmotesWhereTheyStandAndNoneOverItself() throws Exception {
        words.put(new WordList(
                "default", "", "", "l", WordList.Action.MASK, List.of("bad"), List.of("\\x{1F595}"), "1", NOW_MS));
        words.settle(10_000);
        ObjectNode behind = place(RoomPolicy.DEFAULT, Role.VIEWER, "\uD83D\uDD95 bad :cat:", 7, 12)
                .detail();
        assertEquals("** *** :cat:", behind.get("text").textValue());
        assertEquals(
                "[{\"id\":\"cat\",\"from\":7,\"to\":12}]", behind.get("emotes").toString());
        ObjectNode over = place(RoomPolicy.DEFAULT, Role.VIEWER, "so bad", 3, 6).detail();
        assertEquals("so ***", over.get("text").textValue());
        assertFalse(over.has("emotes"));
    }

    @Test
    void membersHaveASlowModeOfTheirOwn() {
        RoomState slow = room(HOUR_MS, true);
        assertNull(chat(slow, Role.MEMBER, "a", NOW_MS));
        assertEquals(
                ErrorCode.SLOW_MODE, chat(slow, Role.VIP, "b", NOW_MS + 999).code());
        assertNull(chat(slow, Role.MEMBER, "b", NOW_MS + 1_000));
    }
}
