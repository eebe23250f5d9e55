package io.danmaku.protocol.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.Report;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.token.Profile;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class NamesTest {

    @Property
    void anIncarnationReadsBackFromItsText(@ForAll long number) {
        assertEquals(new Incarnation(number), Incarnation.parse(new Incarnation(number).toString()));
    }

    @RepeatedTest(100)
    void aNewIncarnationIsNeverTheNumberThatStandsForNobody() {
        assertTrue(Incarnation.create().number() > 0);
        assertNotEquals(Incarnation.create(), Incarnation.create());
        assertTrue(Incarnation.create().toString().matches("[0-9a-z]{1,13}"));
    }

    @Property
    void aConversationIsTheSameFromBothSides(
            @ForAll @AlphaChars @StringLength(min = 1, max = 8) String a,
            @ForAll @AlphaChars @StringLength(min = 1, max = 8) String b) {
        assertEquals(DirectRecord.conversation("t", a, b), DirectRecord.conversation("t", b, a));
    }

    @Test
    void aStateKeySaysWhatItIsTheKeyOf() {
        RoomKey room = new RoomKey("default", "42");
        assertTrue(StateKeys.isRoom(StateKeys.room(room)));
        assertFalse(StateKeys.isSanction(StateKeys.room(room)));
        assertTrue(StateKeys.isSanction(StateKeys.sanction(room, "7", Sanction.Kind.MUTE)));
        assertEquals("held:default/42/k3/5", StateKeys.held(room, "k3", 5));
        assertTrue(StateKeys.isHeld(StateKeys.held(room, "k3", 5)));
        assertTrue(StateKeys.isCheck(StateKeys.check("default")));
        assertTrue(StateKeys.isWebhook(StateKeys.webhook("default", "shop")));
        assertTrue(StateKeys.webhook("default", "shop").startsWith(StateKeys.webhooksOf("default")));
        assertFalse(StateKeys.isRoom(StateKeys.OWNER) || StateKeys.isSanction(StateKeys.OWNER));
    }

    @Test
    void aKeyOfOneRoomIsNotTakenForThatOfAnotherNorOfAllRooms() {
        RoomKey room = new RoomKey("default", "4");
        for (String key :
                List.of(StateKeys.room(room), StateKeys.grant(room, "7"), StateKeys.words("default", "4", "l"))) {
            assertTrue(StateKeys.isOfRoom(key, room), key);
            assertFalse(StateKeys.isOfRoom(key, new RoomKey("default", "42")), key);
        }
        assertFalse(StateKeys.isOfRoom(StateKeys.room(new RoomKey("default", "42")), room));
        RoomKey dash = WordList.place("default", "");
        assertFalse(StateKeys.isOfRoom(StateKeys.words("default", "", "l"), dash));
        assertFalse(StateKeys.isOfRoom(StateKeys.webhook("default", "shop"), dash));
        assertTrue(StateKeys.isOfRoom(StateKeys.room(dash), dash));
    }

    @Test
    void whatOneNodeWritesAnotherReads() {
        RoomKey room = new RoomKey("default", "42");
        assertReadsBack(
                new RoomState(
                        room,
                        "k3",
                        "Title 标题",
                        io.danmaku.protocol.room.Durability.LOGGED,
                        true,
                        RoomPolicy.DEFAULT,
                        3,
                        5),
                RoomState.class);
        assertReadsBack(new Sanction("s1", room, "k3", "7", Sanction.Kind.MUTE, "spam", "1", 1, 2), Sanction.class);
        for (Sanction.Kind kind : Sanction.Kind.values()) {
            assertReadsBack(new Sanction("s1", room, "k3", "7", kind, "", "1", 1, Sanction.FOREVER_MS), Sanction.class);
        }
        assertReadsBack(ofDevice(room), Sanction.class);
        assertReadsBack(ofAddress(RoomKey.ownedBy("default", "a.b@c"), ""), Sanction.class);
        assertReadsBack(new Grant(room, "k3", "7", Role.MODERATOR, "1", 1), Grant.class);
        assertReadsBack(new Deletion(room, "k3", "", 5, 5, "1", 1), Deletion.class);
        assertReadsBack(
                new WordList("default", "", "", "l", WordList.Action.MASK, List.of("坏话*"), List.of("a+"), "1", 1),
                WordList.class);
        assertReadsBack(new HeldAnswer(room, "k3", 5, true, "1", 1, 9, 7, 8), HeldAnswer.class);
        for (ExternalCheck.WhenDown whenDown : ExternalCheck.WhenDown.values()) {
            assertReadsBack(
                    new ExternalCheck("default", "http://x/", "0123456789abcdef", 50, whenDown, "1", 1),
                    ExternalCheck.class);
        }
        assertReadsBack(Membership.lease("abc"), Membership.class);
        assertReadsBack(
                new Membership("abc", Membership.Kind.DELTA, room, 4, 2, List.of("7"), List.of("8"), 9),
                Membership.class);
        assertReadsBack(new MembershipRequest("abc", null), MembershipRequest.class);
        assertReadsBack(
                new Membership(
                        "abc",
                        Membership.Kind.SNAPSHOT,
                        room,
                        4,
                        2,
                        List.of("7"),
                        List.of(),
                        9,
                        List.of("w317"),
                        Map.of("web", 2),
                        1,
                        5,
                        3),
                Membership.class);
        assertReadsBack(new RoomStats(room, 1, 2, 3, 4), RoomStats.class);
        for (Long uniques : new Long[] {null, 5L}) {
            assertReadsBack(
                    new RoomStats(
                            room,
                            1,
                            2,
                            3,
                            4,
                            true,
                            Map.of("web", 1),
                            new RoomStats.Stream("k3", 2, 1, uniques, 6, 7, 8),
                            9,
                            Map.of("abc", new RoomStats.Counted(1, 2, 3))),
                    RoomStats.class);
            assertReadsBack(new Report(room, "k3", 2, 1, 2, 3, uniques, 4, 5, 6), Report.class);
        }
        assertReadsBack(
                new DirectRecord(DirectRecord.Op.SEND, "default", "7", "8", "c1", "text", "hi", 0, "abc", 5),
                DirectRecord.class);
        DirectRecord rated = DirectRecord.edit("default", "7", "8", "m1", "hi", true, "abc", 5)
                .asRated();
        assertReadsBack(rated, DirectRecord.class);
        assertTrue(rated.withBody("ho").rated());
        DirectMessage message = new DirectMessage("m1", "7", "8", 1, "text", "hi", 5);
        assertReadsBack(Delivery.message("default", List.of("7", "8"), message, "7", "abc"), Delivery.class);
        assertReadsBack(Delivery.message("default", List.of("7", "8"), message), Delivery.class);
        assertReadsBack(Delivery.sent("default", 5, message), Delivery.class);
        assertReadsBack(
                Delivery.refused("default", 5, Refusal.retry(ErrorCode.UNAVAILABLE, "away", 100)), Delivery.class);
        assertReadsBack(Delivery.read("default", List.of("7"), "7", "8", 3), Delivery.class);
        DirectMessage mortal = new DirectMessage("m1", "7", "8", 1, "text", "hi", 5, "", Revision.NONE, 9);
        assertReadsBack(Delivery.message("default", List.of("7"), mortal), Delivery.class);
    }

    @Test
    void whatAnOlderDmServiceSaysOfAMessageLivesForEver() {
        DirectMessage before = Json.read(
                ("{\"mid\":\"m1\",\"from\":\"7\",\"to\":\"8\",\"seq\":1,\"kind\":\"text\",\"body\":\"hi\",\"tsMs\":5,"
                                + "\"reply\":\"\",\"revision\":{\"number\":3,\"editedMs\":4,\"recalledMs\":0}}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                DirectMessage.class);
        assertEquals(0, before.expiresMs());
        assertEquals(new Revision(3, 4, 0, "", ""), before.revision());
        assertFalse(before.expiredAt(Long.MAX_VALUE));
    }

    @Test
    void whatAnOlderEdgeAndRoomServiceSayOfViewersIsStillRead() {
        Membership before = Json.read(
                ("{\"edge\":\"abc\",\"kind\":\"DELTA\",\"room\":{\"tenant\":\"default\",\"room\":\"42\"},\"n\":4,"
                                + "\"viewers\":2,\"joined\":[\"7\"],\"left\":[],\"sent\":9}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Membership.class);
        assertEquals(
                new Membership(
                        "abc", Membership.Kind.DELTA, new RoomKey("default", "42"), 4, 2, List.of("7"), List.of(), 9),
                before);
        RoomStats stats = Json.read(
                ("{\"room\":{\"tenant\":\"default\",\"room\":\"42\"},\"online\":1,\"users\":1,\"peak\":3,"
                                + "\"perMinute\":4}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                RoomStats.class);
        assertEquals(3, stats.peak());
        assertNull(stats.stream());
    }

    @Test
    void marksReadBackAndStrangeOnesSayNothing() {
        for (Mark mark : List.of(
                Mark.PLAIN,
                new Mark(DeviceKind.WEB, Role.VIEWER, Profile.NO_LEVEL, 1),
                new Mark(DeviceKind.TV, Role.OWNER, 1_000, Mark.CONNECTIONS_MAX),
                new Mark(DeviceKind.BOT, Role.MEMBER, 0, 2))) {
            assertEquals(mark, Mark.parse(mark.text()));
        }
        assertEquals("", Mark.PLAIN.text());
        assertEquals("t51000x9999", new Mark(DeviceKind.TV, Role.OWNER, 1_000, 9_999).text());
        for (String strange : new String[] {null, "", "w", "w9", "wx", "w0x", "w0-", "x"}) {
            assertEquals(Mark.PLAIN, Mark.parse(strange), strange);
        }
        assertEquals(DeviceKind.OTHER, Mark.parse("?3").kind());
    }

    @Test
    void whatWasWrittenBeforeThereWasMoreToSayIsStillRead() {
        RoomState before = Json.read(
                ("{\"key\":{\"tenant\":\"default\",\"room\":\"42\"},\"epoch\":\"k3\",\"title\":\"t\",\"durability\":\"LOGGED\",\"open\":true,"
                                + "\"policy\":{\"slowModeMs\":5,\"whoMaySend\":\"HOST\",\"textLengthMax\":20,\"bestEffortPerSecond\":7,"
                                + "\"noLinks\":true,"
                                + "\"retentionHours\":48},\"version\":3,\"createdAtMs\":5}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                RoomState.class);
        assertEquals(
                PolicyJson.merged(
                        RoomPolicy.DEFAULT,
                        Json.object()
                                .put("slowModeMs", 5)
                                .put("whoMaySend", "host")
                                .put("textLengthMax", 20)
                                .put("bestEffortPerSecond", 7)
                                .put("retentionHours", 48)),
                before.policy());
        assertNull(before.pin());
        Sanction mute = Json.read(
                ("{\"id\":\"s\",\"room\":{\"tenant\":\"default\",\"room\":\"42\"},\"epoch\":\"k3\",\"user\":\"7\",\"kind\":\"mute\","
                                + "\"reason\":\"\",\"by\":\"1\",\"atMs\":1,\"untilMs\":9}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Sanction.class);
        assertEquals(
                new Sanction("s", new RoomKey("default", "42"), "k3", "7", Sanction.Kind.MUTE, "", "1", 1, 9), mute);
    }

    private static Sanction ofDevice(RoomKey room) {
        return new Sanction("s", room, "k3", null, "d:1", null, Sanction.Kind.BAN, "", "1", 1, Sanction.FOREVER_MS, 3);
    }

    private static Sanction ofAddress(RoomKey room, String epoch) {
        return new Sanction("s", room, epoch, null, null, "10.0.0.0/8", Sanction.Kind.BAN, "", "1", 1, 9, 0);
    }

    @Test
    void aSanctionsKeySaysWhereAndAboutWhomAndNoTwoAreTheSame() {
        RoomKey room = new RoomKey("default", "42");
        assertEquals("sanction:default/42/device:d:1/ban", StateKeys.sanction(ofDevice(room)));
        assertEquals("sanction:default/42/address:10.0.0.0/8/ban", StateKeys.sanction(ofAddress(room, "k3")));
        RoomKey owned = RoomKey.ownedBy("default", "7");
        assertEquals("sanction:default/@7/8/mute", StateKeys.sanction(owned, "8", Sanction.Kind.MUTE));
        assertEquals("7", owned.owner());
        assertNull(room.owner());
    }

    @Test
    void whatIsNeitherARoomNorAnOwnerIsNoPlace() {
        for (String bad : List.of("", "@", "@a b", "a@b", "@" + "x".repeat(65), "../etc")) {
            assertThrows(IllegalArgumentException.class, () -> new RoomKey("default", bad), bad);
        }
    }

    @Test
    void aSanctionIsAboutOneOfThree() {
        RoomKey room = new RoomKey("default", "42");
        assertThrows(
                IllegalArgumentException.class,
                () -> new Sanction("s", room, "k3", null, Sanction.Kind.MUTE, "", "1", 1, 2));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Sanction("s", room, "k3", "7", "d", null, Sanction.Kind.MUTE, "", "1", 1, 2, 0));
    }

    @Test
    void aSanctionHoldsInItsEpochUntilItsEndOrThatOfItsStream() {
        RoomKey room = new RoomKey("default", "42");
        RoomState first = new RoomState(
                room, "k3", "", io.danmaku.protocol.room.Durability.LOGGED, true, RoomPolicy.DEFAULT, 3, 5);
        RoomState live = first.changed("", RoomPolicy.DEFAULT, first.profile().withLive(true), 6);
        RoomState over = live.changed("", RoomPolicy.DEFAULT, first.profile().withLive(false), 7);
        Sanction thisStream =
                new Sanction("s", room, "k3", "7", null, null, Sanction.Kind.BAN, "", "1", 1, Sanction.FOREVER_MS, 1);
        assertTrue(thisStream.holds(first, 2), "the stream that comes next is the one meant");
        assertTrue(thisStream.holds(live, 2));
        assertFalse(thisStream.holds(over, 2));
        assertFalse(thisStream.lifted().holds(live, 2));
        assertFalse(ofDevice(room).holds(live, 2), "of another stream");
        assertTrue(ofAddress(room, "k3").holds(over, 8));
        assertFalse(ofAddress(room, "k3").holds(over, 9));
        assertFalse(ofAddress(room, "k2").holds(over, 8));
        assertTrue(ofAddress(RoomKey.ownedBy("default", "1"), "").holds(over, 8), "whatever the room's epoch");
    }

    @Test
    void aDeletionsKeySaysWhatOfTheRoomIsDeleted() {
        RoomKey room = new RoomKey("default", "42");
        assertEquals("deletion:default/42/k3/event/5", StateKeys.deletion(new Deletion(room, "k3", "", 5, 5, "1", 1)));
        assertEquals("deletion:default/42/k3/user/7", StateKeys.deletion(new Deletion(room, "k3", "7", 1, 1, "1", 1)));
        assertEquals(
                StateKeys.deletionOfAll(room, "k3"), StateKeys.deletion(new Deletion(room, "k3", "", 1, 9, "1", 1)));
        assertTrue(StateKeys.isDeletion(StateKeys.deletionOfAll(room, "k3")));
        assertTrue(StateKeys.isGrant(StateKeys.grant(room, "7")));
        assertTrue(StateKeys.isWords(StateKeys.words("default", "", "l")));
        assertEquals(
                new StateKeys.WordsKey("default", "", "l"), StateKeys.WordsKey.of(StateKeys.words("default", "", "l")));
        assertEquals(
                new StateKeys.WordsKey("t-1", "42", "a_b"), StateKeys.WordsKey.of(StateKeys.words("t-1", "42", "a_b")));
        assertTrue(StateKeys.words("default", "42", "l").startsWith(StateKeys.wordsIn("default", "42")));
        assertFalse(StateKeys.words("default", "42", "l").startsWith(StateKeys.wordsIn("default", "")));
    }

    private static <T> void assertReadsBack(T value, Class<T> type) {
        assertEquals(value, Json.read(Json.bytes(value), type));
    }
}
