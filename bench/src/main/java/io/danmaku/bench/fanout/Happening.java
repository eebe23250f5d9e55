package io.danmaku.bench.fanout;

import java.io.IOException;

/** What happens to the viewers while messages flow. Main thread; one object a run. */
interface Happening {
    /**
     * The measured stretch.
     *
     * @param fromNs in {@code System.nanoTime()}
     */
    record Stretch(long fromNs, long toNs) {
        long middleNs() {
            return fromNs + (toNs - fromNs) / 2;
        }
    }

    /** Nothing: viewers are there and watch. */
    Happening NOTHING = new Happening() {};

    /** Whether viewers come before the messages. */
    default boolean viewersFirst() {
        return true;
    }

    /** Equal parts of the measured stretch whose latencies are told apart. */
    default int parts() {
        return 1;
    }

    /** Whether the viewers' edge is the same process all the time, so that what it used is a figure. */
    default boolean edgeStays() {
        return true;
    }

    /** Within the measured stretch, from its beginning on; messages flow, whatever it does. */
    default void during(Pass pass, Stretch stretch) throws IOException, InterruptedException {}

    /** When all has been sent and acknowledged, before viewers are asked whether they have it. */
    default void after(Pass pass) throws IOException, InterruptedException {}
}
