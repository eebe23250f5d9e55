package io.danmaku.room.membership;

import java.util.HashMap;
import java.util.Map;

/**
 * Distinct users of a room over all edges: all of them up to a bound, above it a sample. A user is in a sample of 1/2^shift if the hash
 * of its id ends with so many zeros, so all edges' users are sampled alike, and who leaves is taken out again, which a HyperLogLog cannot
 * do. Of 50,000 sampled users or more the estimate is right within 0.5 %, in two of three cases.
 */
final class UserCount {
    private static final int SHIFT_MAX = 20;

    private final int namedMax;
    /** On how many edges a user is. */
    private final Map<String, Integer> edgesOfUser = new HashMap<>();

    private int shift;

    /** @param namedMax users that are remembered, from 1 */
    UserCount(int namedMax) {
        this.namedMax = namedMax;
    }

    /** A user came to one more edge. */
    void enter(String user) {
        if (!isSampled(user)) {
            return;
        }
        edgesOfUser.merge(user, 1, Integer::sum);
        while (edgesOfUser.size() > namedMax && shift < SHIFT_MAX) {
            shift++;
            edgesOfUser.keySet().removeIf(known -> !isSampled(known));
        }
    }

    /** A user left an edge. */
    void leave(String user) {
        edgesOfUser.computeIfPresent(user, (u, n) -> n == 1 ? null : n - 1);
    }

    private boolean isSampled(String user) {
        // the finalizer of MurmurHash3: ids that are numbers in a row have hashes in a row
        int hash = user.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return Integer.numberOfTrailingZeros(hash ^ (hash >>> 16)) >= shift;
    }

    int users() {
        return edgesOfUser.size() << shift;
    }

    boolean isEstimated() {
        return shift > 0;
    }

    /** Whether so many left that all may be remembered again: somebody has to enter them. */
    boolean isToBeginAnew() {
        return shift > 0 && users() <= namedMax - namedMax / 4;
    }

    /** Forgets all. */
    void clear() {
        shift = 0;
        edgesOfUser.clear();
    }

    /** Those that are remembered, in no order. */
    Iterable<String> remembered() {
        return edgesOfUser.keySet();
    }
}
