package io.danmaku.dm.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/**
 * Runs the real owner's code against tables whose rows arrive in any order, fail, or come late; owners die at any point,
 * overlap with their successors, and wake up again. Everything is derived from the seed, so a failure repeats.
 */
class OwnersTest {
    private static final List<String> USERS = List.of("1", "2", "3", "4");
    private static final InboundConfig CONFIG = new InboundConfig(1, 4, 6, 12, 100, 10, 40, 3);

    /** One life of an owner, and what the broker has given it. */
    private static final class Owner implements PartitionOwner.Feed {
        final HandThread thread = new HandThread();
        final PartitionOwner owner;
        int next;
        boolean asleep;

        Owner(Run run) {
            Cache<ConversationKey, PartitionOwner.State> states = Caffeine.newBuilder()
                    .maximumSize(CONFIG.cachedConversations())
                    .executor(Runnable::run)
                    .build();
            this.run = run;
            owner = new PartitionOwner(
                    run.partition,
                    thread,
                    run.tables.ledger(),
                    states,
                    run::told,
                    CONFIG,
                    new InboundMetrics(new SimpleMeterRegistry()),
                    this);
            next = run.acknowledged;
        }

        private final Run run;

        @Override
        public void finishedUpTo(long index) {
            run.acknowledged = Math.max(run.acknowledged, (int) index + 1);
        }

        @Override
        public void roomAgain() {}

        boolean canReceive() {
            return next < run.log.size() && owner.hasRoom();
        }

        void receive() {
            owner.accept(run.log.get(next++));
        }

        boolean done() {
            return next >= run.log.size() && owner.idle() && thread.quiet();
        }

        void step(Random random) {
            if (canReceive() && (thread.quiet() || random.nextInt(3) == 0)) {
                receive();
            } else if (!thread.quiet()) {
                thread.step();
            }
        }
    }

    /** One log, its tables, and the owners that come and go. */
    private static final class Run {
        final Random random;
        final int partition;
        final List<LoggedRecord> log = new ArrayList<>();
        final ModelTables tables;
        final Map<Long, List<Outcome>> outcomes = new HashMap<>();
        int acknowledged;

        Run(long seed, int records, int failuresInHundred) {
            random = new Random(seed);
            tables = new ModelTables(random, failuresInHundred, this::checkMark);
            partition = random.nextInt(Topics.DIRECT_PARTITIONS);
            List<DirectRecord> sent = new ArrayList<>();
            while (log.size() < records) {
                DirectRecord record = record(sent);
                log.add(new LoggedRecord(record, partition, log.size(), 1_000 + log.size()));
            }
        }

        /** A tenant is searched for each pair so that all conversations lie in one partition, as in a real one. */
        private DirectRecord record(List<DirectRecord> sent) {
            int number = log.size();
            if (!sent.isEmpty() && random.nextInt(4) == 0) { // a client that did not hear the answer
                DirectRecord again = sent.get(random.nextInt(sent.size()));
                return new DirectRecord(
                        again.op(),
                        again.tenant(),
                        again.from(),
                        again.to(),
                        again.cid(),
                        again.kind(),
                        again.body(),
                        0,
                        "n",
                        number);
            }
            String from = USERS.get(random.nextInt(USERS.size()));
            String to = USERS.get(random.nextInt(USERS.size()));
            String tenant = tenant(from, to);
            if (random.nextInt(4) == 0) {
                return new DirectRecord(Op.READ, tenant, from, to, "", "", "", 1 + random.nextInt(20), "n", number);
            }
            DirectRecord record =
                    new DirectRecord(Op.SEND, tenant, from, to, "c" + number, "text", "body " + number, 0, "n", number);
            if (!from.equals(to)) {
                sent.add(record);
            }
            return record;
        }

        private String tenant(String a, String b) {
            int i = 0;
            while (Topics.directPartition(DirectRecord.conversation("t" + i, a, b)) != partition) {
                i++;
            }
            return "t" + i;
        }

        void told(DirectRecord record, Outcome outcome) {
            outcomes.computeIfAbsent(record.sendId(), k -> new ArrayList<>()).add(outcome);
        }

        /** Whatever is under the mark must be there for a device that asks for it now. */
        void checkMark(long mark) {
            Map<String, Long> expected = expectedMessages(mark);
            expected.forEach((id, at) -> {
                assertNotNull(tables.content.get(id), "the mark " + mark + " hides a hole");
                assertEquals(at, tables.content.get(id).logIndex());
                assertEquals(
                        id,
                        tables.ownerLog
                                .get(tables.content.get(id).message().to())
                                .get(at));
                assertEquals(
                        id,
                        tables.ownerLog
                                .get(tables.content.get(id).message().from())
                                .get(at));
            });
        }

