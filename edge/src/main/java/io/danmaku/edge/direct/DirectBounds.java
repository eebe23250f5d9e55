package io.danmaku.edge.direct;

/**
 * Bounds of the way of direct messages; above each the answer is {@code busy}, except where another is named.
 *
 * @param waitingMax requests that wait for their result
 * @param resultWithinMs how long one waits; then {@code pending}
 * @param backlogMax records of a partition of the inbound topic that may wait to be carried out; then {@code unavailable}
 * @param inboundPendingMax records on their way to each partition of the inbound topic
 * @param devicesPerUserMax devices of one user here that get pushes; further ones get none and have to sync
 * @param pagesMax pages of dm-service that are read at a time
 * @param pageWithinMs how long one may take; then {@code unavailable}
 * @param pageBytesMax largest answer of dm-service that is taken
 */
public record DirectBounds(
        int waitingMax,
        long resultWithinMs,
        int backlogMax,
        int inboundPendingMax,
        int devicesPerUserMax,
        int pagesMax,
        long pageWithinMs,
        int pageBytesMax) {
    /** What is the operator's to choose, and what is fixed. */
    public static DirectBounds with(int backlogMax) {
        return new DirectBounds(10_000, 5_000, backlogMax, 500, 1_000, 128, 5_000, 4 << 20);
    }

    /** Of what is of the moment only, so that it never keeps a page waiting. */
    DirectBounds ofSignals() {
        return new DirectBounds(
                waitingMax, resultWithinMs, backlogMax, inboundPendingMax, devicesPerUserMax, 64, 2_000, 64 << 10);
    }
}
