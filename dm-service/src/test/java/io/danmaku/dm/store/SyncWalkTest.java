package io.danmaku.dm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.dm.store.SyncWalk.Bucket;
import io.danmaku.dm.store.SyncWalk.Entry;
import io.danmaku.dm.store.SyncWalk.Found;
import io.danmaku.dm.store.SyncWalk.Marked;
import io.danmaku.protocol.log.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Pages of sync from rows kept by hand: whatever happens meanwhile, all is told, and what stands still is told once. */
class SyncWalkTest {
    /** What a user's rows hold, and how far their writers have come. */
    private static final class Rows implements SyncWalk.Source {
        final Random random;
        final List<NavigableMap<Long, Entry>> logs = new ArrayList<>();
        final List<NavigableMap<Long, Set<String>>> cells = new ArrayList<>();
        final Map<String, Long> movedAt = new HashMap<>();
        final long[] last = new long[Topics.DIRECT_PARTITIONS];
        final long[] finished = new long[Topics.DIRECT_PARTITIONS];
        /** What happens between two reads. */
        Runnable meanwhile = () -> {};

        int lookedUp;

        Rows(long seed) {
            random = new Random(seed);
            Arrays.fill(last, -1);
            Arrays.fill(finished, -1);
            for (int p = 0; p < last.length; p++) {
                logs.add(new TreeMap<>());
                cells.add(new TreeMap<>());
            }
        }

        static int partition(String peer) {
            return Integer.parseInt(peer.substring(0, peer.indexOf('-')));
        }

        void message(int p, long index) {
            boolean note = index % 3 == 0;
            String id = p + "/" + index;
            logs.get(p).put(index, new Entry(index, note ? null : id, note ? id : null));
            last[p] = index;
        }

        void move(String peer, long index) {
            int p = partition(peer);
            cells.get(p)
                    .computeIfAbsent(Buckets.ofMark(index), cell -> new TreeSet<>())
                    .add(peer);
            movedAt.put(peer, index);
            last[p] = index;
        }

        /** Records of others, messages, and marks, at near and far indexes. */
        void something(int partitions, int peers) {
            int p = random.nextInt(partitions);
            long far = random.nextInt(20) == 0 ? Buckets.LOG_INDEXES / 2 : random.nextInt(4) == 0 ? 900 : 3;
            long index = last[p] + 1 + random.nextLong(far);
            int what = random.nextInt(9);
            if (what < 4) {
                message(p, index);
            }
            // a CLEAR is both
            if (what > 2) {
                move(p + "-" + random.nextInt(peers), index);
            }
        }

        void finish() {
            System.arraycopy(last, 0, finished, 0, last.length);
        }

        private <T> CompletionStage<T> answer(T answer) {
            meanwhile.run();
            return CompletableFuture.completedFuture(answer);
        }

        @Override
        public CompletionStage<long[]> finished() {
            return answer(finished.clone());
        }

        @Override
        public CompletionStage<List<Bucket>> buckets(long from) {
            Set<Bucket> buckets = new LinkedHashSet<>();
            for (int p = 0; p < last.length; p++) {
                for (long index : logs.get(p).keySet()) {
                    buckets.add(new Bucket(p, Buckets.ofLog(index)));
                }
                for (long cell : cells.get(p).keySet()) {
                    buckets.add(new Bucket(p, Buckets.ofLog(cell * Buckets.MARKS)));
                }
            }
            return answer(
                    buckets.stream().filter(bucket -> bucket.number() >= from).toList());
        }

        @Override
        public CompletionStage<List<Entry>> log(Bucket bucket, long after, long upTo, int rowsMax) {
            return answer(logs.get(bucket.partition()).values().stream()
                    .filter(e -> Buckets.ofLog(e.index()) == bucket.number() && e.index() > after && e.index() <= upTo)
                    .limit(rowsMax)
                    .toList());
        }

        @Override
        public CompletionStage<List<Marked>> marked(Bucket bucket, long fromCell, long toCell, int rowsMax) {
            List<Marked> rows = new ArrayList<>();
            cells.get(bucket.partition()).forEach((cell, peers) -> {
                if (Buckets.ofLog(cell * Buckets.MARKS) == bucket.number() && cell >= fromCell && cell <= toCell) {
                    peers.forEach(peer -> rows.add(new Marked(cell, peer)));
                }
            });
            return answer(rows.stream().limit(rowsMax).toList());
        }

        @Override
        public CompletionStage<List<ConversationMarks>> contacts(List<String> peers) {
            assertEquals(peers.size(), Set.copyOf(peers).size(), "each is looked up once");
            lookedUp += peers.size();
            List<ConversationMarks> contacts = peers.stream()
                    .map(peer -> new ConversationMarks(peer, 0, 0, 0, 0, 0, 0, movedAt.get(peer)))
                    .toList();
            return answer(contacts);
        }
    }

    /** A device that asks until there is no more. */
    private static final class Device {
        final List<String> told = new ArrayList<>();
        final Map<String, Long> marks = new HashMap<>();
        SyncPosition at = SyncPosition.start();
        int marksTold;
        int pages;

        void sync(Rows rows, int limit) {
            boolean more = true;
            while (more) {
                Found page =
                        new SyncWalk(rows, at, limit).go().toCompletableFuture().join();
                assertTrue(page.messageIds().size()
                                + page.changes().size()
                                + page.marks().size()
                        <= Math.max(2, limit));
                told.addAll(page.messageIds());
                told.addAll(page.changes());
                page.marks().forEach(one -> marks.merge(one.peer(), one.movedAt(), Math::max));
                marksTold += page.marks().size();
                more = page.more();
                SyncPosition next = SyncPosition.parse(page.next().toString());
                if (more) {
                    assertNotEquals(at.toString(), next.toString(), "it comes further");
                }
                at = next;
                pages++;
            }
        }

