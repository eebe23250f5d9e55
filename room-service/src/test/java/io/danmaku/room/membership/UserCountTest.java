package io.danmaku.room.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class UserCountTest {
    private static void enter(UserCount count, int from, int to) {
        for (int i = from; i < to; i++) {
            count.enter("user-" + i);
        }
    }

    @Test
    void upToItsBoundEveryUserCountsOnce() {
        UserCount count = new UserCount(100);
        enter(count, 0, 100);
        enter(count, 0, 100);
        assertEquals(100, count.users());
        assertFalse(count.isEstimated());
        for (int i = 0; i < 100; i++) {
            count.leave("user-" + i);
        }
        assertEquals(100, count.users(), "they are on another edge still");
    }

    @Test
    void aboveItASampleTellsHowManyAndWhoLeavesIsTakenOut() {
        int bound = 10_000;
        int many = 150_000;
        UserCount count = new UserCount(bound);
        enter(count, 0, many);
        assertTrue(count.isEstimated());
        assertNear(many, count.users());
        for (int i = 0; i < many / 2; i++) {
            count.leave("user-" + i);
        }
        assertNear(many / 2, count.users());
        assertFalse(count.isToBeginAnew());
        int kept = 0;
        for (String user : count.remembered()) {
            assertTrue(user.startsWith("user-"));
            kept++;
        }
        assertTrue(kept <= bound, kept + " are remembered");
    }

    private static void assertNear(int expected, int users) {
        assertTrue(Math.abs(users - expected) < expected / 20, users + " instead of " + expected);
    }

    @Test
    void whenMostHaveLeftAllAreCountedAgain() {
        UserCount count = new UserCount(100);
        enter(count, 0, 300);
        assertTrue(count.isEstimated());
        for (int i = 40; i < 300; i++) {
            count.leave("user-" + i);
        }
        assertTrue(count.isToBeginAnew());
        count.clear();
        enter(count, 0, 40);
        assertEquals(40, count.users());
        assertFalse(count.isEstimated());
    }
}
