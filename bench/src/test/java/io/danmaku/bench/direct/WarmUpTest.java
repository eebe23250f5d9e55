package io.danmaku.bench.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.bench.direct.PartUse.Besides;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
    private double atS;
    private double compilersS;

    /** A hub that has both cores of the machine, of which compilers take half until a moment. */
    private int warmUp(int leastS, int mostS, int compiledAtS) throws Exception {
        WarmUp warmUp = new WarmUp(
                () -> new PartUse(0, Map.of("hub", 2 * atS), Map.of(Besides.COMPILERS, compilersS)), leastS, mostS);
        int tookS = warmUp.of(seconds -> {
            compilersS += Math.max(0, Math.min(atS + seconds, compiledAtS) - atS);
            atS += seconds;
        });
        assertEquals(tookS, atS);
        return tookS;
    }

    @Test
    void itEndsWhenCompilersWereQuietForALook() throws Exception {
        assertEquals(60 + 3 * WarmUp.LOOK_S, warmUp(60, 300, 95));
    }

    @Test
    void aHubThatIsCompiledHasTheLeastAndOneLook() throws Exception {
        assertEquals(60 + WarmUp.LOOK_S, warmUp(60, 300, 10));
    }

    @Test
    void aFortiethOfAllProcessorTimeIsQuiet() throws Exception {
        assertEquals(60 + WarmUp.LOOK_S, warmUp(60, 300, 61));
    }

    @Test
    void aTwentiethIsNot() throws Exception {
        assertEquals(60 + 2 * WarmUp.LOOK_S, warmUp(60, 300, 62));
    }

    @Test
    void compilersThatAreNeverQuietEndItAtTheBound() throws Exception {
        assertEquals(300, warmUp(60, 300, 1_000));
    }

    @Test
    void thereIsNoLookWithinLessTimeThanItTakes() throws Exception {
        assertEquals(5, warmUp(5, 5 + WarmUp.LOOK_S - 1, 1_000));
    }
}
