package io.danmaku.edge.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.edge.overload.MemoryShare.Reading;
import org.junit.jupiter.api.Test;

class MemoryShareTest {
    private static final int LIMIT_PERCENT = 80;

    /** What lives, what is used with its garbage, and what the last collection left. */
    private int live;

    private int used;
    private int left;
    private int direct;
    private int collections;

    private final MemoryShare memory = new MemoryShare(LIMIT_PERCENT, () -> new Reading(left, used, direct), () -> {
        collections++;
        used = live;
        left = live;
    });

    @Test
    void garbageIsNoLoad() {
        live = 30;
        left = 25;
        used = 79;
        memory.look(0);
        assertEquals(25, memory.percent());
        assertEquals(0, collections, "nobody needs to know");
        used = 95;
        memory.look(1);
        assertEquals(30, memory.percent());
        assertEquals(1, collections);
    }

    @Test
    void whatLivesIsSeenBeforeAllIsFullAndWhatHasGoneSoonAfter() {
        live = 85;
        used = 85;
        left = 40;
        memory.look(0);
        assertEquals(85, memory.percent());
        live = 20;
        for (int s = 1; s < 10; s++) {
            memory.look(s * MemoryShare.COLLECT_EVERY_NS / 10);
        }
        assertEquals(1, collections, "the collector has other things to do");
        assertEquals(85, memory.percent());
        memory.look(MemoryShare.COLLECT_EVERY_NS);
        assertEquals(2, collections);
        assertEquals(20, memory.percent());
    }

    @Test
    void theFullerOfHeapAndDirectMemoryCounts() {
        left = 40;
        direct = 90;
        memory.look(0);
        assertEquals(90, memory.percent());
        assertEquals(0, collections, "direct memory is not the collector's");
    }

    @Test
    void thisVmTellsWhatItsCollectorLeft() {
        byte[] held = new byte
                [(int) Math.min(Integer.MAX_VALUE / 2, Runtime.getRuntime().maxMemory() / 20)];
        MemoryShare own = new MemoryShare(0);
        own.look(System.nanoTime());
        assertTrue(own.percent() >= 4 && own.percent() < 100, () -> own.percent() + " % with " + held.length);
    }
}
