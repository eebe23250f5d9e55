package io.danmaku.edge.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RepeatWindowTest {
    private record Sent(long offset, long tsMs, String user, String cid) {}

    /** A log with few ids, so that they repeat near and far, and times that jump over the window now and then. */
    private static List<Sent> log(Random random) {
        List<Sent> log = new ArrayList<>();
        long ts = 1_000_000;
        for (long offset = 1; offset <= 400; offset++) {
            ts += random.nextInt(20) == 0 ? random.nextInt(70_000) : random.nextInt(2_000);
            String cid = random.nextInt(10) == 0 ? "" : "c" + random.nextInt(12);
            log.add(new Sent(offset, ts, "u" + random.nextInt(3), cid));
        }
        return log;
    }

    /** The definition, word for word. */
    private static boolean isRepeat(List<Sent> log, Sent record) {
        return !record.cid.isEmpty()
                && log.stream()
                        .anyMatch(before -> before.offset < record.offset
                                && before.user.equals(record.user)
                                && before.cid.equals(record.cid)
                                && record.tsMs - before.tsMs <= RepeatWindow.WINDOW_MS
                                && record.offset - before.offset <= RepeatWindow.WINDOW_OFFSETS);
    }

    /** What a reader says that starts anywhere and may speak only of what lies a window behind its start. */
    private static List<Long> repeats(List<Sent> log, int start, long speakFrom) {
        RepeatWindow window = new RepeatWindow();
        List<Long> repeats = new ArrayList<>();
        for (Sent s : log.subList(start, log.size())) {
            if (window.observe(s.offset, s.tsMs, s.user, s.cid) != null && s.offset >= speakFrom) {
                repeats.add(s.offset);
            }
        }
        return repeats;
    }

    @Property(tries = 400)
    void twoEdgesThatStartAnywhereLeaveOutTheSameRecords(@ForAll long seed) {
        Random random = new Random(seed);
        List<Sent> log = log(random);
        int speakAt = random.nextInt(log.size());
        long speakFrom = log.get(speakAt).offset;
        List<Long> defined = log.stream()
                .filter(s -> s.offset >= speakFrom && isRepeat(log, s))
                .map(Sent::offset)
                .toList();
        for (int edge = 0; edge < 2; edge++) {
            int start = 0;
            while (start < speakAt
                    && log.get(speakAt).tsMs - log.get(start).tsMs > RepeatWindow.WINDOW_MS
                    && random.nextInt(10) > 0) {
                start++;
            }
            assertEquals(defined, repeats(log, start, speakFrom));
        }
    }

    @Test
    void repeatOfARepeatIsAcknowledgedWithTheFirst() {
        RepeatWindow window = new RepeatWindow();
        assertNull(window.observe(1, 0, "u", "a"));
        assertEquals(1, window.observe(5, 50_000, "u", "a").offset());
        assertEquals(1, window.observe(9, 100_000, "u", "a").offset());
        assertNull(window.observe(10, 170_000, "u", "a"));
    }

    @Test
    void sameIdOfAnotherUserIsNoRepeat() {
        RepeatWindow window = new RepeatWindow();
        assertNull(window.observe(1, 0, "u", "a"));
        assertNull(window.observe(2, 0, "v", "a"));
        assertNull(window.observe(3, 0, "", ""));
        assertNull(window.observe(4, 0, "", ""));
    }

    @Test
    void windowEndsWithTheOffsetsAlso() {
        RepeatWindow window = new RepeatWindow();
        assertNull(window.observe(1, 0, "u", "a"));
        assertNotNull(window.observe(1 + RepeatWindow.WINDOW_OFFSETS, 1, "u", "a"));
        assertNull(window.observe(2 + 2 * RepeatWindow.WINDOW_OFFSETS, 2, "u", "a"));
    }

    @Test
    void windowForgetsWhatNothingCanRepeat() {
        RepeatWindow window = new RepeatWindow();
        for (int i = 1; i <= 10_000; i++) {
            window.observe(i, i * 100L, "u", "c" + i);
        }
        assertTrue(window.size() <= 1_202, "two windows of time: " + window.size());
    }

    @Test
    void roomKnowsItsRepeatsFromWhereItBegan() {
        DecidedRepeats decided = new DecidedRepeats(101);
        decided.add(105);
        decided.add(110);
        assertNull(decided.within(100, 200));
        assertEquals(
                List.of(105L, 110L),
                java.util.Arrays.stream(decided.within(101, 110)).boxed().toList());
        assertEquals(0, decided.within(106, 109).length);
        for (long offset = 1_000; offset < 1_000 + 70_000; offset++) {
            decided.add(offset);
        }
        assertNull(decided.within(105, 106), "with too many, what is known begins later");
        assertEquals(10, decided.within(70_000, 70_009).length);
    }
}
