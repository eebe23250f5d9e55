package io.danmaku.edge.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BudgetTest {
    private static final long S = 1_000_000_000L;

    @Test
    void aBudgetIsSavedUpForASecondAndSpentOnce() {
        Budget budget = new Budget(0);
        assertEquals(100, budget.now(100, 0));
        budget.spend(100);
        assertEquals(0, budget.now(100, 0));
        assertEquals(5, budget.now(100, S / 20));
        assertEquals(100, budget.now(100, 10 * S));
    }

    @Test
    void aLimitThatIsSetHoldsAtOnceAndOneThatIsLiftedToo() {
        Budget budget = new Budget(0);
        assertEquals(Integer.MAX_VALUE, budget.now(0, S));
        budget.spend(1_000);
        assertEquals(10, budget.now(10, S));
        assertEquals(Integer.MAX_VALUE, budget.now(0, S));
    }

    @Test
    void aRateIsThatOfTheLastSecond() {
        EventRate rate = new EventRate(0);
        for (int i = 0; i < 100; i++) {
            rate.count(i * S / 100);
        }
        assertEquals(100, rate.perSecond(S - 1));
        assertEquals(50, rate.perSecond(S + S / 2));
        assertEquals(0, rate.perSecond(2 * S));
        assertEquals(0, rate.perSecond(100 * S));
    }
}
