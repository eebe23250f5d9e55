package io.danmaku.standalone.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    /** So many of 500 blocks that some would meet if nobody kept account of them. */
    private static final int HUBS = 60;

    @Test
    void whatOneHubWasToldNoOtherIsToldBeforeItListens() {
        List<List<String>> told =
                IntStream.range(0, HUBS).mapToObj(i -> FreePorts.options(2)).toList();
        assertEquals(HUBS, told.stream().distinct().count());
    }
}
