package io.danmaku.bench.direct;

import java.io.IOException;

/**
 * Goes on with a loop until the hub is compiled: what a hub does before tells how long its compilers take, which is one minute
 * here and five there.
 *
 * @param leastS of a loop, in any case
 * @param mostS of a loop: compilers that are not quiet then belong to what it measures
 */
record WarmUp(Uses uses, int leastS, int mostS) {
    /** What compilers may take of all processor time while one looks. */
    static final double QUIET = 0.03;
    /** Between two looks. A single compilation takes up to a second, so less tells little. */
    static final int LOOK_S = 20;

    /** Where processor time is read. */
    @FunctionalInterface
    interface Uses {
        PartUse now() throws IOException;
    }

    /** A loop: it runs by itself, or is told to for so long. */
    @FunctionalInterface
    interface Load {
        void goOn(int seconds) throws InterruptedException;
    }

    /** @return how long it took, in seconds */
    int of(Load load) throws IOException, InterruptedException {
        load.goOn(leastS);
        int tookS = leastS;
        boolean quiet = false;
        while (!quiet && tookS + LOOK_S <= mostS) {
            PartUse before = uses.now();
            load.goOn(LOOK_S);
            tookS += LOOK_S;
            PartUse after = uses.now();
            quiet = after.besidesSince(before, PartUse.Besides.COMPILERS) <= QUIET * after.allSince(before);
        }
        return tookS;
    }
}
