package io.danmaku.edge.overload;

/**
 * Decides the step: one up when the load has called for it all the time for a while, one down when it has been clear of the present
 * step's threshold for a longer while. What is looked at is the least of a stretch of time, as CoDel does it: an event loop that writes a
 * large frame lags for a moment and is well, one that lags at every look has a queue that does not go away. One thread; time comes in.
 */
final class Ladder {
    private final OverloadLimits limits;
    private OverloadStep step = OverloadStep.NORMAL;
    /** Since when every look called for a higher step; meaningless while {@link #rising} is false. */
    private long risingSinceNs;

    private boolean rising;
    private long fallingSinceNs;
    private boolean falling;

    Ladder(OverloadLimits limits) {
        this.limits = limits;
    }

    /** Takes one look; the step from now on. */
    OverloadStep look(Load load, long nowNs) {
        boolean calls = step != OverloadStep.REFUSE && load.reaches(limits.threshold(step.above()));
        boolean clear = step != OverloadStep.NORMAL && load.isClearOf(limits.threshold(step));
        if (calls && !rising) {
            risingSinceNs = nowNs;
        }
        if (clear && !falling) {
            fallingSinceNs = nowNs;
        }
        rising = calls;
        falling = clear;
        if (rising && nowNs - risingSinceNs >= limits.riseNs()) {
            change(step.above());
        } else if (falling && nowNs - fallingSinceNs >= limits.fallNs()) {
            change(step.below());
        }
        return step;
    }

    /** The next change has to be earned anew. */
    private void change(OverloadStep to) {
        step = to;
        rising = false;
        falling = false;
    }
}
