package io.danmaku.edge.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.edge.presence.PresenceLedger.Move;
import io.danmaku.edge.presence.PresenceLedger.Who;
import io.danmaku.protocol.log.Mark;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The ledger against a reader of the log that knows only the rules of numbering. */
final class PresenceLedgerModelTest {

    private static final List<DeviceKind> KINDS = List.of(DeviceKind.WEB, DeviceKind.IOS, DeviceKind.OTHER);

    /** What a reader holds of one room of this edge. */
    private static final class Seen {
        private long n;
        private int viewers;
        private Map<String, Integer> devices = Map.of();
        private final Map<String, Mark> users = new HashMap<>();
    }

    /** What each user's connections are on. */
    private final Map<RoomKey, Map<String, List<DeviceKind>>> truth = new HashMap<>();

    private final Map<RoomKey, Seen> seen = new HashMap<>();
    private final List<Membership> onTheWay = new ArrayList<>();
    private PresenceLedger ledger;
    private long nowMs;

    @Property(tries = 500)
    void aReaderEndsWithTheTruthAndNeverMissesANumberUnlessASendFailed(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 200) int steps,
            @ForAll @IntRange(min = 1, max = 5) int namedMax) {
        truth.clear();
        seen.clear();
        onTheWay.clear();
        ledger = new PresenceLedger("e1", namedMax);
        Random random = new Random(seed);
        for (int i = 0; i < steps; i++) {
            step(random);
        }
        for (int quiet = 0; quiet < 8; quiet++) {
            nowMs += PresenceLedger.SENT_INTERVAL_MS;
            onTheWay.addAll(ledger.due(nowMs, Integer.MAX_VALUE));
            settleAll();
        }
        truth.forEach((room, users) -> {
            Seen of = seen.getOrDefault(room, new Seen());
            Map<String, Integer> devices = new TreeMap<>();
            users.values().forEach(kinds -> kinds.forEach(kind -> devices.merge(kind.wireName(), 1, Integer::sum)));
            assertEquals(devices.values().stream().mapToInt(Integer::intValue).sum(), of.viewers, "viewers of " + room);
            assertEquals(devices, of.devices, "devices of " + room);
            assertEquals(users.keySet(), of.users.keySet(), "users of " + room);
            users.forEach((user, kinds) -> {
                Mark mark = of.users.get(user);
                assertEquals(kinds.size(), mark.connections(), "connections of " + user);
                assertTrue(kinds.contains(mark.kind()), user + " is on " + kinds + " and told on " + mark.kind());
            });
        });
        assertEquals(
                truth.values().stream().filter(users -> !users.isEmpty()).count(), ledger.rooms(), "rooms remembered");
    }

    private void step(Random random) {
        RoomKey room = new RoomKey("default", "r" + random.nextInt(3));
        String user = "u" + random.nextInt(4);
        Map<String, List<DeviceKind>> users = truth.computeIfAbsent(room, absent -> new TreeMap<>());
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                DeviceKind kind = KINDS.get(random.nextInt(KINDS.size()));
                users.computeIfAbsent(user, absent -> new ArrayList<>()).add(kind);
                ledger.moved(new Who(room, user, kind), new Move(1, 1, Role.VIEWER, random.nextInt(2)), nowMs);
            }
            case 3, 4 -> {
                if (users.containsKey(user)) {
                    List<DeviceKind> kinds = users.get(user);
                    DeviceKind kind = kinds.remove(random.nextInt(kinds.size()));
                    if (kinds.isEmpty()) {
                        users.remove(user);
                    }
                    ledger.moved(new Who(room, user, kind), new Move(-1, 0, null, 0), nowMs);
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
            assertTrue(of.users.keySet().containsAll(record.left()), "who left was there");
        }
        for (int i = 0; i < record.joined().size(); i++) {
            of.users.put(record.joined().get(i), Mark.parse(record.marks().get(i)));
        }
        record.left().forEach(of.users::remove);
        of.devices = record.devices();
        of.n = record.n();
        of.viewers = record.viewers();
    }
}
