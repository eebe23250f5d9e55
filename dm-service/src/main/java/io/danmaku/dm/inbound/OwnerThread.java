package io.danmaku.dm.inbound;

import java.util.concurrent.Executor;

/** The one thread that touches a partition's state, with its clock. Tests run it by hand. */
interface OwnerThread extends Executor {

    /** Runs something here later; not at all when the thread has ended by then. */
    void after(long delayMs, Runnable task);

    /** Time that only goes forward. */
    long nowMs();
}
