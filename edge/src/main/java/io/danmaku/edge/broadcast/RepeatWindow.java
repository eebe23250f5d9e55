package io.danmaku.edge.broadcast;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells repeats as a function of the log alone: docs/decisions/0002. Fed every record of one room in order, by one thread;
 * right from the first record on that lies behind a whole window.
 */
public final class RepeatWindow {
    /** Broker time within which a record with the same key is a repeat. */
    public static final long WINDOW_MS = 60_000;
    /** Offsets within which a record with the same key is a repeat. */
    public static final long WINDOW_OFFSETS = 65_536;

    private record Key(String user, String cid) {}

    /** Where a key was seen last, and the record of its chain that was kept. */
    private record Seen(long offset, long tsMs, Kept kept) {}

    /**
     * A record that was kept: what its repeats are acknowledged with.
     *
     * @param held whether it waits for a moderator
     */
    public record Kept(long offset, long tsMs, boolean held) {}

    /** In the order of last sight: the eldest leave first. */
    private final LinkedHashMap<Key, Seen> seen = new LinkedHashMap<>();

    /**
     * Takes the next record.
     *
     * @param cid empty for records that cannot repeat
     * @return null when it is to be kept, or the kept record that it repeats
     */
    public Kept observe(long offset, long tsMs, String user, String cid) {
        return observe(offset, tsMs, user, cid, false);
    }

    /** The same of one that may wait for a moderator. */
    Kept observe(long offset, long tsMs, String user, String cid, boolean held) {
        forget(offset, tsMs);
        if (cid.isEmpty()) {
            return null;
        }
        Key key = new Key(user, cid);
        Seen last = seen.remove(key);
        if (last != null && within(last, offset, tsMs)) {
            seen.put(key, new Seen(offset, tsMs, last.kept));
            return last.kept;
        }
        seen.put(key, new Seen(offset, tsMs, new Kept(offset, tsMs, held)));
        return null;
    }

    private static boolean within(Seen last, long offset, long tsMs) {
        return offset - last.offset <= WINDOW_OFFSETS && tsMs - last.tsMs <= WINDOW_MS;
    }

    /** Drops keys that nothing from here on can repeat. The broker's time may step back: then they stay a little longer. */
    private void forget(long offset, long tsMs) {
        Iterator<Map.Entry<Key, Seen>> eldest = seen.entrySet().iterator();
        while (eldest.hasNext()) {
            Seen s = eldest.next().getValue();
            boolean tooFar = offset - s.offset > WINDOW_OFFSETS;
            boolean tooOld = tsMs - s.tsMs > 2 * WINDOW_MS;
            if (!tooFar && !tooOld) {
                return;
            }
            eldest.remove();
        }
    }

    /** Keys held. */
    public int size() {
        return seen.size();
    }
}
