package io.danmaku.bench.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

    @Example
    void aPlanArrivesAsItWasSent() {
        SwarmPlan plan = new SwarmPlan("127.0.0.1", 8080, List.of("a", "b"), "secret", 7, 20, 2);
        assertEquals(plan, SwarmPlan.of(new ObjectMapper().valueToTree(plan.command())));
    }
}
