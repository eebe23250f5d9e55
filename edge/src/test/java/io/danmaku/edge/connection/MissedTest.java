package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class MissedTest {
    private final Missed missed = new Missed();

    @Test
    void whoHasMissedNothingNeedNotSync() {
        assertFalse(missed.isMarked());
        missed.synced(5);
        assertFalse(missed.isMarked());
    }

    @Test
    void aSyncThatCanHaveShownItMakesUpForIt() {
        missed.mark(7);
        assertTrue(missed.isMarked());
        missed.synced(7 + Missed.SHOWN_NS);
        assertFalse(missed.isMarked());
    }

    @Test
    void aSyncAskedTooSoonDoesNot() {
        missed.mark(7);
        missed.synced(6 + Missed.SHOWN_NS);
        assertTrue(missed.isMarked());
    }

    @Test
    void whatIsLostWhileASyncIsUnderWayIsForTheNextOne() {
        missed.mark(7);
        missed.mark(9 + Missed.SHOWN_NS);
        missed.synced(8 + Missed.SHOWN_NS);
        assertTrue(missed.isMarked());
    }
}
