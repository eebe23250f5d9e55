package io.danmaku.edge.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.room.RoomKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The ledger against a reader of the log that knows only the rules of numbering. */
final class PresenceLedgerModelTest {

    /** What a reader holds of one room of this edge. */
    private static final class Seen {
        private long n;
        private int viewers;
        private final Set<String> users = new HashSet<>();
    }

    private final Map<RoomKey, Map<String, Integer>> truth = new HashMap<>();
    private final Map<RoomKey, Seen> seen = new HashMap<>();
    private final List<Membership> onTheWay = new ArrayList<>();
    private PresenceLedger ledger;
    private long nowMs;

    @Property(tries = 500)
    void aReaderEndsWithTheTruthAndNeverMissesANumberUnlessASendFailed(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int steps) {
        truth.clear();
        seen.clear();
        onTheWay.clear();
        ledger = new PresenceLedger("e1");
        Random random = new Random(seed);
        for (int i = 0; i < steps; i++) {
            step(random);
        }
        for (int quiet = 0; quiet < 5; quiet++) {
            nowMs += PresenceLedger.SENT_INTERVAL_MS;
            onTheWay.addAll(ledger.due(nowMs, Integer.MAX_VALUE));
            settleAll();
        }
        for (Map.Entry<RoomKey, Map<String, Integer>> room : truth.entrySet()) {
            Seen of = seen.getOrDefault(room.getKey(), new Seen());
            int viewers = room.getValue().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            assertEquals(viewers, of.viewers, "viewers of " + room.getKey());
            assertEquals(room.getValue().keySet(), of.users, "users of " + room.getKey());
        }
        assertEquals(
                truth.values().stream().filter(users -> !users.isEmpty()).count(), ledger.rooms(), "rooms remembered");
    }

    private void step(Random random) {
        RoomKey room = new RoomKey("default", "r" + random.nextInt(3));
        String user = "u" + random.nextInt(4);
        Map<String, Integer> users = truth.computeIfAbsent(room, absent -> new TreeMap<>());
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                users.merge(user, 1, Integer::sum);
                ledger.moved(room, user, 1, nowMs);
            }
            case 3, 4 -> {
                if (users.containsKey(user)) {
                    users.compute(user, (id, count) -> count == 1 ? null : Integer.valueOf(count - 1));
                    ledger.moved(room, user, -1, nowMs);
                }
            }
            case 5 -> ledger.sent(room, 1, nowMs);
            case 6 -> {
                if (random.nextBoolean()) {
                    ledger.askAll();
                } else {
                    ledger.ask(room, nowMs);
                }
            }
            case 7 -> settleOne(random);
            default -> {
                nowMs += random.nextInt((int) PresenceLedger.SENT_INTERVAL_MS);
                onTheWay.addAll(ledger.due(nowMs, 1 + random.nextInt(3)));
            }
        }
    }

    private void settleOne(Random random) {
        if (onTheWay.isEmpty()) {
            return;
        }
        Membership record = onTheWay.remove(0);
        switch (random.nextInt(4)) {
            case 0 -> ledger.failed(record, nowMs);
            case 1 -> {
                read(record);
                ledger.failed(record, nowMs); // it is in the log although nobody heard so
            }
            default -> {
                read(record);
                ledger.acknowledged(record);
            }
        }
    }

    private void settleAll() {
        for (Membership record : onTheWay) {
            read(record);
            ledger.acknowledged(record);
        }
        onTheWay.clear();
    }

    private void read(Membership record) {
        Seen of = seen.computeIfAbsent(record.room(), absent -> new Seen());
        assertTrue(record.n() > of.n, "no number is given twice");
        if (record.kind() == Membership.Kind.SNAPSHOT) {
            of.users.clear();
        } else {
            assertEquals(of.n + 1, record.n(), "a delta follows on what was read");
            assertTrue(record.joined().stream().noneMatch(of.users::contains), "who joined was not there");
            assertTrue(of.users.containsAll(record.left()), "who left was there");
        }
        of.users.addAll(record.joined());
        record.left().forEach(of.users::remove);
        of.n = record.n();
        of.viewers = record.viewers();
    }
}
