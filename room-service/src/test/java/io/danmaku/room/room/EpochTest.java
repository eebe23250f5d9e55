package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.room.Ids;
import org.junit.jupiter.api.Test;

class EpochTest {
    private static final long NOW_MS = 1_795_491_249_934L;

    @Test
    void anEpochIsTheCreationTimeInBase36() {
        assertEquals("mwu54r2m", Epoch.of(NOW_MS));
        assertTrue(Ids.isEpoch(Epoch.of(NOW_MS)));
    }

    @Test
    void aLaterEpochIsLargerEvenWhenTheClockWentBack() {
        assertEquals(NOW_MS + 5, Epoch.after(Epoch.of(NOW_MS), NOW_MS + 5));
        assertEquals(NOW_MS + 1, Epoch.after(Epoch.of(NOW_MS), NOW_MS));
        assertEquals(NOW_MS + 1, Epoch.after(Epoch.of(NOW_MS), NOW_MS - 60_000));
    }
}
