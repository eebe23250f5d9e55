package io.danmaku.room.membership;

import java.util.HashSet;
import java.util.Set;

/** What one edge said of one room. */
final class EdgeRoom {
    private final Set<String> users = new HashSet<>();
    /** Number of the last record. */
    long n;

    int viewers;
    long sent;
    /** Something was missed: {@link #users} is a guess until a snapshot comes. {@link #viewers} is never: each record says it whole. */
    boolean stale;
    /** Users are not remembered here, for want of room; its viewers count as users. */
    boolean uncounted;
    /** Log time of the last request for a snapshot of it. */
    long askedMs = Long.MIN_VALUE / 2;

    Set<String> users() {
        return users;
    }

    boolean isEmpty() {
        return viewers == 0 && users.isEmpty();
    }
}
