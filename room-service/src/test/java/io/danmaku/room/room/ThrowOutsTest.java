package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ThrowOutsTest {
    private static final Owner A = owner("a");
    private static final Owner B = owner("b");
    private static final Owner C = owner("c");
    private static final Owner D = owner("d");
    private static final long TICK_MS = 1_000;

    /** An instance that follows who decides, some time behind. */
    private static final class Follower {
        private final Owner self;
        private final ThrowOuts throwOuts = new ThrowOuts();
        private final long before;

        /** One of four of which {@code hung} hangs. */
        Follower(Owner self, Owner hung) {
            this.self = self;
            before = Instances.before(others(self), self, hung::equals);
        }

        boolean acts(Owner decides, Owner hung, long nowMs) {
            throwOuts.forget(hung::equals, nowMs);
            return decides.equals(hung) && throwOuts.take(decides, before, nowMs);
        }
    }

    private static Owner owner(String instance) {
        return new Owner(instance, "http://" + instance + ":1");
    }

    private static Set<Owner> others(Owner self) {
        return Set.copyOf(
                List.of(A, B, C, D).stream().filter(one -> !one.equals(self)).toList());
    }

    /** All judge at the same tick; what one does the others read a turn later at the latest. */
    private static List<String> throwOuts(Owner hung, List<Follower> whoReachPulsar, long readMs) {
        List<String> done = new ArrayList<>();
        Owner decides = hung;
        Owner decidedBefore = hung;
        long sinceMs = Long.MIN_VALUE / 2;
        for (long nowMs = 0; nowMs < 10 * ThrowOuts.TURN_MS; nowMs += TICK_MS) {
            for (Follower one : whoReachPulsar) {
                Owner read = nowMs - sinceMs >= readMs || one.self.equals(decides) ? decides : decidedBefore;
                if (one.acts(read, hung, nowMs)) {
                    done.add(one.self.instance() + "@" + nowMs + " from " + decides.instance());
                    decidedBefore = decides;
                    decides = one.self;
                    sinceMs = nowMs;
                }
            }
        }
        return done;
    }

    @Test
    void ofSeveralOneThrowsOutTheHungOneAndNobodyWhoHasTakenOver() {
        List<Follower> all = List.of(new Follower(D, A), new Follower(C, A), new Follower(B, A));
        assertEquals(List.of("b@0 from a"), throwOuts(A, all, ThrowOuts.TURN_MS));
        // whichever of them hangs
        all = List.of(new Follower(D, C), new Follower(B, C), new Follower(A, C));
        assertEquals(List.of("a@0 from c"), throwOuts(C, all, ThrowOuts.TURN_MS));
    }

    @Test
    void whenTheFirstInLineCannotTheNextOneDoesATurnLater() {
        List<Follower> some = List.of(new Follower(D, A), new Follower(C, A));
        assertEquals(List.of("c@" + ThrowOuts.TURN_MS + " from a"), throwOuts(A, some, ThrowOuts.TURN_MS));
        assertEquals(
                List.of("d@" + 2 * ThrowOuts.TURN_MS + " from a"),
                throwOuts(A, List.of(new Follower(D, A)), ThrowOuts.TURN_MS));
    }

    @Test
    void oneThatGoesOnHangingIsThrownOutAgainOnlyAfterAWhile() {
        ThrowOuts throwOuts = new ThrowOuts();
        assertTrue(throwOuts.take(A, 0, 0));
        throwOuts.forget(owner -> false, 1);
        assertFalse(throwOuts.take(A, 0, ThrowOuts.INTERVAL_MS - 1), "also when it answered in between");
        assertTrue(throwOuts.take(B, 0, 1), "another one does not wait for it");
        assertTrue(throwOuts.take(A, 0, ThrowOuts.INTERVAL_MS));
    }

    @Test
    void whatWasNotDoneIsTriedAgainWhenItIsSaid() {
        ThrowOuts throwOuts = new ThrowOuts();
        assertTrue(throwOuts.take(A, 0, 0));
        throwOuts.again(A, 5);
        assertFalse(throwOuts.take(A, 3, 4));
        assertTrue(throwOuts.take(A, 3, 5), "it has had its turn");
    }

    @Test
    void whoAnswersAgainAndThenHangsIsWaitedForAnew() {
        ThrowOuts throwOuts = new ThrowOuts();
        assertFalse(throwOuts.take(A, 1, 0));
        throwOuts.forget(A::equals, ThrowOuts.TURN_MS);
        throwOuts.forget(owner -> false, ThrowOuts.TURN_MS);
        assertFalse(throwOuts.take(A, 1, ThrowOuts.TURN_MS));
        assertTrue(throwOuts.take(A, 1, 2 * ThrowOuts.TURN_MS));
    }
}
