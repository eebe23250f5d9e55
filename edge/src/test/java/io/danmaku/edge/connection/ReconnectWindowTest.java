package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReconnectWindowTest {
    private static final int PER_SECOND = 500;
    private final ReconnectWindow window = new ReconnectWindow(PER_SECOND);

    @Test
    void itIsWideEnoughForTheRateHoweverManyThereAre() {
        for (int connections : new int[] {0, 1, 2, 3, 100, 4_095, 4_096, 4_097, 50_000}) {
            double widthS = (window.maxMs(connections) - ReconnectWindow.MS_MIN) / 1e3;
            assertTrue(widthS * PER_SECOND >= connections, connections + " come in " + widthS + " s");
            assertTrue(connections < 2 || widthS * PER_SECOND < 2 * connections, "no wider than twice what is needed");
        }
    }

    @Test
    void itGrowsInFewSteps() {
        assertEquals(
                17,
                IntStream.rangeClosed(1, 1 << 16)
                        .mapToLong(window::maxMs)
                        .distinct()
                        .count());
    }

    @Test
    void itHasAnEnd() {
        assertEquals(ReconnectWindow.MS_MAX, window.maxMs(10_000_000));
        assertEquals(ReconnectWindow.MS_MAX, new ReconnectWindow(1).maxMs(Integer.MAX_VALUE));
    }
}