        /** Message ids up to an index of the log, with the index of their first record. */
        private Map<String, Long> expectedMessages(long upTo) {
            Map<String, Long> first = new LinkedHashMap<>();
            for (LoggedRecord logged : log) {
                if (logged.index() <= upTo && logged.record().op() == Op.SEND && Rules.check(logged.record()) == null) {
                    first.putIfAbsent(Rules.messageId(logged.record()), logged.index());
                }
            }
            return first;
        }
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void whateverDiesOverlapsOrComesLateTheRowsAreThoseOfTheLog(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int records,
            @ForAll @IntRange(max = 20) int fails) {
        Run run = new Run(seed, records, fails);
        List<Owner> owners = new ArrayList<>();
        for (int steps = run.random.nextInt(100 * records); steps > 0; steps--) {
            disturb(run, owners);
            step(run, owners);
        }
        // all goes on, but one that sleeps wakes only when the others have finished
        owners.add(new Owner(run));
        finish(run, owners);
        owners.forEach(owner -> owner.asleep = false);
        finish(run, owners);
        check(run);
    }

    private void disturb(Run run, List<Owner> owners) {
        Owner any = owners.isEmpty() ? null : owners.get(run.random.nextInt(owners.size()));
        int luck = run.random.nextInt(400);
        if (any == null || (luck == 0 && owners.size() < 3)) { // a successor, while the old one goes on
            owners.add(new Owner(run));
        } else if (luck == 1) { // dies; what it has sent may still arrive
            owners.remove(any);
        } else if (luck
                == 2) { // its connection breaks, or it is active again: the broker starts at what is not acknowledged
            any.next = run.acknowledged;
        } else if (luck == 3) {
            any.asleep = !any.asleep;
        }
    }

    private static void step(Run run, List<Owner> owners) {
        if (!run.tables.quiet() && run.random.nextBoolean()) {
            run.tables.step();
        } else if (!owners.isEmpty()) {
            Owner owner = owners.get(run.random.nextInt(owners.size()));
            if (!owner.asleep) {
                owner.step(run.random);
            }
        }
    }

    private static void finish(Run run, List<Owner> owners) {
        for (int steps = 0; !run.tables.quiet() || !owners.stream().allMatch(o -> o.asleep || o.done()); steps++) {
            assertTrue(steps < 1_000_000, "does not end");
            step(run, owners);
        }
    }

    /** The simplest thing that could be true: the log, read once from the start. */
    private static void check(Run run) {
        Map<ConversationKey, List<LoggedRecord>> messages = new LinkedHashMap<>();
        Map<String, Long> marks = new HashMap<>();
        Map<String, Long> first = run.expectedMessages(Long.MAX_VALUE);
        for (LoggedRecord logged : run.log) {
            DirectRecord record = logged.record();
            if (Rules.check(record) != null) {
                continue;
            }
            List<LoggedRecord> all = messages.computeIfAbsent(ConversationKey.of(record), k -> new ArrayList<>());
            if (record.op() == Op.READ) {
                long upTo = Math.min(record.seq(), all.size());
                marks.merge(ModelTables.pair(record.from(), record.to()), upTo, Math::max);
            } else if (first.get(Rules.messageId(record)) == logged.index()) {
                all.add(logged);
            }
        }
        assertEquals(first.keySet(), run.tables.content.keySet());
        messages.forEach((key, all) -> {
            checkSide(run, key.low(), key.high(), all, marks);
            checkSide(run, key.high(), key.low(), all, marks);
        });
        checkAnswers(run);
        assertEquals(run.log.size() - 1, run.tables.mark);
    }

    private static void checkSide(Run run, String owner, String peer, List<LoggedRecord> all, Map<String, Long> marks) {
        String side = ModelTables.pair(owner, peer);
        long mark = marks.getOrDefault(side, 0L);
        long unread = 0;
        TreeMap<Long, String> expected = new TreeMap<>();
        for (LoggedRecord logged : all) {
            long seq = expected.size() + 1L;
            expected.put(seq, Rules.messageId(logged.record()));
            unread += seq > mark && logged.record().to().equals(owner) ? 1 : 0;
        }
        TreeMap<Long, String> stored = new TreeMap<>();
        run.tables.rows(owner, peer).forEach((seq, row) -> stored.put(seq, row.messageId()));
        assertEquals(expected, stored, "each message once, numbered in the order of the log, for " + side);
        ModelTables.Contact contact = run.tables.contact(owner, peer);
        assertEquals(all.size(), contact.get("last_seq"));
        assertEquals(mark, contact.get("read_seq"), "read mark of " + side);
        assertEquals(mark, run.tables.contact(peer, owner).get("peer_read_seq"), "read mark of " + side + " as told");
        assertEquals(unread, contact.unread(), "unread of " + side);
    }

    /** Every answer to the same cid is the same, and every record was answered. */
    private static void checkAnswers(Run run) {
        Map<String, Object> answers = new HashMap<>();
        for (LoggedRecord logged : run.log) {
            List<Outcome> told = run.outcomes.get(logged.record().sendId());
            assertNotNull(told, "a record was not answered");
            for (Outcome outcome : told) {
                assertEquals(Rules.check(logged.record()) != null, outcome instanceof Outcome.Refused);
                Object message = outcome instanceof Outcome.Stored s
                        ? s.message()
                        : outcome instanceof Outcome.Repeat r ? r.first() : null;
                if (message != null) {
                    Object before = answers.putIfAbsent(Rules.messageId(logged.record()), message);
                    assertTrue(before == null || before.equals(message), "two answers to one cid");
                }
            }
        }
    }
}
