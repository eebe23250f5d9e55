package io.danmaku.edge.roomlog;

import java.util.Set;

/**
 * Which events of a room's log somebody wants; all that it says has to hold.
 *
 * @param forward whether from the first offset on, else from the last one back
 * @param after offset above which, 0 = from the first
 * @param before offset below which, Long.MAX_VALUE = up to the head
 * @param fromMs the broker's time from which, 0 = any
 * @param toMs the broker's time before which, Long.MAX_VALUE = any
 * @param types wire names, empty = all
 * @param user who sent them, empty = anybody
 * @param limit most events of a page
 * @param pagesMax pages of {@link Pages#PAGE_OFFSETS} that are looked through for it
 */
public record HistoryRequest(
        boolean forward,
        long after,
        long before,
        long fromMs,
        long toMs,
        Set<String> types,
        String user,
        int limit,
        int pagesMax) {

    public HistoryRequest {
        types = Set.copyOf(types);
    }

    /** The newest events below an offset. */
    public static HistoryRequest below(long before, int limit, int pagesMax) {
        return new HistoryRequest(false, 0, before, 0, Long.MAX_VALUE, Set.of(), "", limit, pagesMax);
    }

    /** The same from a time of the broker's on. */
    public HistoryRequest from(long ms) {
        return new HistoryRequest(forward, after, before, ms, toMs, types, user, limit, pagesMax);
    }

    boolean anyTime() {
        return fromMs == 0 && toMs == Long.MAX_VALUE;
    }
}
