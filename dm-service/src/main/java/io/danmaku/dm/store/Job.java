package io.danmaku.dm.store;

import java.util.Locale;
import java.util.Map;

/**
 * One message from one user to many.
 *
 * @param id by which its maker calls it
 * @param uid tells it from another one of this id, long before or after; never used again
 * @param from who is its sender
 * @param createdMs Unix time
 * @param donePart up to this part, in the order of their numbers, all is done
 * @param holder which instance works on it now, null = none
 */
public record Job(
        String tenant,
        String id,
        String uid,
        String from,
        String kind,
        String body,
        long createdMs,
        State state,
        int donePart,
        String holder) {

    /** Parts are numbered from 1 to this. */
    public static final int PARTS_MAX = 1_000;
    /** Most recipients of a part, so that a job has at most 1,000,000. */
    public static final int PART_USERS_MAX = 1_000;

    /** Where a job stands. */
    public enum State {
        /** Takes recipients. */
        OPEN,
        RUNNING,
        DONE,
        CANCELLED;

        /** As it is told and kept. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String wireName) {
            return valueOf(wireName.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * What has become of some recipients.
     *
     * @param sent who have the message
     * @param refused who do not get it, by code
     */
    public record Counts(int sent, Map<String, Integer> refused) {
        public Counts {
            refused = Map.copyOf(refused);
        }

        public int total() {
            return sent + refused.values().stream().mapToInt(n -> n).sum();
        }
    }

    /** @param recipients of all its parts */
    public record Progress(Job job, int recipients, Counts counts) {}

    /** Whether two are asked for with the same words. */
    public boolean asks(String otherFrom, String otherKind, String otherBody) {
        return from.equals(otherFrom) && kind.equals(otherKind) && body.equals(otherBody);
    }
}
