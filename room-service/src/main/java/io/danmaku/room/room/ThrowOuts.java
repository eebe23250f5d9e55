package io.danmaku.room.room;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * When this instance throws out others that hang. All judge alike and at about the same time, so they act in turns: two at once, and the second
 * would throw out the first, which has just taken over. On the state context.
 */
final class ThrowOuts {
    /** The next instance in line waits so much longer: perhaps the one before cannot reach Pulsar. */
    static final long TURN_MS = 2_000;
    /** Between two times for one instance: two that cannot see each other throw each other out no faster. */
    static final long INTERVAL_MS = 60_000;

    private final Map<Owner, Long> dueMs = new HashMap<>();

    /**
     * Whether it is time to throw out one that hangs; asked for as long as that holds. When it is, it is taken for done.
     *
     * @param before how many instances come before this one in line ({@link Instances#before})
     */
    boolean take(Owner hung, long before, long nowMs) {
        if (nowMs < dueMs.computeIfAbsent(hung, first -> nowMs + before * TURN_MS)) {
            return false;
        }
        dueMs.put(hung, nowMs + INTERVAL_MS);
        return true;
    }

    /** It was not done: it is time again at {@code atMs}. */
    void again(Owner hung, long atMs) {
        dueMs.put(hung, atMs);
    }

    /** Forgets those that do not hang any more and are not waited for. */
    void forget(Predicate<Owner> hangs, long nowMs) {
        dueMs.entrySet().removeIf(due -> due.getValue() <= nowMs && !hangs.test(due.getKey()));
    }
}
