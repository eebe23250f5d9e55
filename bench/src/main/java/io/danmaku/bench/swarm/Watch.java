package io.danmaku.bench.swarm;

import io.danmaku.bench.load.Kind;
import io.netty.buffer.ByteBuf;

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
    private static final byte[] SAMPLED = Scan.ascii("\"sampled\":");
    private static final byte[] SLOW = Scan.ascii("\"slow\":");
    private static final byte[] CONFLATED = Scan.ascii("\"conflated\":");
    private static final byte[] EVENT = Scan.ascii("{\"o\":");
    private static final byte[] TEXT = Scan.ascii("{\"text\":\"");
    private static final byte[] CHAT = Scan.ascii(Kind.CHAT_MARK);
    private static final byte[] GIFT = Scan.ascii(Kind.GIFT_MARK);
    private static final byte[] PLACE = Scan.ascii(Kind.PLACE_MARK);
    private static final byte[] KEY = Scan.ascii("{\"key\":\"" + Kind.KEY_MARK);
    private static final byte[] SPACE = {' '};
    private static final byte[] COMMA = {','};

    private final byte[] head;
    private final Counts counts;
    /** Of messages whose intended time lies in the measured stretch; shared by the viewers of a loop. */
    private final Latency latency;
    /** Null for who does not check. */
    private final Held held;

    private long first = -1;
    private long next = -1;

    Watch(String room, boolean checks, Counts counts, Latency latency) {
        head = Scan.ascii("{\"room\":\"" + room);
        this.counts = counts;
        this.latency = latency;
        held = checks ? new Held() : null;
    }

    /** The room's last offset at the time of joining: frames go on behind it. */
    void joined(long headOffset) {
        first = headOffset + 1;
        next = first;
    }

    /** The room it comes back to is not the one it left: what was to come is lost. */
    void isAnotherRoom(long headOffset) {
        counts.lost++;
        joined(headOffset);
    }

    /** RELIABLE events of the room that it should have and has not; none for who does not check. */
    long missing(long[] offsets) {
        return held == null || first < 0 ? 0 : held.missing(offsets, first);
    }

    /** Keys whose newest message it should have and has not; none for who does not check. */
    long stale(int[] numbers) {
        return held == null || first < 0 ? 0 : held.stale(numbers);
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
        if (held != null && check(scan.of(message, events, end), from, to, nowNs) != count) {
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
            sum += leftOut(scan);
        } while (scan.take(COMMA));
        return sum;
    }

    private long leftOut(Scan scan) {
        if (scan.take(REPEAT)) {
            return Math.max(0, scan.number());
        }
        if (scan.take(SAMPLED)) {
            long sampled = Math.max(0, scan.number());
            counts.sampled += sampled;
            return sampled;
        }
        if (scan.take(SLOW) || scan.take(CONFLATED)) {
            long behind = Math.max(0, scan.number());
            counts.behind += behind;
            return behind;
        }
        scan.find(':');
        scan.skip();
        long skipped = Math.max(0, scan.number());
        counts.skipped += skipped;
        return skipped;
    }

    /** Reads every event: order, messages that come twice, latency. A brace in a text is no matter: nobody else writes into the room. */
    private int check(Scan scan, long from, long to, long nowNs) {
        int events = 0;
        long last = from - 1;
        long key = -1;
        while (scan.find('{')) {
            if (scan.take(EVENT)) {
                long offset = scan.number();
                if (offset <= last || offset > to) {
                    counts.disordered++;
                }
                last = offset;
                events++;
            } else if (scan.take(TEXT)) {
                text(scan, last, key, nowNs);
            } else if (scan.take(KEY)) {
                key = scan.number();
            } else {
                scan.skip();
            }
        }
        return events;
    }

    /** Most chats carry no mark where texts are as people write them. */
    private void text(Scan scan, long offset, long key, long nowNs) {
        if (scan.take(CHAT)) {
            long intendedNs = scan.number();
            int number = number(scan);
            took(number >= 0 && intendedNs >= 0, number < 0 || held.chat(number), intendedNs, nowNs);
        } else if (scan.take(GIFT)) {
            long intendedNs = scan.number();
            int number = number(scan);
            counts.reliable++;
            took(number >= 0 && intendedNs >= 0, number < 0 || held.gift(number, offset), intendedNs, nowNs);
        } else if (scan.take(PLACE)) {
            long intendedNs = scan.number();
            int number = number(scan);
            boolean readable = number >= 0 && intendedNs >= 0 && key >= 0;
            took(readable, !readable || held.place(number, key), intendedNs, nowNs);
        }
    }

    private static int number(Scan scan) {
        return scan.take(SPACE) ? (int) scan.number() : -1;
    }

    private void took(boolean readable, boolean fresh, long intendedNs, long nowNs) {
        if (!readable) {
            counts.miscounted++;
            return;
        }
        if (!fresh) {
            counts.doubled++;
        }
        latency.record(intendedNs, nowNs);
    }
}
