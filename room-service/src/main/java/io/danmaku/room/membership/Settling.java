package io.danmaku.room.membership;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whether all edges have said what they hold, after a take-over. Before that numbers would be too small, and nothing is published. All times are of
 * the log.
 */
final class Settling {
    /** So long after the own first tick all edges have had the time to answer. */
    private static final long LATEST_MS = 4_000;
    /** So long after it each edge that lives was heard: it says so every second. */
    private static final long EARLIEST_MS = 1_200;
    /** An edge without viewers answers nothing: it had the time to. */
    private static final long ANSWER_MS = 700;

    /** Edges that had viewers, as the former instance said, and have not said goodbye; null = not known, so all the time is waited for. */
    private final Set<String> former;
    /** Log time of the first own tick: what was read before it had been written before this instance counted. */
    private long startedMs = -1;

    private boolean over;

    Settling(Set<String> former) {
        this.former = former == null ? null : new HashSet<>(former);
    }

    /** An own tick was read. */
    void ticked(long nowMs) {
        if (startedMs < 0) {
            startedMs = nowMs;
        }
    }

    /** An edge said goodbye, or is dead. */
    void gone(String edge) {
        if (former != null) {
            former.remove(edge);
        }
    }

    boolean isOver() {
        return over;
    }

    /** True once, when it is over. */
    boolean ends(long nowMs, Map<String, EdgeCount> edges) {
        if (over || startedMs < 0) {
            return false;
        }
        long waitedMs = nowMs - startedMs;
        over = waitedMs >= LATEST_MS || (waitedMs >= EARLIEST_MS && haveAnswered(nowMs, edges));
        return over;
    }

    private boolean haveAnswered(long nowMs, Map<String, EdgeCount> edges) {
        return former != null
                && edges.keySet().containsAll(former)
                && edges.values().stream()
                        .allMatch(edge -> edge.hasAnswered(nowMs)
                                || (!edge.answered
                                        && !former.contains(edge.name())
                                        && nowMs - edge.firstHeardMs >= ANSWER_MS));
    }
}
