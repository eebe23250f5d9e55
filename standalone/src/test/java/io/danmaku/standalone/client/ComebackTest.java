package io.danmaku.standalone.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ComebackTest {
    private static final long MIN_MS = 100;
    private static final long MAX_MS = 1_600;
    private final Comeback comeback = new Comeback(MIN_MS, MAX_MS);
    private final RandomGenerator random = new Random(1);

    private void assertBackoff(long ceilingMs, boolean broken) {
        long pauseMs = comeback.pauseMs(broken, random);
        assertTrue(pauseMs >= ceilingMs / 2 && pauseMs <= ceilingMs, pauseMs + " ms, at most " + ceilingMs);
    }

    @Test
    void withoutAHintThePauseGrowsUntilTheConnectionIsOfUse() {
        for (long ceilingMs : new long[] {100, 200, 400, 800, 1_600, 1_600}) {
            assertBackoff(ceilingMs, true);
        }
        comeback.settled();
        assertBackoff(100, true);
    }

    @Test
    void aBrokenConnectionIsFollowedByARandomTimeInTheWindow() {
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 1_000; i++) {
            comeback.window(ScriptedEdge.json("{'minMs':300,'maxMs':5300}"));
            long pauseMs = comeback.pauseMs(true, random);
            least = Math.min(least, pauseMs);
            most = Math.max(most, pauseMs);
        }
        assertTrue(least >= 300 && least < 800, "least " + least);
        assertTrue(most <= 5_300 && most > 4_800, "most " + most);
    }

    @Test
    void theWindowHoldsForOneTryAndTheNextBacksOff() {
        comeback.window(ScriptedEdge.json("{'minMs':5000,'maxMs':5000}"));
        assertEquals(5_000, comeback.pauseMs(true, random));
        assertBackoff(100, true);
        assertBackoff(200, true);
    }

    @Test
    void aConnectionThatWasClosedInOrderNeedsNoWindow() {
        comeback.window(ScriptedEdge.json("{'minMs':5000,'maxMs':5000}"));
        assertBackoff(100, false);
    }

    @Test
    void anEdgeThatStopsSaysWhenAndThatGoesBeforeAllElse() {
        assertBackoff(100, true);
        assertBackoff(200, true);
        comeback.window(ScriptedEdge.json("{'minMs':5000,'maxMs':5000}"));
        comeback.bye(ScriptedEdge.json("{'code':'restart','retryMs':7}"));
        assertEquals(7, comeback.pauseMs(true, random));
        assertBackoff(400, true);
    }

    @Test
    void whatIsNoHintIsPassedOver() {
        for (String wrong : new String[] {
            "{}",
            "{'minMs':9,'maxMs':8}",
            "{'minMs':-5,'maxMs':8}",
            "{'minMs':0,'maxMs':1e12}",
            "{'minMs':'x','maxMs':[]}"
        }) {
            comeback.window(ScriptedEdge.json(wrong));
        }
        comeback.bye(ScriptedEdge.json("{'code':'restart'}"));
        comeback.bye(ScriptedEdge.json("{'code':'restart','retryMs':99999999999}"));
        assertBackoff(100, true);
    }
}
