package io.danmaku.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long MS = 1_000_000;

    @Test
    void burstIsTakenAtOnceThenOneAtATimeAndTheWaitIsTold() {
        TokenBucket bucket = new TokenBucket(5, 10, 0);
        for (int i = 0; i < 10; i++) {
            assertEquals(0, bucket.take(0));
        }
        long wait = bucket.take(0);
        assertEquals(200, wait);
        assertTrue(bucket.take(100 * MS) > 0);
        assertEquals(0, bucket.take(201 * MS));
    }

    @Test
    void anotherAllowanceKeepsTheShareThatIsLeft() {
        TokenBucket bucket = new TokenBucket(5, 10, 0);
        for (int i = 0; i < 5; i++) {
            bucket.take(0);
        }
        bucket.allow(500);
        int taken = 0;
        while (bucket.take(0) == 0) {
            taken++;
        }
        assertEquals(500, taken);
        bucket.allow(5);
        assertEquals(200, bucket.take(0));
    }

    @Test
    void allowanceNeverGrowsBeyondTheBurst() {
        TokenBucket bucket = new TokenBucket(5, 10, 0);
        int taken = 0;
        while (bucket.take(3_600_000 * MS) == 0) {
            taken++;
        }
        assertEquals(10, taken);
    }
}
