package io.danmaku.dm.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.conversation.Windows;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.log.Revision;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/**
 * Runs the real owner's code against tables whose rows arrive in any order, fail, or come late; owners die at any point,
 * overlap with their successors, and wake up again. Everything is derived from the seed, so a failure repeats.
 */
class OwnersTest {
    private static final InboundConfig CONFIG =
            new InboundConfig(1, 4, 6, 12, 100, 10, 40, 3, new Windows(25, 12), 3, 0);

    /** One life of an owner, and what the broker has given it. */
    private static final class Owner implements PartitionOwner.Feed {
        final HandThread thread = new HandThread();
        final PartitionOwner owner;
        int next;
        boolean asleep;

        Owner(Run run) {
            Cache<ConversationKey, Handling.State> states = Caffeine.newBuilder()
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
        final List<LoggedRecord> log;
        final ModelTables tables;
        final Map<Long, List<Outcome>> outcomes = new HashMap<>();
        int acknowledged;

        Run(long seed, int records, int failuresInHundred) {
            random = new Random(seed);
            tables = new ModelTables(random, failuresInHundred, this::checkMark);
            partition = random.nextInt(Topics.DIRECT_PARTITIONS);
            log = new RandomLog(random, partition).records(records);
        }

        void told(DirectRecord record, Outcome outcome) {
            outcomes.computeIfAbsent(record.sendId(), k -> new ArrayList<>()).add(outcome);
        }

        /** Whatever is under the mark must be there for a device that asks for it now. */
        void checkMark(long mark) {
            Reference expected = new Reference(log, mark, CONFIG);
            expected.messages.forEach((id, message) -> {
                assertNotNull(tables.content.get(id), "the mark " + mark + " hides a hole");
                assertEquals(message.sent.index(), tables.content.get(id).sent.logIndex());
                List<Long> told = new ArrayList<>(message.changedBy);
                told.add(message.sent.index());
                for (long at : told) {
                    assertEquals(
                            id, tables.ownerLog.get(message.sent.record().to()).get(at));
                    assertEquals(id, tables.ownerLog.get(message.from()).get(at));
                }
            });
            expected.marked.forEach((owner, moved) -> assertEquals(
                    moved, tables.marked.get(owner).headMap(mark, true), "whose marks " + owner + " is told of"));
        }

        Reference reference() {
            return new Reference(log, Long.MAX_VALUE, CONFIG);
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
        } else if (luck < 7) { // by the end some of what is to go has gone
            run.tables.nowMs += run.random.nextInt(5_000);
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

    private static void check(Run run) {
        Reference expected = run.reference();
        assertEquals(expected.messages.keySet(), run.tables.content.keySet());
        expected.messages.forEach((mid, message) -> checkMessage(run, mid, message));
        expected.conversations.forEach((key, all) -> {
            checkSide(run, expected, key, key.low(), key.high(), all);
            checkSide(run, expected, key, key.high(), key.low(), all);
        });
        checkSettings(run, expected);
        checkAnswers(run, expected);
        assertEquals(run.log.size() - 1, run.tables.mark);
    }

    private static void checkSettings(Run run, Reference expected) {
        for (LoggedRecord logged : run.log) {
            DirectRecord record = logged.record();
            if (record.op() == Op.SETTINGS) {
                Writers writers = run.tables.own.writers(record.tenant(), record.from(), Long.MAX_VALUE);
                String allowed = expected.own.allowed(record.tenant(), record.from());
                assertEquals(allowed, writers.allowed().name().toLowerCase(Locale.ROOT));
                assertEquals(expected.own.strangers(record.tenant(), record.from()), writers.strangerMessages());
                assertEquals(
                        1,
                        Set.copyOf(run.outcomes.get(record.sendId())).size(),
                        "one answer to each change of settings");
            }
        }
    }

    private static void checkMessage(Run run, String mid, Reference.Message message) {
        DirectMessage now = run.tables.content.get(mid).at(run.tables.nowMs).message();
        boolean gone = message.isExpired(run.tables.nowMs);
        assertEquals(message.expiresMs, now.expiresMs(), "it lives as long as was in force when it was sent");
        assertEquals(gone ? "" : message.body, now.body());
        assertEquals(message.recalled, now.revision().recalled());
        assertEquals(
                message.signs.getOrDefault(message.from(), ""), now.revision().bySender());
        assertEquals(
                message.signs.getOrDefault(message.sent.record().to(), ""),
                now.revision().byRecipient());
        long newest = message.changedBy.isEmpty() ? 0 : message.changedBy.get(message.changedBy.size() - 1) + 1;
        assertEquals(newest, now.revision().number());
        NavigableMap<Long, String> versions = run.tables.versions.of(mid);
        assertEquals(message.versions.keySet(), versions.keySet(), "how often it was edited");
        if (!gone) {
            assertEquals(message.versions, versions, "all bodies it had");
        }
    }

    private static void checkSide(
            Run run, Reference expected, ConversationKey key, String owner, String peer, List<Reference.Message> all) {
        String name = ModelTables.pair(owner, peer);
        Reference.Side side = expected.side(key.tenant(), owner, peer);
        long unread = 0;
        TreeMap<Long, String> messages = new TreeMap<>();
        for (Reference.Message message : all) {
            messages.put(message.seq, Rules.messageId(message.sent.record()));
            boolean received = message.sent.record().to().equals(owner);
            unread += received && message.seq > Math.max(side.read, side.cleared) ? 1 : 0;
        }
        TreeMap<Long, String> stored = new TreeMap<>();
        run.tables.rows(owner, peer).forEach((seq, row) -> stored.put(seq, row.messageId()));
        assertEquals(messages, stored, "each message once, numbered in the order of the log, for " + name);
        ModelContact contact = run.tables.contact(owner, peer);
        assertEquals(all.size(), contact.get("last_seq"));
        assertEquals(all.stream().filter(Reference.Message::isNotice).count(), contact.get("notices"));
        assertEquals(side.read, contact.get("read_seq"), "read mark of " + name);
        assertEquals(side.delivered, contact.get("delivered_seq"), "delivered to " + name);
        ModelContact other = run.tables.contact(peer, owner);
        assertEquals(side.readTold, other.get("peer_read_seq"), "read mark as told of " + name);
        assertEquals(side.deliveredTold, other.get("peer_delivered_seq"), "delivered as told of " + name);
        assertEquals(unread, contact.unread(), "unread of " + name);
        assertEquals(side.cleared, contact.get("cleared_seq"), "cleared by " + name);
        assertEquals(
                expected.expiries.getOrDefault(key, 0L),
                contact.get("expiry"),
                "how long what is sent to or by " + name + " lives");
        assertEquals(
                side.hidden, new HashSet<>(run.tables.hidden.getOrDefault(name, new TreeSet<>())), "hidden by " + name);
        if (side.hidden.contains((long) all.size())) {
            assertEquals(all.size(), contact.get("hidden_seq"), "the last one is hidden by " + name);
        }
        var blocks = run.tables.blocks.getOrDefault(name, new TreeMap<>());
        Relation relation = run.tables.own.relation(key.tenant(), owner, peer, Long.MAX_VALUE);
        assertEquals(
                Relation.NONE.with(Json.object().setAll(expected.own.relation(key.tenant(), owner, peer))),
                relation,
                "what " + name + " says");
        assertEquals(side.blocks, !blocks.isEmpty() && blocks.lastEntry().getValue(), "blocked by " + name);
        for (long index : side.notes) {
            String note = run.tables.notes.get(owner).get(index);
            assertNotNull(note, "devices hear of record " + index);
            assertTrue(note.contains("\"rev\":" + (index + 1)), "which of two is the later one: " + note);
        }
    }

    /** Every record was answered, each time in the same way: places are the same for ever, and so is what is refused. */
    private static void checkAnswers(Run run, Reference expected) {
        Map<String, String> places = new HashMap<>();
        for (LoggedRecord logged : run.log) {
            List<Outcome> told = run.outcomes.get(logged.record().sendId());
            assertNotNull(told, "a record was not answered");
            checkMoves(told, expected.moves.get(logged.index()));
            for (Outcome outcome : told) {
                ErrorCode refused =
                        outcome instanceof Outcome.Refused r ? r.refusal().code() : null;
                assertEquals(expected.refusals.get(logged.index()), refused, () -> "what is refused of " + logged);
                if (outcome instanceof Outcome.Changed changed) {
                    Revision now = changed.message().revision();
                    boolean again = now.recalled() && logged.record().op() == Op.RECALL;
                    assertTrue(again || now.number() > logged.index(), "an older form is told");
                    boolean byThis = now.number() == logged.index() + 1;
                    assertTrue(!byThis || now.recalled() == (logged.record().op() == Op.RECALL), "recalled, and told");
                }
                DirectMessage message = outcome instanceof Outcome.Stored s
                        ? s.message()
                        : outcome instanceof Outcome.Repeat r ? r.first() : null;
                if (message != null) {
                    String place = message.mid() + " " + message.seq() + " " + message.tsMs();
                    String before = places.putIfAbsent(Rules.messageId(logged.record()), place);
                    assertTrue(before == null || before.equals(place), "two answers to one cid");
                }
            }
        }
    }

    /** A mark is told by the record that moved it, whoever handles that, and by no other; never to who blocks its user. */
    private static void checkMoves(List<Outcome> told, Outcome.Marked move) {
        List<Outcome> moved = told.stream()
                .filter(outcome -> outcome instanceof Outcome.Marked marked && marked.moved())
                .toList();
        assertEquals(move == null, moved.isEmpty(), "told when it has moved");
        moved.forEach(outcome -> assertEquals(move, outcome));
    }
}
