package io.danmaku.edge.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OverloadTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<OverloadStep> told = new ArrayList<>();
    private long lagNs;
    private int memoryPercent;

    @Test
    void everyChangeIsHandedOnAndCountedAndTheGaugeTellsTheStep() {
        MemoryShare memory = new MemoryShare(100, () -> new MemoryShare.Reading(memoryPercent, 0, 0), () -> {});
        try (Overload overload = new Overload(LadderTest.LIMITS, () -> lagNs, () -> 0, memory, registry, told::add)) {
            lagNs = TimeUnit.SECONDS.toNanos(1);
            long nowNs = looks(overload, 0, 30);
            assertEquals(OverloadStep.SAMPLE, overload.step());
            assertEquals(2, registry.get("danmaku.overload.step").gauge().value());
            lagNs = 0;
            memoryPercent = 91;
            nowNs = looks(overload, nowNs, 30);
            assertEquals(OverloadStep.SHED, overload.step());
            assertEquals(0.91, registry.get("danmaku.memory.share").gauge().value());
            memoryPercent = 40;
            looks(overload, nowNs, 400);
            assertEquals(OverloadStep.NORMAL, overload.step());
        }
        assertEquals(
                List.of(
                        OverloadStep.STRETCH,
                        OverloadStep.SAMPLE,
                        OverloadStep.SHED,
                        OverloadStep.SAMPLE,
                        OverloadStep.STRETCH,
                        OverloadStep.NORMAL),
                told);
        assertEquals(2, changes("sample"));
        assertEquals(1, changes("shed"));
        assertEquals(0, changes("refuse"));
        assertEquals(1, changes("normal"));
        assertEquals(0, registry.get("danmaku.overload.step").gauge().value());
    }

    private static long looks(Overload overload, long fromNs, int looks) {
        long nowNs = fromNs;
        for (int i = 0; i < looks; i++) {
            overload.look(nowNs);
            nowNs += TimeUnit.MILLISECONDS.toNanos(100);
        }
        return nowNs;
    }

    private double changes(String step) {
        return registry.get("danmaku.overload.changes")
                .tag("step", step)
                .counter()
                .count();
    }
}
