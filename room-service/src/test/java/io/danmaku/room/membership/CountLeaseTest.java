package io.danmaku.room.membership;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.room.room.Standstill;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.impl.MessageIdImpl;
import org.junit.jupiter.api.Test;

class CountLeaseTest {
    private static final long HELD_NS = TimeUnit.MILLISECONDS.toNanos(Standstill.LONGEST_MS);

    private final CountLease lease = new CountLease(0);

    private static MessageId id(long entry) {
        return new MessageIdImpl(1, entry, -1);
    }

    @Test
    void itHoldsFromWhenATickWasSentThatCameBack() {
        assertFalse(lease.holds(0));
        lease.sent(id(7), 100);
        lease.read(id(6));
        assertFalse(lease.holds(101));
        lease.read(id(9));
        assertTrue(lease.holds(99 + HELD_NS));
        assertFalse(lease.holds(100 + HELD_NS), "however late it came back");
    }

    @Test
    void aTickMayBeReadBeforeItIsAcknowledged() {
        lease.read(id(7));
        lease.sent(id(7), 100);
        assertTrue(lease.holds(101));
    }

    @Test
    void aReaderThatIsLateByMoreThanATickDoesNotEndIt() {
        lease.sent(id(7), 0);
        lease.sent(id(8), HELD_NS / 2);
        lease.read(id(7));
        assertTrue(lease.holds(HELD_NS - 1), "the one that was waited for came back");
    }

    @Test
    void ofTicksThatDoNotComeBackNoneCounts() {
        lease.sent(id(7), 100);
        lease.read(id(7));
        lease.sent(id(8), 200);
        lease.sent(id(9), 100 + HELD_NS);
        assertFalse(lease.holds(100 + HELD_NS));
    }
}
