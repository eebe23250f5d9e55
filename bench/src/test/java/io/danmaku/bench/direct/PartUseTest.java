package io.danmaku.bench.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.bench.direct.PartUse.Besides;
import io.danmaku.standalone.supervise.UpRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PartUseTest {
    private static List<Besides> of(String thread) {
        return Arrays.stream(Besides.values())
                .filter(besides -> besides.does(thread))
                .toList();
    }

    @Test
    void whatIsNoWorkOnMessagesIsToldByTheNamesOfThreads() {
        assertEquals(List.of(Besides.COMPILERS), of("C2 CompilerThre"));
        assertEquals(List.of(Besides.COLLECTORS), of("G1 Conc#0"));
        assertEquals(List.of(Besides.COLLECTORS), of("GC Thread#1"));
        assertEquals(List.of(Besides.FLUSHES), of("CompactionExecu"));
        assertEquals(List.of(), of("COMMIT-LOG-WRIT"));
    }

    @Test
    void theHarnessItselfIsCounted() throws Exception {
        UpRecord nothing = new UpRecord(UpRecord.State.READY, 1, 0, 0, Map.of(), List.of());
        PartUse use = PartUse.of(nothing);
        assertEquals(List.of("(this harness)"), List.copyOf(use.cpuS().keySet()));
        assertTrue(use.besidesS().get(Besides.COMPILERS) > 0, use::toString);
        assertEquals(0, use.besidesS().get(Besides.FLUSHES));
    }

    @Test
    void aThreadThatHasEndedTakesNothingBack() {
        PartUse begin = new PartUse(0, Map.of(), Map.of(Besides.COMPILERS, 2.0));
        PartUse end = new PartUse(1, Map.of(), Map.of(Besides.COMPILERS, 2.5));
        assertEquals(0.5, end.besidesSince(begin, Besides.COMPILERS));
        assertEquals(0, begin.besidesSince(end, Besides.COMPILERS));
    }
}
