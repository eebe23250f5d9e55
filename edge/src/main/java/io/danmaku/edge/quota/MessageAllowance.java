package io.danmaku.edge.quota;

import io.vertx.core.Future;

/**
 * How many messages of a tenant this edge may take in the present second. It draws them from a count that all edges add to, a tenth of the
 * quota at a time or {@link #PORTION_MIN}, ahead of need and on credit: no message waits for an answer, and each edge may so take two portions too many. What the count does
 * not have any more is refused until the second is over. While the count does not answer, the whole quota is this edge's own. Thread-safe: a few
 * instructions under a lock.
 */
final class MessageAllowance {
    /** A draw that is not answered for so long may as well not be. */
    static final long LATE_MS = 200;

    private static final int DRAWS_A_SECOND = 10;
    /** A few who write at the same moment are no burst, however small the quota is. */
    static final int PORTION_MIN = 5;

    private static final int UNDER_WAY_MAX = 2;
    private static final long SECOND_MS = 1_000;
    /** More is on its way. */
    private static final long SOON_MS = 20;

    /** The count that all edges add to. */
    interface Count {
        /** Adds to the count of a second; answers with what it is then. Must not wait. */
        Future<Long> add(long second, int n);
    }

    private final int perSecond;
    private final int portion;
    private final Count count;
    private long second;
    private int granted;
    private int used;
    private int underWay;
    private long askedAtMs;
    /** The count has no more for this second. */
    private boolean empty;
    /** The count is silent in this second. */
    private boolean alone;

    MessageAllowance(int perSecond, Count count) {
        this.perSecond = perSecond;
        this.count = count;
        portion = Math.min(perSecond, Math.max(PORTION_MIN, perSecond / DRAWS_A_SECOND));
    }

    /** 0 = one message is taken; else milliseconds until the next one can be. */
    synchronized long take(long nowMs) {
        long asked = nowMs / SECOND_MS;
        // another thread may have looked at the clock a moment later and come first
        if (asked != second && asked != second - 1) {
            second = asked;
            granted = 0;
            used = 0;
            underWay = 0;
            empty = false;
            alone = false;
        }
        alone |= underWay > 0 && nowMs - askedAtMs > LATE_MS;
        if (!alone && !empty && underWay < UNDER_WAY_MAX && granted < perSecond && used + portion / 2 >= granted) {
            draw(nowMs);
        }
        if (used < (alone ? perSecond : granted)) {
            used++;
            return 0;
        }
        long restMs = SECOND_MS - nowMs % SECOND_MS;
        return alone || empty || granted >= perSecond ? restMs : Math.min(restMs, SOON_MS);
    }

    /** What was taken last was not needed. */
    synchronized void giveBack() {
        used = Math.max(0, used - 1);
    }

    private void draw(long nowMs) {
        int n = Math.min(portion, perSecond - granted);
        long asked = second;
        granted += n;
        askedAtMs = underWay == 0 ? nowMs : askedAtMs;
        underWay++;
        count.add(asked, n).onComplete(answer -> drawn(asked, n, answer.succeeded() ? answer.result() : -1));
    }

    /** @param sum of all edges with this draw; -1 = it is not known */
    private synchronized void drawn(long asked, int n, long sum) {
        if (asked != second) {
            return;
        }
        underWay--;
        if (sum < 0) {
            alone = true;
        } else if (sum > perSecond) {
            empty = true;
            granted -= (int) Math.min(n, sum - perSecond);
        }
    }
}
