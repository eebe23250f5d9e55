package io.danmaku.dm.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FinishedMarkTest {
    private final FinishedMark mark = new FinishedMark();

    @Test
    void itWaitsForTheFirstThatIsNotDone() {
        mark.arrived(0);
        mark.arrived(1);
        mark.arrived(2);
        mark.done(1);
        assertEquals(-1, mark.mark());
        mark.done(0);
        assertEquals(1, mark.mark());
        mark.done(2);
        assertEquals(2, mark.mark());
    }

    @Test
    void whatLiesBeforeTheFirstArrivalWasDoneBySomebodyBefore() {
        assertFalse(mark.arrived(10));
        assertEquals(9, mark.mark());
    }

    @Test
    void aRecordThatIsDeliveredAgainWhileInWorkIsDoneWhenBothAre() {
        mark.arrived(0);
        assertTrue(mark.arrived(1));
        assertFalse(mark.arrived(0));
        assertTrue(mark.arrived(1));
        mark.done(0);
        assertEquals(-1, mark.mark());
        mark.done(0);
        assertEquals(0, mark.mark());
        mark.done(1);
        mark.done(1);
        assertEquals(1, mark.mark());
    }

    @Test
    void itNeverFalls() {
        mark.arrived(0);
        mark.arrived(1);
        mark.done(0);
        mark.done(1);
        mark.arrived(0);
        assertEquals(1, mark.mark());
    }
}
