package io.danmaku.bench.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class SwarmPlanTest {
    @Property
    void theShareOfViewersThatCheckIsKeptAndIsNeverNone(
            @ForAll @IntRange(min = 1, max = 20_000) int viewers, @ForAll @IntRange(max = 100) int percent) {
        SwarmPlan plan = new SwarmPlan("h", 1, List.of("r"), "s", viewers, percent, 1);
        assertEquals(
                Math.max(1, viewers * percent / 100),
                IntStream.range(0, viewers).filter(plan::checks).count());
    }

    @Property
    void theShareOfViewersThatStopIsKeptAndTheyCheckBesidesThoseWhoDoAnyway(
            @ForAll @IntRange(min = 10, max = 20_000) int viewers) {
        SwarmPlan plan =
                new SwarmPlan("h", 1, List.of("r"), "s", viewers, 10, 1, new Habits(10, List.of(), 0, 0, false));
        long stop = IntStream.range(0, viewers).filter(plan::stops).count();
        assertEquals(viewers / 10, stop);
        assertTrue(IntStream.range(0, viewers).filter(plan::stops).allMatch(plan::checks));
        assertTrue(IntStream.range(0, viewers).anyMatch(i -> plan.checks(i) && !plan.stops(i)));
    }

    @Example
    void aPlanArrivesAsItWasSent() {
        SwarmPlan plan = new SwarmPlan(
                "127.0.0.1",
                8080,
                List.of("a", "b"),
                "secret",
                7,
                20,
                2,
                new Habits(5, List.of("a:1", "b:2"), 3, 4, true));
        assertEquals(plan, SwarmPlan.of(new ObjectMapper().valueToTree(plan.command())));
    }
}
