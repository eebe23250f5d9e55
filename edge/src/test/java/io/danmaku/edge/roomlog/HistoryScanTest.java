package io.danmaku.edge.roomlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.edge.tail.Deletions;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.RoomKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** History over pages that are made by hand, of few offsets each. */
class HistoryScanTest {
    private static final int PAGE = 7;
    private static final EventType[] TYPES = {EventType.CHAT, EventType.GIFT, EventType.STATE, EventType.POLICY};

    private final Deletions deletions = new Deletions();

    /** An event of the log. */
    private record Said(EventType type, String user, String text) {
        boolean isWanted(HistoryRequest wanted) {
            return (wanted.types().isEmpty() || wanted.types().contains(type.wireName()))
                    && (wanted.user().isEmpty() || wanted.user().equals(user));
        }
    }

    /**
     * A room's log.
     *
     * @param gone offsets that retention took
     * @param all from offset 1 on, null where an offset carries no event
     */
    private record Log(int gone, List<Said> all) {
        static Log random(int size, Random random) {
            List<Said> all = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                EventType type = TYPES[random.nextInt(TYPES.length)];
                all.add(
                        random.nextInt(4) == 0
                                ? null
                                : new Said(type, type == EventType.POLICY ? "" : "u" + random.nextInt(2), "x"));
            }
            return new Log(random.nextBoolean() ? 0 : random.nextInt(size + 1), all);
        }

        static Log ofChats(int size, String text) {
            List<Said> all = new ArrayList<>();
            for (int i = 1; i <= size; i++) {
                all.add(new Said(EventType.CHAT, "u" + i % 2, text));
            }
            return new Log(0, all);
        }

        PageReader.Range range() {
            return new PageReader.Range(1, all.size());
        }

