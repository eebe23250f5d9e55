package io.danmaku.edge.roomlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GatheringTest {
    private final Gathering gathering = new Gathering();

    @Test
    void aMessageGoesAtOnceWhenNothingIsOnItsWay() {
        assertTrue(gathering.handed());
        assertFalse(gathering.settled());
        assertTrue(gathering.handed());
    }

    @Test
    void whatComesWhileOneIsOnItsWayGoesTogetherWhenThatOneIsSettled() {
        gathering.handed();
        assertFalse(gathering.handed());
        assertFalse(gathering.handed());
        assertTrue(gathering.settled());
        assertFalse(gathering.handed(), "two are on their way");
        assertFalse(gathering.settled());
        assertTrue(gathering.settled());
    }

    @Test
    void oneThatIsSettledBeforeItWasCountedHoldsNobodyUp() {
        assertFalse(gathering.settled());
        assertTrue(gathering.handed());
        assertTrue(gathering.handed());
    }

    /** True hands a message over, false settles the oldest that the producer has sent, if any. */
    @Property
    void nothingWaitsWhenNothingIsOnItsWay(@ForAll @Size(max = 60) List<Boolean> steps) {
        Gathering gathering = new Gathering();
        int waiting = 0;
        int onTheirWay = 0;
        for (boolean hand : steps) {
            boolean send;
            if (hand) {
                waiting++;
                send = gathering.handed();
            } else if (onTheirWay > 0) {
                onTheirWay--;
                send = gathering.settled();
            } else {
                continue;
            }
            if (send) {
                assertEquals(0, onTheirWay, "a batch went before the last was settled");
                onTheirWay = waiting;
                waiting = 0;
            }
            assertTrue(waiting == 0 || onTheirWay > 0, "something waits for nothing");
        }
    }
}
