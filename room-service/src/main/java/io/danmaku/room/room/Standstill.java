package io.danmaku.room.room;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/**
 * Whether this process stood still: stopped, swapped out, or starved. Others may have judged that it hangs and gone on with its work, so what it
 * had in hand then is not its own any more. Asked from any thread.
 */
public final class Standstill {
    /** Nobody judges sooner: two looks in a row without an answer take longer ({@link OwnerWatch}). */
    public static final long LONGEST_MS = 1_500;

    /** Why something is begun anew. */
    public static final String NOTICED = "this process stood still";

    private static final long LONGEST_NS = TimeUnit.MILLISECONDS.toNanos(LONGEST_MS);
    private static final long BEAT_MS = 250;

    private volatile long beatNs;
    private volatile long noticedNs;

    Standstill(long nowNs) {
        beatNs = nowNs;
        noticedNs = nowNs;
    }

    /** @param context whose thread has to get on: the one that answers others */
    public static Standstill watch(Vertx vertx, Context context) {
        Standstill watched = new Standstill(System.nanoTime());
        context.runOnContext(v -> vertx.setPeriodic(BEAT_MS, t -> watched.beat(System.nanoTime())));
        return watched;
    }

    /** The process gets on. */
    void beat(long nowNs) {
        notice(nowNs);
        beatNs = nowNs;
    }

    private void notice(long nowNs) {
        if (nowNs - beatNs > LONGEST_NS) {
            noticedNs = nowNs;
        }
    }

    /** Whether it did after a time, by {@code System.nanoTime()}; known before anything else is done that waited meanwhile. */
    public boolean since(long ns) {
        return since(ns, System.nanoTime());
    }

    boolean since(long ns, long nowNs) {
        notice(nowNs);
        return noticedNs - ns > 0;
    }
}