        /** As {@code PageReader} answers: batches without holes, and what is gone as a gap up to its end. */
        CompletableFuture<List<Batch>> page(long offset) {
            long first = (offset - 1) / PAGE * PAGE + 1;
            long to = Math.min(first + PAGE - 1, all.size());
            List<Batch> batches = new ArrayList<>();
            if (first <= gone) {
                batches.add(BatchWriter.gap("42", first, gone, "retention"));
            }
            BatchWriter writer = new BatchWriter("42");
            for (long o = Math.max(first, gone + 1L); o <= to; o++) {
                Said said = all.get((int) o - 1);
                if (said == null) {
                    writer.skip(o, SkipReason.REPEAT);
                } else {
                    String user = said.user.isEmpty() ? null : said.user;
                    ObjectNode detail = Json.object().put("text", said.text);
                    writer.add(
                            o,
                            o * 10,
                            said.type.deliveryClass(),
                            "k",
                            EventDetail.fragment(said.type, user, user, detail));
                }
                if (o % 3 == 0) {
                    batches.add(writer.finish());
                }
            }
            if (!writer.isEmpty()) {
                batches.add(writer.finish());
            }
            return CompletableFuture.completedFuture(batches);
        }
    }

    private static List<Long> offsets(HistoryPage page) {
        return page.events().stream()
                .map(event -> {
                    try {
                        return Json.MAPPER.readTree(event).get("o").asLong();
                    } catch (IOException notJson) {
                        throw new UncheckedIOException(notJson);
                    }
                })
                .toList();
    }

    private static HistoryRequest request(boolean forward, long from, int limit, int pagesMax) {
        return forward
                ? new HistoryRequest(true, from, Long.MAX_VALUE, 0, Long.MAX_VALUE, Set.of(), "", limit, pagesMax)
                : HistoryRequest.below(from, limit, pagesMax);
    }

    private HistoryPage scan(Log log, HistoryRequest wanted) {
        return new HistoryScan(wanted, log.range(), deletions, log::page).run().join();
    }

    @Property(tries = 1_000)
    void pagesOneAfterAnotherHaveEveryWantedEventOnceAndTellWhatIsGone(
            @ForAll long seed,
            @ForAll @IntRange(max = 60) int size,
            @ForAll boolean forward,
            @ForAll @IntRange(min = 1, max = 9) int limit,
            @ForAll @IntRange(min = 1, max = 3) int pagesMax) {
        Random random = new Random(seed);
        Log log = Log.random(size, random);
        // as times leave it
        PageReader.Range range = new PageReader.Range(1 + random.nextInt(size + 2), random.nextInt(size + 1));
        Set<String> types = random.nextBoolean() ? Set.of() : Set.of("gift", "policy");
        String user = random.nextBoolean() ? "" : "u1";
        long after = random.nextInt(3) > 0 ? 0 : random.nextInt(size + 1);
        long before = random.nextInt(3) > 0 ? Long.MAX_VALUE : 1 + random.nextInt(size + 1);
        long first = Math.max(range.first(), after + 1);
        long last = Math.min(range.last(), before - 1);

        List<Long> found = new ArrayList<>();
        Set<Long> gone = new TreeSet<>();
        HistoryRequest wanted;
        HistoryPage page;
        int asked = 0;
        do {
            wanted = new HistoryRequest(forward, after, before, 0, Long.MAX_VALUE, types, user, limit, pagesMax);
            int[] reads = new int[1];
            page = new HistoryScan(wanted, range, deletions, offset -> {
                        reads[0]++;
                        return log.page(offset);
                    })
                    .run()
                    .join();
            assertTrue(reads[0] <= pagesMax, "pages that were read");
            assertTrue(page.events().size() <= limit);
            found.addAll(forward ? found.size() : 0, offsets(page));
            if (page.gapFrom() > 0) {
                LongStream.rangeClosed(page.gapFrom(), page.gapTo())
                        .forEach(o -> assertTrue(gone.add(o), "told twice that it is gone"));
            }
            after = forward ? page.next() : after;
            before = forward ? before : page.next();
            assertTrue(++asked <= size + 1, "it comes to an end");
        } while (page.more());

        List<Long> expected = new ArrayList<>();
        Set<Long> expectedGone = new TreeSet<>();
        for (long o = first; o <= last; o++) {
            Said said = log.all.get((int) o - 1);
            if (o <= log.gone) {
                expectedGone.add(o);
            } else if (said != null && said.isWanted(wanted)) {
                expected.add(o);
            }
        }
        assertEquals(expected, found);
        assertEquals(expectedGone, gone);
    }

    @Test
    void aRareTypeInALongLogEndsWithWhereToGoOn() {
        List<Said> all = new ArrayList<>(Log.ofChats(10 * PAGE, "x").all);
        all.set(2, new Said(EventType.GIFT, "u1", "x"));
        Log log = new Log(0, all);
        HistoryRequest wanted =
                new HistoryRequest(false, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE, Set.of("gift"), "", 50, 4);
        HistoryPage page = scan(log, wanted);
        assertEquals(List.of(), offsets(page));
        assertTrue(page.more());
        assertEquals(6 * PAGE + 1, page.next());
        HistoryRequest on = new HistoryRequest(false, 0, page.next(), 0, Long.MAX_VALUE, Set.of("gift"), "", 50, 6);
        assertEquals(List.of(3L), offsets(scan(log, on)));
    }

    @Test
    void atTheHeadThereIsNoMoreAndTheCursorServesForWhatComes() {
        Log log = Log.ofChats(10, "x");
        HistoryPage page = scan(log, request(true, 7, 50, 4));
        assertEquals(List.of(8L, 9L, 10L), offsets(page));
        assertFalse(page.more());
        assertEquals(10, page.next());
        HistoryPage none = scan(log, request(true, 10, 50, 4));
        assertEquals(List.of(), offsets(none));
        assertFalse(none.more());
        assertEquals(10, none.next());
        assertEquals(List.of(11L), offsets(scan(Log.ofChats(11, "x"), request(true, none.next(), 50, 4))));
    }

    @Test
    void whatIsDeletedWhileLaterPagesAreReadIsNotAnswered() {
        Log log = Log.ofChats(3 * PAGE, "x");
        Deletion deletion = new Deletion(new RoomKey("default", "42"), "e", "u1", 1, 3 * PAGE, "1", 0);
        int[] reads = new int[1];
        HistoryPage page = new HistoryScan(request(false, Long.MAX_VALUE, 50, 3), log.range(), deletions, offset -> {
                    if (++reads[0] == 3) {
                        deletions.put("key", deletion);
                    }
                    return log.page(offset);
                })
                .run()
                .join();
        assertEquals(3, reads[0]);
        assertEquals(
                LongStream.rangeClosed(1, 3 * PAGE)
                        .filter(o -> o % 2 == 0)
                        .boxed()
                        .toList(),
                offsets(page));
    }

    @Test
    void longEventsMakeAShortPage() {
        char[] text = new char[100_000];
        Arrays.fill(text, 'x');
        Log log = Log.ofChats(40, new String(text));
        HistoryPage page = scan(log, request(true, 0, 50, 9));
        assertEquals(11, page.events().size(), "as many as it takes to be longer than 1 MiB");
        assertTrue(page.more());
        assertEquals(12L, offsets(scan(log, request(true, page.next(), 50, 9))).get(0));
    }
}
