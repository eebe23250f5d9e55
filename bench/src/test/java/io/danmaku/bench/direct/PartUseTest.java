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
        PartUse begin = PartUse.of(nothing);
        PartUse end = PartUse.of(nothing);
        assertEquals(List.of("(this harness)"), List.copyOf(begin.cpuS().keySet()));
        assertTrue(begin.besidesS().get(Besides.COMPILERS) > 0, begin::toString);
        assertTrue(end.besidesSince(begin, Besides.COMPILERS) >= 0, end::toString);
        assertEquals(0, begin.besidesS().get(Besides.FLUSHES));
    }
}
