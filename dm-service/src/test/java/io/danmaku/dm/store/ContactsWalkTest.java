package io.danmaku.dm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.dm.store.ContactsWalk.Found;
import io.danmaku.dm.store.ContactsWalk.Standing;
import io.danmaku.dm.store.RecentContacts.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Pages of contacts from rows kept by hand: whatever the messages before, the pages are the contacts, newest first, each once. */
class ContactsWalkTest {
    private static final int NO_BOUND = 1_000_000;

    /** A user's rows. */
    private static final class Rows implements ContactsWalk.Source {
        final Map<String, Long> lastAt = new HashMap<>();
        final NavigableMap<Long, NavigableSet<String>> weeks = new TreeMap<>();
        final Map<Long, NavigableMap<Long, NavigableSet<String>>> seconds = new HashMap<>();
        int cuts;
        int lookedUp;

        void message(String peer, long atMs) {
            row(peer, atMs);
            lastAt.put(peer, atMs);
        }

        void row(String peer, long atMs) {
            long week = atMs / RecentContacts.WEEK_MS;
            weeks.computeIfAbsent(week, k -> new TreeSet<>()).add(peer);
            seconds.computeIfAbsent(week, k -> new TreeMap<>())
                    .computeIfAbsent(atMs / RecentContacts.SECOND_MS, k -> new TreeSet<>())
                    .add(peer);
        }

        List<String> expected() {
            return lastAt.entrySet().stream()
                    .map(e -> new ContactsCursor(e.getValue(), e.getKey()))
                    .sorted(Comparator.comparingLong(ContactsCursor::lastAtMs)
                            .reversed()
                            .thenComparing(ContactsCursor::peer))
                    .map(ContactsCursor::peer)
                    .toList();
        }

        @Override
        public CompletionStage<List<Cell>> weeks(long upTo, int rowsMax) {
            return cells(weeks, upTo, rowsMax);
        }

        @Override
        public CompletionStage<List<Cell>> seconds(long week, long upTo, int rowsMax) {
            return cells(seconds.getOrDefault(week, new TreeMap<>()), upTo, rowsMax);
        }

        private static CompletionStage<List<Cell>> cells(
                NavigableMap<Long, NavigableSet<String>> rows, long upTo, int rowsMax) {
            List<Cell> cells = new ArrayList<>();
            int left = rowsMax;
            for (var cell : rows.headMap(upTo, true).descendingMap().entrySet()) {
                List<String> peers = cell.getValue().stream().limit(left).toList();
                if (!peers.isEmpty()) {
                    cells.add(new Cell(cell.getKey(), peers));
                }
                left -= peers.size();
            }
            return CompletableFuture.completedFuture(cells);
        }

        @Override
        public CompletionStage<List<Standing>> contacts(List<String> peers) {
            lookedUp += peers.size();
            return CompletableFuture.completedFuture(peers.stream()
                    .filter(lastAt::containsKey)
                    .map(peer -> new Standing(new ContactsCursor(lastAt.get(peer), peer), null))
                    .toList());
        }

        @Override
        public void cut() {
            cuts++;
        }

        Found page(ContactsCursor after, int limit, int rowsMax) {
            return new ContactsWalk(this, after, limit, rowsMax)
                    .go()
                    .toCompletableFuture()
                    .join();
        }

        List<String> all(int limit, int rowsMax) {
            List<String> told = new ArrayList<>();
            ContactsCursor after = null;
            do {
                Found page = page(after, limit, rowsMax);
                assertTrue(page.contacts().size() <= limit);
                page.contacts().forEach(contact -> told.add(contact.at().peer()));
                after = page.next() == null
                        ? null
                        : ContactsCursor.parse(page.next().toString());
            } while (after != null);
            return told;
        }
    }

    @Property(tries = 60)
    void pagesAreAllContactsNewestFirst(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int limit,
            @ForAll @IntRange(min = 1, max = 1_000) int peers,
            @ForAll @IntRange(min = 1, max = 5) int spread) {
        Random random = new Random(seed);
        // from all in three seconds to years
        long span = (long) Math.pow(60, spread + 1.0);
        Rows rows = new Rows();
        long atMs = 0;
        for (int i = 0; i < 3 * peers; i++) {
            // the log's clock may go back a little
            atMs += random.nextLong(span) - span / 10;
            rows.message("p" + random.nextInt(peers), Math.max(0, atMs));
        }
        assertEquals(rows.expected(), rows.all(limit, NO_BOUND));
        // one that ends early tells the same in more pages
        assertEquals(rows.expected(), rows.all(limit, 700));
    }

    @Test
    void aPageOfFiftyThousandLooksUpFew() {
        Rows rows = new Rows();
        for (int i = 0; i < 50_000; i++) {
            rows.message("p" + i, 1_700_000_000_000L + i * 2L);
        }
        Found page = rows.page(null, 50, NO_BOUND);
        assertEquals("p49999", page.contacts().get(0).at().peer());
        assertTrue(rows.lookedUp <= 1_100, () -> rows.lookedUp + " contacts were looked up");
        rows.lookedUp = 0;
        Rows slow = new Rows();
        for (int i = 0; i < 50_000; i++) {
            slow.message("p" + i, 1_700_000_000_000L + i * 3_000L);
        }
        slow.page(null, 50, NO_BOUND);
        assertTrue(slow.lookedUp <= 60, () -> slow.lookedUp + " contacts were looked up");
    }

    @Test
    void oneLoudConversationDoesNotHideTheOthers() {
        Rows rows = new Rows();
        for (int i = 0; i < 100; i++) {
            rows.message("quiet" + i, i);
        }
        for (int i = 0; i < 100_000; i++) {
            rows.message("loud", 2 * RecentContacts.WEEK_MS + i * 5_000L);
        }
        Found page = rows.page(null, 50, 1_000);
        assertEquals(50, page.contacts().size());
        assertEquals("loud", page.contacts().get(0).at().peer());
        assertEquals("quiet99", page.contacts().get(1).at().peer());
    }

    @Test
    void aContactWhoseRowIsStillToComeIsThere() {
        Rows rows = new Rows();
        rows.message("a", 10_000);
        rows.message("b", 20_000);
        rows.lastAt.put("a", 30_000L);
        assertEquals(List.of("a", "b"), rows.all(50, NO_BOUND));
        // and a row whose contact is still to come tells nothing
        rows.row("c", 40_000);
        assertEquals(List.of("a", "b"), rows.all(1, NO_BOUND));
    }

    @Test
    void whatMovesUpMeanwhileIsNotToldAgain() {
        Rows rows = new Rows();
        for (int i = 0; i < 10; i++) {
            rows.message("p" + i, 10_000L * i);
        }
        Found first = rows.page(null, 4, NO_BOUND);
        rows.message("p9", 200_000);
        rows.message("p2", 300_000);
        Found rest = rows.page(first.next(), 50, NO_BOUND);
        assertEquals(
                List.of("p5", "p4", "p3", "p1", "p0"),
                rest.contacts().stream().map(contact -> contact.at().peer()).toList());
    }

    @Test
    void moreInOneSecondThanAreReadAreLeftOutAndCounted() {
        Rows rows = new Rows();
        for (int i = 0; i < 1_000; i++) {
            rows.message("p" + (1_000 + i), 5_000 + i / 2);
        }
        rows.message("old", 1_000);
        List<String> told = rows.all(100, 600);
        assertEquals(601, told.size());
        assertEquals("old", told.get(600));
        assertTrue(rows.cuts > 0);
        assertEquals(1_001, rows.all(100, 2_000).size());
    }
}
