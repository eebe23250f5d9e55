package io.danmaku.dm.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.conversation.Windows;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bounds of an owner, and what it does with records that should not be there. */
class PartitionOwnerTest {
    private static final InboundConfig CONFIG =
            new InboundConfig(1, 4, 3, 5, 100, 10, 40, 100, new Windows(1_000, 1_000), 0, 0);
    private static final String ANN = "1";
    private static final String BOB = "2";
    private static final int PARTITION = Topics.directPartition(DirectRecord.conversation("default", ANN, BOB));

    private final HandThread thread = new HandThread();
    private final List<Outcome> told = new ArrayList<>();
    private final List<Long> marks = new ArrayList<>();
    private final ModelTables tables = new ModelTables(new Random(1), 0, marks::add);

    private PartitionOwner owner() {
        PartitionOwner.Feed feed = new PartitionOwner.Feed() {
            @Override
            public void finishedUpTo(long index) {}

            @Override
            public void roomAgain() {}
        };
        return new PartitionOwner(
                PARTITION,
                thread,
                tables.ledger(),
                Caffeine.newBuilder().<ConversationKey, Handling.State>build(),
                (record, outcome) -> told.add(outcome),
                CONFIG,
                new InboundMetrics(new SimpleMeterRegistry()),
                feed);
    }

    private static LoggedRecord send(long index, String from, String to, String cid) {
        return new LoggedRecord(
                new DirectRecord(Op.SEND, "default", from, to, cid, "text", "x", 0, "", 0), PARTITION, index, index);
    }

    private void settle() {
        while (!thread.quiet() || !tables.quiet()) {
            if (!thread.quiet()) {
                thread.step();
            } else {
                tables.step();
            }
        }
    }

    private ErrorCode lastRefusal() {
        return assertInstanceOf(Outcome.Refused.class, told.get(told.size() - 1))
                .refusal()
                .code();
    }

    @Test
    void aRecordOfAnotherPartitionIsRefusedAndNotNumbered() {
        String elsewhere = "3";
        assertFalse(Topics.directPartition(DirectRecord.conversation("default", ANN, elsewhere)) == PARTITION);
        owner().accept(send(0, ANN, elsewhere, "c"));
        settle();
        assertEquals(ErrorCode.INTERNAL, lastRefusal());
        assertTrue(tables.content.isEmpty());
        assertEquals(List.of(0L), marks);
    }

    @Test
    void whenTheLogIsBehindItsTablesNothingIsOverwritten() {
        PartitionOwner first = owner();
        first.accept(send(50, ANN, BOB, "old"));
        settle();
        // the topic was deleted and made again
        PartitionOwner second = owner();
        second.accept(send(0, BOB, ANN, "new"));
        settle();
        assertEquals(ErrorCode.INTERNAL, lastRefusal());
        assertEquals(1, tables.content.size());
        assertEquals(1, tables.rows(ANN, BOB).size());
    }

    @Test
    void aMarkThatIsEqualIsNotToldAgainWhoeverHandlesIt() {
        PartitionOwner owner = owner();
        owner.accept(send(0, ANN, BOB, "c"));
        for (int i = 1; i <= 4; i++) {
            Op op = i <= 2 ? Op.DELIVERED : Op.READ;
            DirectRecord record = DirectRecord.upTo(op, "default", BOB, ANN, 1, "", 0);
            if (i % 2 == 0) {
                settle();
                owner = owner(); // it knows of the first one by the tables alone
            }
            owner.accept(new LoggedRecord(record, PARTITION, i, i));
        }
        settle();
        Outcome moved = new Outcome.Marked(1, true, true);
        Outcome equal = new Outcome.Marked(1, false, false);
        assertEquals(List.of(moved, equal, moved, equal), told.subList(1, told.size()));
    }

    @Test
    void whatMayNotBeSentAnyMoreIsAnsweredByWhatBecameOfItFirst() {
        PartitionOwner owner = owner();
        DirectRecord unsent = send(0, ANN, BOB, "c").record().asking();
        owner.accept(new LoggedRecord(unsent, PARTITION, 0, 0));
        owner.accept(send(1, ANN, BOB, "c"));
        owner.accept(new LoggedRecord(unsent, PARTITION, 2, 2));
        settle();
        assertEquals(
                ErrorCode.TEXT_REFUSED,
                assertInstanceOf(Outcome.Refused.class, told.get(0)).refusal().code());
        DirectMessage first =
                assertInstanceOf(Outcome.Stored.class, told.get(1)).message();
        assertEquals(new Outcome.Repeat(first), told.get(2));
        assertEquals(1, tables.rows(ANN, BOB).size());
        // by another owner, when the message is there already
        told.clear();
        owner().accept(new LoggedRecord(unsent, PARTITION, 0, 0));
        settle();
        assertEquals(ErrorCode.TEXT_REFUSED, lastRefusal());
    }

    @Test
    void itTakesNoMoreThanItMayWorkOn() {
        PartitionOwner owner = owner();
        for (int i = 0; i < CONFIG.workingMax(); i++) {
            assertTrue(owner.hasRoom());
            owner.accept(send(i, ANN, BOB, "c" + i));
        }
        assertFalse(owner.hasRoom());
        settle();
        assertTrue(owner.hasRoom());
        assertTrue(owner.idle());
        assertEquals(CONFIG.workingMax(), told.size());
    }

    @Test
    void itTakesNoMoreThanItMayLeaveUnmarked() {
        PartitionOwner owner = owner();
        for (int i = 0; i < CONFIG.unacknowledgedMax(); i++) {
            assertTrue(owner.hasRoom());
            owner.skip(i); // done at once, but the store does not answer
        }
        assertFalse(owner.hasRoom());
        settle();
        assertTrue(owner.hasRoom());
    }

    @Test
    void aQuietPartitionIsMarkedAtOnceAndABusyOneInStrides() {
        PartitionOwner owner = owner();
        owner.skip(0);
        assertFalse(tables.quiet());
        tables.step();
        thread.step();
        assertEquals(List.of(0L), marks);
        owner.skip(1);
        owner.skip(2);
        owner.skip(3);
        assertTrue(tables.quiet(), "waits for the interval");
        settle();
        assertEquals(List.of(0L, 3L), marks);
    }

    @Test
    void aMessageIsDecidedBehindTheSettingsBeforeItHoweverLateTheyAreWritten() {
        PartitionOwner owner = owner();
        String onlyContacts = "{\"writers\":\"contacts\",\"at\":1}";
        owner.accept(new LoggedRecord(
                DirectRecord.change(Op.SETTINGS, "default", BOB, "", "", onlyContacts, "", 0), PARTITION, 0, 0));
        owner.accept(send(1, ANN, BOB, "c"));
        while (tables.own.writers.isEmpty()) {
            assertTrue(tables.content.isEmpty());
            // of what storage was asked the newest arrives first
            tables.stepNewest();
            while (!thread.quiet()) {
                thread.step();
            }
        }
        settle();
        assertEquals(ErrorCode.BLOCKED, lastRefusal());
        assertTrue(tables.content.isEmpty());
    }

    @Test
    void whatIsStoppedLeavesTheRestToTheNextOwner() {
        PartitionOwner owner = owner();
        owner.accept(send(0, ANN, BOB, "c"));
        owner.stop();
        settle();
        assertTrue(told.isEmpty());
        assertTrue(marks.isEmpty());
    }
}
