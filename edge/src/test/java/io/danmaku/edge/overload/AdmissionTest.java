package io.danmaku.edge.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final long S = 1_000_000_000L;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private OverloadStep step = OverloadStep.NORMAL;
    private int memoryPercent;

    private Admission admission(int handshakesPerSecond) {
        return new Admission(
                new Admission.Limits(handshakesPerSecond, 85), () -> step, () -> memoryPercent, registry, 0);
    }

    private double refused(String reason) {
        return registry.get("danmaku.handshakes.refused")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private double joinsRefused(String reason) {
        return registry.get("danmaku.joins.refused")
                .tag("reason", reason)
                .counter()
                .count();
    }

    @Test
    void asManyASecondAreLetInAsItSaysAfterABurstOfAsMany() {
        Admission admission = admission(10);
        int in = 0;
        for (int i = 0; i < 100; i++) {
            in += admission.handshake(0) == null ? 1 : 0;
        }
        assertEquals(10, in);
        for (int i = 0; i < 500; i++) {
            in += admission.handshake(i * S / 100) == null ? 1 : 0;
        }
        assertEquals(10 + 49, in);
        assertEquals(600 - in, refused("rate"));
    }

    @Test
    void withoutABoundAllAreLetIn() {
        Admission admission = admission(0);
        for (int i = 0; i < 10_000; i++) {
            assertNull(admission.handshake(0));
        }
    }

    @Test
    void whoIsRefusedTogetherIsNotAskedToComeBackTogether() {
        Admission admission = admission(1);
        admission.handshake(0);
        Set<Long> seconds = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            Refusal refusal = admission.handshake(0);
            assertEquals(ErrorCode.BUSY, refusal.code());
            assertTrue(refusal.retryMs() >= 1_000 && refusal.retryMs() <= 4_000, () -> refusal.retryMs() + " ms");
            // as Retry-After says it
            seconds.add((refusal.retryMs() + 999) / 1_000);
        }
        assertTrue(seconds.containsAll(Set.of(2L, 3L, 4L)), seconds::toString);
    }

    @Test
    void withoutMemoryNobodyConnectsAndWhoIsThereMayJoinWhatIsOpen() {
        Admission admission = admission(0);
        memoryPercent = 84;
        assertNull(admission.handshake(0));
        memoryPercent = 85;
        assertEquals(ErrorCode.BUSY, admission.handshake(0).code());
        assertNull(admission.join(() -> true));
        Refusal opening = admission.join(() -> false);
        assertEquals(ErrorCode.BUSY, opening.code());
        assertTrue(opening.retryMs() > 0);
        assertEquals(1, refused("memory"));
        assertEquals(1, joinsRefused("memory"));
        memoryPercent = 84;
        assertNull(admission.join(() -> false));
    }

    @Test
    void onlyTheLastStepKeepsPeopleOut() {
        Admission admission = admission(0);
        step = OverloadStep.SHED;
        assertNull(admission.handshake(0));
        assertNull(admission.join(() -> true));
        step = OverloadStep.REFUSE;
        assertNotNull(admission.handshake(0));
        Refusal join = admission.join(() -> true);
        assertEquals(ErrorCode.BUSY, join.code());
        assertTrue(join.retryMs() > 0);
        assertEquals(1, refused("load"));
        assertEquals(1, joinsRefused("load"));
        step = OverloadStep.SHED;
        assertNull(admission.join(() -> true));
    }
}
