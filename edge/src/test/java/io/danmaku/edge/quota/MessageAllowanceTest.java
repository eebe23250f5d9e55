package io.danmaku.edge.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Several edges and the count that they share. */
class MessageAllowanceTest {
    private static final int QUOTA = 100;
    /** A second begins. */
    private static final long START_MS = 1_764_000_000_000L;

    private final Map<Long, Long> sums = new HashMap<>();
    /** Answers that have not come yet; null = they come at once. */
    private Deque<Runnable> late;

    private boolean away;

    private final MessageAllowance one = new MessageAllowance(QUOTA, this::add);
    private final MessageAllowance two = new MessageAllowance(QUOTA, this::add);

    private Future<Long> add(long second, int n) {
        if (away) {
            return Future.failedFuture("away");
        }
        long sum = sums.merge(second, (long) n, Long::sum);
        if (late == null) {
            return Future.succeededFuture(sum);
        }
        Promise<Long> answer = Promise.promise();
        late.add(() -> answer.complete(sum));
        return answer.future();
    }

    private static int taken(MessageAllowance edge, int tries, long nowMs) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += edge.take(nowMs) == 0 ? 1 : 0;
        }
        return taken;
    }

    @Test
    void oneEdgeAloneTakesTheWholeQuotaAndNoMoreInASecond() {
        assertEquals(QUOTA, taken(one, 1_000, START_MS));
        assertEquals(1_000 - 300, one.take(START_MS + 300));
        assertEquals(QUOTA, taken(one, 1_000, START_MS + 1_000));
    }

    @Test
    void twoEdgesTogetherTakeItOnce() {
        int sum = 0;
        for (int i = 0; i < 1_000; i++) {
            sum += taken(one, 1, START_MS) + taken(two, 1, START_MS);
        }
        assertEquals(QUOTA, sum);
    }

    @Test
    void nothingWaitsForAnAnswerAndWhatIsTakenOnCreditIsBounded() {
        late = new ArrayDeque<>();
        assertEquals(QUOTA / 5, taken(one, 1_000, START_MS));
        assertEquals(20, one.take(START_MS), "more is on its way");
        late.poll().run();
        assertEquals(QUOTA / 10, taken(one, 1_000, START_MS + 1));
    }

    @Test
    void whatTheCountDoesNotHaveIsTakenBack() {
        sums.put(START_MS / 1_000, QUOTA - 5L);
        assertEquals(5, taken(one, 1_000, START_MS));
        assertEquals(1_000, one.take(START_MS));
    }

    @Test
    void whileTheCountIsAwayOrSilentAnEdgeHasTheQuotaByItself() {
        away = true;
        assertEquals(QUOTA, taken(one, 1_000, START_MS));
        assertEquals(QUOTA, taken(one, 1_000, START_MS + 1_000));
        away = false;
        late = new ArrayDeque<>();
        long silentMs = START_MS + 2_000;
        int before = taken(one, 1_000, silentMs);
        assertTrue(before < QUOTA);
        assertEquals(QUOTA - before, taken(one, 1_000, silentMs + MessageAllowance.LATE_MS + 1));
    }

    @Test
    void anAnswerThatComesInTheNextSecondChangesNothing() {
        late = new ArrayDeque<>();
        taken(one, 1_000, START_MS);
        sums.put(START_MS / 1_000, 10L * QUOTA);
        Runnable first = late.poll();
        late = null;
        assertEquals(QUOTA / 2, taken(one, QUOTA / 2, START_MS + 1_000));
        first.run();
        assertEquals(QUOTA / 2, taken(one, 1_000, START_MS + 1_000));
    }

    @Test
    void whatIsGivenBackIsTakenByAnother() {
        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, one.take(START_MS));
            one.giveBack();
        }
        assertEquals(QUOTA, taken(one, 1_000, START_MS));
    }
}
