package io.danmaku.bench.room;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.HubListener;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Recorder;

/** A viewer that reads the intended time of sending out of every text. All viewers share one of these; thread-safe. */
final class LatencyViewer implements HubListener {
    /** In front of the intended time, {@code System.nanoTime()} of this process. */
    static final String MARK = "bench ";

    private static final long NS_PER_US = 1_000;

    private final Recorder latencyUs;
    private final LongAdder events = new LongAdder();
    private final LongAdder frames = new LongAdder();
    private final LongAdder uncounted = new LongAdder();
    private volatile long measureFromNs = Long.MAX_VALUE;
    private volatile long measureToNs = Long.MAX_VALUE;

    LatencyViewer(Recorder latencyUs) {
        this.latencyUs = latencyUs;
    }

    /** Counts events whose intended time lies in this stretch. */
    void measure(long fromNs, long toNs) {
        measureToNs = toNs;
        measureFromNs = fromNs;
    }

    /** Whether a message that was meant to be sent then counts; the warm-up does not. */
    boolean isMeasured(long intendedNs) {
        return intendedNs >= measureFromNs && intendedNs < measureToNs;
    }

    @Override
    public void batch(String room, JsonNode batch) {
        long now = System.nanoTime();
        boolean counted = false;
        for (JsonNode event : batch.path("events")) {
            String text = event.path("d").path("text").asText();
            if (text.startsWith(MARK)) {
                long intended = Long.parseLong(text.substring(MARK.length()));
                if (isMeasured(intended)) {
                    latencyUs.recordValue(Math.max(0, (now - intended) / NS_PER_US));
                    events.increment();
                    counted = true;
                }
            }
        }
        if (counted) {
            frames.increment();
        }
    }

    @Override
    public void gap(String room, long from, long to, String reason) {
        uncounted.add(to - from + 1);
    }

    @Override
    public void violated(String room, String what) {
        System.err.println("coverage violated: " + what);
        uncounted.increment();
    }

    long events() {
        return events.sum();
    }

    long frames() {
        return frames.sum();
    }

    /** Offsets that a viewer was not told or was told wrongly: any makes the run worthless. */
    long uncounted() {
        return uncounted.sum();
    }
}