        /** Everything up to its position was told: of marks in the form that they had there, or a newer one, or one comes behind it. */
        void assertKnowsAll(Rows rows, Map<String, NavigableMap<Long, String>> moves) {
            List<String> all = new ArrayList<>();
            for (int p = 0; p < rows.last.length; p++) {
                int partition = p;
                rows.logs.get(p).headMap(at.index(p), true).keySet().forEach(index -> all.add(partition + "/" + index));
            }
            assertEquals(Set.copyOf(all), Set.copyOf(told));
            assertEquals(all.size(), told.size(), "each once");
            moves.forEach((peer, indexes) -> {
                long position = at.index(Rows.partition(peer));
                Long newest = indexes.floorKey(position);
                if (newest != null && indexes.higherKey(position) == null) {
                    assertTrue(marks.getOrDefault(peer, -1L) >= newest, () -> peer + " moved at " + newest);
                }
            });
        }
    }

    @Property(tries = 300)
    void whateverStandsStillIsToldOnceAndInTheOrderOfItsLog(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 40) int limit,
            @ForAll @IntRange(min = 1, max = 400) int records) {
        Rows rows = new Rows(seed);
        for (int i = 0; i < records; i++) {
            rows.something(3, 12);
        }
        rows.finish();
        Device device = new Device();
        device.sync(rows, limit);
        device.assertKnowsAll(rows, Map.of());
        assertEquals(rows.movedAt, device.marks);
        assertEquals(rows.movedAt.size(), device.marksTold, "each conversation once");
        for (int p = 0; p < rows.last.length; p++) {
            assertEquals(rows.last[p], device.at.index(p));
        }
        // from anywhere on: what moved behind it, and nothing else
        long[] indexes = Arrays.stream(rows.last).map(last -> last - last / 3).toArray();
        Device late = new Device();
        late.at = late.at.with(indexes);
        late.sync(rows, limit);
        Map<String, Long> behind = new HashMap<>(rows.movedAt);
        behind.entrySet().removeIf(moved -> moved.getValue() <= indexes[Rows.partition(moved.getKey())]);
        assertEquals(behind, late.marks);
        assertEquals(behind.size(), late.marksTold);
    }

    @Property(tries = 300)
    void whatMovesMeanwhileIsToldNowOrBehindThePosition(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 10) int limit,
            @ForAll @IntRange(min = 1, max = 300) int records) {
        Rows rows = new Rows(seed);
        Map<String, NavigableMap<Long, String>> moves = new HashMap<>();
        int[] left = {records};
        Runnable record = () -> {
            rows.something(3, 6);
            rows.movedAt.forEach((peer, index) ->
                    moves.computeIfAbsent(peer, first -> new TreeMap<>()).put(index, peer));
            left[0]--;
        };
        rows.meanwhile = () -> {
            while (left[0] > 0 && rows.random.nextInt(3) > 0) {
                record.run();
                if (rows.random.nextInt(3) == 0) {
                    rows.finish();
                }
            }
        };
        Device device = new Device();
        while (left[0] > 0) {
            record.run();
            device.sync(rows, limit);
            device.assertKnowsAll(rows, moves);
        }
        rows.finish();
        device.sync(rows, limit);
        device.assertKnowsAll(rows, moves);
        assertEquals(rows.movedAt, device.marks);
    }

    @Test
    void aPageLooksUpNoMoreThanItMayAndAllPagesTellAll() {
        Rows rows = new Rows(1);
        for (int p = 0; p < Topics.DIRECT_PARTITIONS; p++) {
            for (int i = 0; i < Buckets.MARKS; i++) {
                rows.move(p + "-" + i, i);
            }
        }
        rows.finish();
        Device device = new Device();
        while (device.at.index(Topics.DIRECT_PARTITIONS - 1) < Buckets.MARKS - 1) {
            rows.lookedUp = 0;
            Found page = new SyncWalk(rows, device.at, 500)
                    .go()
                    .toCompletableFuture()
                    .join();
            assertTrue(rows.lookedUp <= SyncWalk.MARKS_LOOKED_MAX, () -> rows.lookedUp + " were looked up");
            page.marks().forEach(one -> device.marks.merge(one.peer(), one.movedAt(), Math::max));
            device.marksTold += page.marks().size();
            assertNotEquals(device.at.toString(), page.next().toString());
            device.at = page.next();
        }
        assertEquals(rows.movedAt, device.marks);
        assertEquals(rows.movedAt.size(), device.marksTold);
    }

    @Test
    void oneLoudConversationOfAYearIsToldOnceInFewPages() {
        Rows rows = new Rows(1);
        for (long index = 0; index < 20L * Buckets.LOG_INDEXES; index += 400) {
            rows.move("0-loud", index);
        }
        rows.move("0-quiet", rows.last[0] + 1);
        rows.finish();
        Device device = new Device();
        device.sync(rows, 100);
        assertEquals(rows.movedAt, device.marks);
        assertEquals(2, device.marksTold);
        assertTrue(device.pages <= 21, () -> device.pages + " pages");
        Found nothing =
                new SyncWalk(rows, device.at, 100).go().toCompletableFuture().join();
        assertTrue(nothing.marks().isEmpty(), "it is not told again");
        assertFalse(nothing.more());
    }
}
