package io.danmaku.room.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MinuteCountTest {

    @Test
    void whatIsOlderThanAMinuteDoesNotCount() {
        MinuteCount count = new MinuteCount();
        count.add(500, 3);
        count.add(30_000, 4);
        assertEquals(7, count.sum(60_000));
        assertEquals(4, count.sum(61_000));
        assertEquals(0, count.sum(91_000));
        count.add(1_000_000, 1);
        assertEquals(1, count.sum(1_000_000));
    }

    @Property(tries = 300)
    void itIsTheSumOverTheSecondsOfTheLastMinute(@ForAll @Size(max = 80) List<@IntRange(max = 9_000) Integer> stepsMs) {
        MinuteCount count = new MinuteCount();
        List<Long> added = new ArrayList<>();
        long nowMs = 0;
        for (int step : stepsMs) {
            nowMs += step;
            count.add(nowMs, 1);
            added.add(nowMs);
            long second = nowMs / 1_000;
            long expected =
                    added.stream().filter(at -> second - at / 1_000 <= 60).count();
            assertEquals(expected, count.sum(nowMs));
        }
    }
}
