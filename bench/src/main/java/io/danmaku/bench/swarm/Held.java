package io.danmaku.bench.swarm;

import java.util.Arrays;
import java.util.BitSet;

/** What a viewer that checks has got of its room so far. On its event loop only. */
final class Held {
    private static final int KEYS_MAX = 1_000_000;

    private final BitSet chats = new BitSet();
    private final BitSet gifts = new BitSet();
    private final BitSet places = new BitSet();
    private long[] reliable = new long[16];
    private int reliableCount;
    /** By key, the number of the last message of it plus 1; 0: none. */
    private int[] newest = new int[0];

    /** @return false when it has it already */
    boolean chat(int number) {
        return add(chats, number);
    }

    /** @return false when it has it already */
    boolean gift(int number, long offset) {
        if (reliableCount == reliable.length) {
            reliable = Arrays.copyOf(reliable, reliableCount * 2);
        }
        reliable[reliableCount++] = offset;
        return add(gifts, number);
    }

    /** @return false when it has it already, or there cannot be such a key */
    boolean place(int number, long key) {
        if (key < 0 || key > KEYS_MAX) {
            return false;
        }
        if (key >= newest.length) {
            newest = Arrays.copyOf(newest, Math.max((int) key + 1, newest.length * 2));
        }
        newest[(int) key] = number + 1;
        return add(places, number);
    }

    private static boolean add(BitSet seen, int number) {
        boolean fresh = !seen.get(number);
        seen.set(number);
        return fresh;
    }

    /**
     * How many of these it does not have.
     *
     * @param offsets of all RELIABLE events of the room, sorted
     * @param from the first offset that it has to have
     */
    long missing(long[] offsets, long from) {
        long[] have = Arrays.copyOf(reliable, reliableCount);
        Arrays.sort(have);
        return Arrays.stream(offsets)
                .filter(offset -> offset >= from && Arrays.binarySearch(have, offset) < 0)
                .count();
    }

    /**
     * Keys of which it does not have the newest message.
     *
     * @param numbers by key, -1: none
     */
    long stale(int[] numbers) {
        long stale = 0;
        for (int key = 0; key < numbers.length; key++) {
            if (numbers[key] >= 0 && (key >= newest.length || newest[key] != numbers[key] + 1)) {
                stale++;
            }
        }
        return stale;
    }
}
