package io.danmaku.edge.overload;

/**
 * What is measured of an edge, or where a step begins.
 *
 * @param lagNs how long the slowest event loop's tasks wait
 * @param ringPercent how full the ring before the broadcaster is, 0..100
 * @param memoryPercent how full the fuller one of heap and direct memory is, 0..100
 */
record Load(long lagNs, int ringPercent, int memoryPercent) {
    private static final int EASED_PERCENT = 90;
    private static final int ALL_PERCENT = 100;

    /** Whether any figure has come to that of the threshold. */
    boolean reaches(Load threshold) {
        return lagNs >= threshold.lagNs
                || ringPercent >= threshold.ringPercent
                || memoryPercent >= threshold.memoryPercent;
    }

    /** Whether every figure lies clearly below that of the threshold, so that a load just at it does not go to and fro. */
    boolean isClearOf(Load threshold) {
        return lagNs < threshold.lagNs / ALL_PERCENT * EASED_PERCENT
                && ringPercent * ALL_PERCENT < threshold.ringPercent * EASED_PERCENT
                && memoryPercent * ALL_PERCENT < threshold.memoryPercent * EASED_PERCENT;
    }
}
