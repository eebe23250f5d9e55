package io.danmaku.dm.conversation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static DirectRecord send(String from, String to, String cid, String kind, String body) {
        return new DirectRecord(Op.SEND, "default", from, to, cid, kind, body, 0, "n", 1);
    }

    private static ErrorCode refused(DirectRecord record) {
        return Rules.check(record).code();
    }

    @Test
    void aTextOfOneToFourThousandCharactersIsAccepted() {
        assertNull(Rules.check(send("7", "8", "a", "text", "x")));
        assertNull(Rules.check(send("7", "8", "a", "text", "x".repeat(4_000))));
        assertNull(Rules.check(send("7", "8", "a", "text", "😀".repeat(2_000))));
        assertEquals(ErrorCode.TOO_LONG, refused(send("7", "8", "a", "text", "x".repeat(4_001))));
        assertEquals(ErrorCode.BAD_FIELD, refused(send("7", "8", "a", "text", "")));
        assertEquals(ErrorCode.BAD_FIELD, refused(send("7", "8", "a", "text", null)));
    }

    @Test
    void aNoticeHasATitle() {
        assertNull(Rules.check(send("system", "8", "a", "notice", "{\"title\":\"Hello\"}")));
        assertNull(Rules.checkContent("notice", "{\"title\":\"Hello\",\"url\":\"https://x.example/\"}"));
        assertEquals(
                ErrorCode.BAD_FIELD,
                Rules.checkContent("notice", "{\"text\":\"x\"}").code());
        assertEquals(ErrorCode.UNSUPPORTED, Rules.checkContent("smoke", "{}").code());
    }

    private static final Windows WINDOWS = new Windows(1_000, 1_000);

    private static StoredMessage sent(String kind, String body) {
        LoggedRecord record = new LoggedRecord(send("7", "8", "a", kind, body), 3, 10, 5);
        return Rules.message(record, Place.START, 0);
    }

    private static LoggedRecord change(Op op, String from, String to, StoredMessage message, long index) {
        String mid = message.message().mid();
        DirectRecord record = op == Op.EDIT
                ? DirectRecord.edit("default", from, to, mid, "{\"title\":\"Bye\"}", false, "n", 1)
                : DirectRecord.change(op, "default", from, to, mid, "", "n", 1);
        return new LoggedRecord(record, 3, index, 6);
    }

    @Test
    void aNoticeIsTakenBackAndNotEdited() {
        StoredMessage notice = sent("notice", "{\"title\":\"Hello\"}");
        Refusal refusal = Rules.checkChange(change(Op.EDIT, "7", "8", notice, 11), notice, WINDOWS);
        assertEquals(ErrorCode.FORBIDDEN, refusal.code());
        assertNull(Rules.checkChange(change(Op.RECALL, "7", "8", notice, 11), notice, WINDOWS));
        StoredMessage card = sent("card", "{\"title\":\"Hello\"}");
        assertNull(Rules.checkChange(change(Op.EDIT, "7", "8", card, 11), card, WINDOWS));
    }

    @Test
    void whatWasRecalledIsHiddenAllTheSameAndNothingElseIsDoneWithIt() {
        StoredMessage text = sent("text", "x");
        LoggedRecord recall = change(Op.RECALL, "7", "8", text, 11);
        StoredMessage recalled = new StoredMessage(
                text.tenant(), Rules.changed(recall, text.message()), 3, 10, text.receivedByRecipient());
        assertTrue(recalled.goneBefore(12));
        for (String owner : List.of("7", "8")) {
            String peer = owner.equals("7") ? "8" : "7";
            assertNull(Rules.checkChange(change(Op.HIDE, owner, peer, recalled, 12), recalled, WINDOWS));
            Refusal refusal = Rules.checkChange(change(Op.REACT, owner, peer, recalled, 12), recalled, WINDOWS);
            assertEquals(ErrorCode.NOT_FOUND, refusal.code());
        }
    }

    @Test
    void halfASurrogatePairIsRefusedBecauseItHasNoBytes() {
        for (String half : List.of("\ud83d", "\ude00", "\ude00\ud83d", "a\ud83d", "\ud83da")) {
            assertEquals(ErrorCode.BAD_FIELD, refused(send("7", "8", "a", "text", half)));
        }
    }

    @Test
    void otherKindsAndOneselfAreRefused() {
        assertEquals(ErrorCode.UNSUPPORTED, refused(send("7", "8", "a", "smoke", "x")));
        assertEquals(ErrorCode.BAD_FIELD, refused(send("7", "7", "a", "text", "x")));
        assertEquals(ErrorCode.BAD_FIELD, refused(send("7", "a/b", "a", "text", "x")));
        assertEquals(ErrorCode.BAD_FIELD, refused(send("7", "8", "a b", "text", "x")));
        assertEquals(
                ErrorCode.BAD_FIELD, refused(new DirectRecord(Op.READ, "default", "7", "8", "", "", "", 0, "", 0)));
    }

    private static ErrorCode expiry(long seconds) {
        return codeOf(Rules.check(DirectRecord.upTo(Op.EXPIRE, "default", "7", "8", seconds, "n", 1)));
    }

    private static ErrorCode codeOf(Refusal refusal) {
        return refusal == null ? null : refusal.code();
    }

    @Test
    void howLongMessagesLiveHasBounds() {
        for (long seconds : new long[] {0, 5, 31_536_000}) {
            assertNull(expiry(seconds));
        }
        for (long seconds : new long[] {-1, 1, 4, 31_536_001}) {
            assertEquals(ErrorCode.BAD_FIELD, expiry(seconds));
        }
        assertEquals(0, Rules.livesMs(0, 0));
        assertEquals(5_000, Rules.livesMs(5, 0));
        assertEquals(9, Rules.livesMs(0, 9));
        assertEquals(9, Rules.livesMs(5, 9), "the shorter one counts");
        assertEquals(5_000, Rules.livesMs(5, 9_000));
    }

    @Test
    void whatLivesNoMoreByTheTimeOfARecordIsThereOnlyToBeHidden() {
        DirectRecord send = send("7", "8", "a", "text", "x");
        StoredMessage message = Rules.message(new LoggedRecord(send, 3, 1, 1_000), Place.START, 5_000);
        assertEquals(6_000, message.message().expiresMs());
        String mid = message.message().mid();
        Windows windows = new Windows(10_000, 10_000);
        for (Op op : List.of(Op.EDIT, Op.RECALL, Op.REACT, Op.HIDE)) {
            DirectRecord record = op == Op.EDIT
                    ? DirectRecord.edit("default", "7", "8", mid, "y", true, "n", 1)
                    : DirectRecord.change(op, "default", "7", "8", mid, "", "n", 1);
            assertNull(Rules.checkChange(new LoggedRecord(record, 3, 2, 5_999), message, windows));
            assertEquals(
                    op == Op.HIDE ? null : ErrorCode.NOT_FOUND,
                    codeOf(Rules.checkChange(new LoggedRecord(record, 3, 2, 6_000), message, windows)));
        }
    }

    @Test
    void theIdHangsOnWhoWroteToWhomUnderWhichCidAndOnNothingElse() {
        String id = Rules.messageId(send("7", "8", "a", "text", "x"));
        assertEquals(22, id.length());
        assertEquals(id, Rules.messageId(send("7", "8", "a", "text", "another body")));
        assertNotEquals(id, Rules.messageId(send("8", "7", "a", "text", "x")));
        assertNotEquals(id, Rules.messageId(send("7", "9", "a", "text", "x")));
        assertNotEquals(id, Rules.messageId(send("7", "8", "b", "text", "x")));
    }

    @Test
    void whatTheProductSendsIsCountedApart() {
        Place place = Place.START;
        String[] kinds = {"notice", "text", "notice", "card"};
        for (int i = 0; i < kinds.length; i++) {
            String body = kinds[i].equals("text") ? "x" : "{\"title\":\"x\"}";
            LoggedRecord logged = new LoggedRecord(send("7", "8", "c" + i, kinds[i], body), 3, i, 5);
            place = Rules.message(logged, place, 0).place();
        }
        assertEquals(new Place(4, 0, 2), place);
    }

    @Property
    void bothSidesTogetherHaveReceivedEveryMessage(@ForAll List<Boolean> toLow) {
        ConversationKey key = ConversationKey.of("default", "7", "8");
        Place place = Place.START;
        long received = 0;
        for (int i = 0; i < toLow.size(); i++) {
            String to = toLow.get(i) ? "7" : "8";
            String from = toLow.get(i) ? "8" : "7";
            StoredMessage message =
                    Rules.message(new LoggedRecord(send(from, to, "c" + i, "text", "x"), 3, i, 5), place, 0);
            received += toLow.get(i) ? 1 : 0;
            place = message.place();
            assertEquals(i + 1L, place.seq());
            assertEquals(received, place.receivedBy(key, "7"));
            assertEquals(place.seq() - received, place.receivedBy(key, "8"));
            assertEquals(place.receivedBy(key, to), message.receivedByRecipient());
            assertEquals(place.receivedBy(key, from), message.receivedBySender());
        }
    }

    @Test
    void aMarkIsNotAboveTheNewestMessageAndMovedOnceByTheRecordThatSetIt() {
        ConversationKey key = ConversationKey.of("default", "7", "8");
        DirectRecord read = new DirectRecord(Op.READ, "default", "7", "8", "", "", "", 9, "", 0);
        assertEquals(4, Rules.upTo(read, new Place(4, 1)));
        Marks.Side side = Marks.Side.NONE.with(true, new Marks.Mark(4, 30));
        Marks marks = Marks.NONE.with(key, "7", side);
        assertEquals(side, marks.of(key, "7"));
        assertEquals(Marks.Side.NONE, marks.of(key, "8"));
        assertTrue(side.isMoved(true, 5, 31));
        assertTrue(side.isMoved(true, 4, 30), "by the same record again: of its rows one may be missing");
        assertFalse(side.isMoved(true, 4, 31), "nothing is new");
        assertFalse(side.isMoved(true, 3, 31), "it does not fall");
        assertFalse(side.isMoved(false, 4, 31), "what is read is delivered");
        assertEquals(4, side.seq(false));
        assertTrue(side.isMoved(false, 5, 31));
        assertFalse(Marks.Side.NONE.isMoved(true, 0, 0), "there is nothing to read");
    }
}
