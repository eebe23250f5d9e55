package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Viewers that lost their connection and came back. Thread-safe. */
final class Returns {
    private static final int SECONDS_MAX = 3_600;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_US = 1_000;

    private final AtomicInteger away = new AtomicInteger();
    private final AtomicInteger back = new AtomicInteger();
    private final AtomicInteger hinted = new AtomicInteger();
    private final AtomicLong firstLostNs = new AtomicLong();
    private final AtomicLong lastBackNs = new AtomicLong();
    /** From the end of the connection to having joined again. */
    private final Histogram awayUs = new ConcurrentHistogram(3);
    /** Handshakes answered, by second after the first end. */
    private final AtomicIntegerArray handshakes = new AtomicIntegerArray(SECONDS_MAX);

    void lost(long nowNs) {
        firstLostNs.compareAndSet(0, nowNs);
        away.incrementAndGet();
    }

    void back(long lostNs, long nowNs, boolean hint) {
        awayUs.recordValue((nowNs - lostNs) / NS_PER_US);
        lastBackNs.accumulateAndGet(nowNs, Math::max);
        hinted.addAndGet(hint ? 1 : 0);
        away.decrementAndGet();
        back.incrementAndGet();
    }

    /** A handshake was answered; one before anybody was lost is none of a return. */
    void opened(long nowNs) {
        long first = firstLostNs.get();
        if (first != 0) {
            handshakes.incrementAndGet((int) Math.min(SECONDS_MAX - 1, (nowNs - first) / NS_PER_S));
        }
    }

    int away() {
        return away.get();
    }

    int back() {
        return back.get();
    }

    ObjectNode write(ObjectNode to) {
        int peak = 0;
        for (int i = 0; i < SECONDS_MAX; i++) {
            peak = Math.max(peak, handshakes.get(i));
        }
        return to.put("away", away.get())
                .put("back", back.get())
                .put("hinted", hinted.get())
                .put("firstLostNs", firstLostNs.get())
                .put("lastBackNs", lastBackNs.get())
                .put("p50Us", awayUs.getValueAtPercentile(50))
                .put("p99Us", awayUs.getValueAtPercentile(99))
                .put("maxUs", awayUs.getMaxValue())
                .put("handshakesPeak", peak);
    }
}
