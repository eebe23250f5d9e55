package io.danmaku.edge.roomlog;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EntrancesTest {
    private static final long SECOND_NS = 1_000_000_000;

    @Test
    void theFirstOfEachSecondAreToldOf() {
        Entrances entrances = new Entrances();
        assertTrue(entrances.announces("a", 2, 5));
        assertTrue(entrances.announces("b", 2, 6));
        assertFalse(entrances.announces("c", 2, SECOND_NS));
        assertTrue(entrances.announces("c", 2, SECOND_NS + 5));
        assertFalse(entrances.announces("d", 0, 9 * SECOND_NS));
    }

    @Test
    void nobodyIsToldOfTwiceInAMinute() {
        Entrances entrances = new Entrances();
        assertTrue(entrances.announces("a", 2, 0));
        assertFalse(entrances.announces("a", 2, 60 * SECOND_NS - 1));
        assertTrue(entrances.announces("a", 2, 60 * SECOND_NS));
    }

    /** @param stepsMs from one who comes to the next */
    @Property
    void howeverManyComeNoSecondHasMoreThanItMay(
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 400) Integer> stepsMs,
            @ForAll @IntRange(min = 1, max = 5) int perSecond,
            @ForAll @IntRange(min = 1, max = 300) int users) {
        Entrances entrances = new Entrances();
        List<Long> told = new ArrayList<>();
        Map<String, Long> last = new HashMap<>();
        long nowNs = 0;
        for (int i = 0; i < stepsMs.size(); i++) {
            nowNs += stepsMs.get(i) * 1_000_000L;
            String user = "u" + i % users;
            if (entrances.announces(user, perSecond, nowNs)) {
                Long before = last.put(user, nowNs);
                assertTrue(before == null || nowNs - before >= 60 * SECOND_NS);
                told.add(nowNs);
            }
        }
        for (int i = 2 * perSecond; i < told.size(); i++) {
            assertTrue(told.get(i) - told.get(i - 2 * perSecond) >= SECOND_NS, "more than two seconds' in one");
        }
    }
}
