package io.danmaku.bench.swarm;

import io.danmaku.bench.load.Publishers;
import io.netty.buffer.ByteBuf;
import java.util.BitSet;
import org.HdrHistogram.Histogram;

/**
 * What one viewer of a room makes of its frames. All read the head, {@code from} and {@code to}, and the end, where {@code skipped} stands: so
 * they know how many events a frame says it has without looking at them. Who checks also reads every event. On its event loop only.
 */
final class Watch {
    private static final byte[] BEFORE_FROM = Scan.ascii("\",\"from\":");
    private static final byte[] BEFORE_TO = Scan.ascii(",\"to\":");
    private static final byte[] NOTHING_SKIPPED = Scan.ascii("]}");
    private static final byte[] GAP = Scan.ascii("\"}");
    private static final byte[] REPEAT = Scan.ascii("\"repeat\":");
    private static final byte[] EVENT = Scan.ascii("{\"o\":");
    private static final byte[] TEXT = Scan.ascii("{\"text\":\"" + Publishers.MARK);
    private static final byte[] SPACE = {' '};
    private static final byte[] COMMA = {','};
    private static final long NS_PER_US = 1_000;

    private final byte[] head;
    private final Counts counts;
    /** Of messages whose intended time lies in the measured stretch; shared by the viewers of a loop. */
    private final Latency latency;
    /** Numbers of the messages seen; null for who does not check. */
    private final BitSet seen;

    private long next = -1;

    /** The measured stretch of intended times, and the latencies of messages in it. */
    static final class Latency {
        final Histogram us = new Histogram(3);
        long fromNs = Long.MAX_VALUE;
        long toNs = Long.MAX_VALUE;
    }

    Watch(String room, boolean checks, Counts counts, Latency latency) {
        head = Scan.ascii("{\"room\":\"" + room);
        this.counts = counts;
        this.latency = latency;
        seen = checks ? new BitSet() : null;
    }

    /** The room's last offset at the time of joining: frames go on behind it. */
    void joined(long headOffset) {
        next = headOffset + 1;
    }

    /** Offset of the next event due, -1 before it has joined. */
    long next() {
        return next;
    }

    /**
     * Takes a text message.
     *
     * @return false when it is no batch of this room
     */
    boolean take(ByteBuf message, int start, int end, long nowNs, Scan scan) {
        scan.of(message, start, end);
        if (!scan.take(head) || !scan.take(BEFORE_FROM)) {
            return false;
        }
        long from = scan.number();
        long to = scan.take(BEFORE_TO) ? scan.number() : -1;
        counts.frames++;
        if (from < 0 || to < from) {
            counts.miscounted++;
            return true;
        }
        if (from > next) {
            counts.lost += from - next;
        } else if (from < next) {
            counts.doubled += Math.min(next, to + 1) - from;
        }
        next = Math.max(next, to + 1);
        int events = scan.at();
        long count = to - from + 1 - leftOut(scan, from, to);
        counts.events += count;
        if (seen != null && check(scan.of(message, events, end), from, to, nowNs) != count) {
            counts.miscounted++;
        }
        return true;
    }

    /** Offsets of the range without an event, by the end of the frame. */
    private long leftOut(Scan scan, long from, long to) {
        if (scan.endsWith(NOTHING_SKIPPED)) {
            return 0;
        }
        if (scan.endsWith(GAP)) {
            counts.lost += to - from + 1;
            return to - from + 1;
        }
        long sum = 0;
        if (!scan.findLast('{')) {
            counts.miscounted++;
            return 0;
        }
        scan.skip();
        do {
            boolean repeats = scan.take(REPEAT);
            if (!repeats) {
                scan.find(':');
                scan.skip();
            }
            long skipped = Math.max(0, scan.number());
            sum += skipped;
            counts.skipped += repeats ? 0 : skipped;
        } while (scan.take(COMMA));
        return sum;
    }

    /** Reads every event: order, messages that come twice, latency. A brace in a text is no matter: nobody else writes into the room. */
    private int check(Scan scan, long from, long to, long nowNs) {
        int events = 0;
        long last = from - 1;
        while (scan.find('{')) {
            if (scan.take(EVENT)) {
                long offset = scan.number();
                if (offset <= last || offset > to) {
                    counts.disordered++;
                }
                last = offset;
                events++;
            } else if (scan.take(TEXT)) {
                message(scan, nowNs);
            } else {
                scan.skip();
            }
        }
        return events;
    }

    private void message(Scan scan, long nowNs) {
        long intendedNs = scan.number();
        int number = scan.take(SPACE) ? (int) scan.number() : -1;
        if (intendedNs < 0 || number < 0) {
            counts.miscounted++;
            return;
        }
        if (seen.get(number)) {
            counts.doubled++;
        }
        seen.set(number);
        if (intendedNs >= latency.fromNs && intendedNs < latency.toNs) {
            latency.us.recordValue(Math.max(0, (nowNs - intendedNs) / NS_PER_US));
        }
    }
}
