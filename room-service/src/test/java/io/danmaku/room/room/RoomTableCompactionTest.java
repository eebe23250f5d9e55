package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A topic that was compacted says the same as all of its records. */
class RoomTableCompactionTest {
    private static final int ROOMS = 4;

    /** One change of one room: deleted, closed or open; a version is what the writer made it. */
    record Step(int room, int what) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Written(String key, byte[] value, long atMs) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, ROOMS - 1),
                        Arbitraries.integers().between(0, 2))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 300)
    void aTableOfTheCompactedTopicEqualsOneOfAllRecords(@ForAll("steps") List<Step> steps) {
        List<Written> log = new ArrayList<>();
        long[] versions = new long[ROOMS];
        for (Step step : steps) {
            RoomKey key = new RoomKey("default", "r" + step.room());
            if (step.what() == 0) {
                versions[step.room()] = 0;
                log.add(new Written(StateKeys.room(key), null, log.size()));
            } else {
                RoomState state = RoomTableTest.room(key, ++versions[step.room()], step.what() == 1);
                log.add(new Written(StateKeys.room(key), Json.bytes(state), log.size()));
            }
        }
        Map<String, Written> compacted = new LinkedHashMap<>();
        for (Written w : log) {
            compacted.remove(w.key());
            if (w.value() != null) {
                compacted.put(w.key(), w);
            }
        }
        assertEquals(contents(log), contents(compacted.values()));
    }

    private static List<RoomState> contents(Iterable<Written> log) {
        RoomTable table = new RoomTable();
        log.forEach(w -> table.apply(w.key(), w.value(), w.atMs()));
        return table.rooms("default", null, ROOMS, room -> true);
    }
}
