package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.store.RecentContacts.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One request's way down a user's recent conversations: week by week, and through a week that has many of them second by second, until a page is full. Each peer that is met is looked up once; the contact
 * says whether the conversation's newest message is there, or further down. One step after another, on whichever thread answers.
 */
final class ContactsWalk {
    private static final Comparator<ContactsCursor> NEWEST_FIRST =
            Comparator.comparingLong(ContactsCursor::lastAtMs).reversed().thenComparing(ContactsCursor::peer);

    /** Peers of one week that are looked up all, to find the newest. */
    private static final int CELL_PEERS_MAX = 200;
    /** Contacts looked up for less than a page at a time, because some will turn out to stand further down. */
    private static final int LOOK_UP_MIN = 50;

    private static final long NO_WEEK = -1;

    /** Where rows are read. */
    interface Source {
        CompletionStage<List<Cell>> weeks(long upTo, int rowsMax);

        CompletionStage<List<Cell>> seconds(long week, long upTo, int rowsMax);

        /** Those contacts that there are, in any order. */
        CompletionStage<List<Standing>> contacts(List<String> peers);

        /** Contacts of one second were left out. */
        void cut();
    }

    /** A contact, and where it stands among the others. */
    record Standing(ContactsCursor at, Row row) {}

    /**
     * What was found.
     *
     * @param contacts newest first, fewer than asked for where the walk ended at its bound
     * @param next where it goes on, or null behind the last
     */
    record Found(List<Standing> contacts, ContactsCursor next) {}

    private final Source source;
    private final ContactsCursor after;
    private final int limit;
    private final int rowsMax;
    private final long firstSecond;

    private final List<Standing> found = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    /** The week whose seconds are walked. */
    private long week = NO_WEEK;
    /** The next week or second. */
    private long cell;

    private int looked;
    private boolean moved;
    private boolean finished;

    /**
     * @param after where the page before ended, or null
     * @param rowsMax a walk ends behind the cell with which it has looked at so many rows
     */
    ContactsWalk(Source source, ContactsCursor after, int limit, int rowsMax) {
        this.source = source;
        this.after = after;
        this.limit = limit;
        this.rowsMax = rowsMax;
        firstSecond = after == null ? Long.MAX_VALUE : after.lastAtMs() / RecentContacts.SECOND_MS;
        cell = firstSecond / RecentContacts.SECONDS_OF_WEEK;
    }

    CompletionStage<Found> go() {
        if (finished || found.size() > limit || (moved && looked >= rowsMax)) {
            return CompletableFuture.completedFuture(end());
        }
        return week == NO_WEEK ? weeks() : seconds();
    }

    private CompletionStage<Found> weeks() {
        return source.weeks(cell, CELL_PEERS_MAX + 1).thenCompose(weeks -> {
            boolean cut = look(weeks);
            if (cut && weeks.size() == 1) {
                week = weeks.get(0).at();
                cell = Math.min(firstSecond, (week + 1) * RecentContacts.SECONDS_OF_WEEK - 1);
                return go();
            }
            return take(weeks, cut);
        });
    }

    private CompletionStage<Found> seconds() {
        return source.seconds(week, cell, CELL_PEERS_MAX + 1).thenCompose(seconds -> {
            boolean cut = look(seconds);
            return cut && seconds.size() == 1 ? wholeSecond() : take(seconds, cut);
        });
    }

    private CompletionStage<Found> wholeSecond() {
        return source.seconds(week, cell, rowsMax).thenCompose(seconds -> {
            Cell whole = seconds.get(0);
            if (whole.peers().size() >= rowsMax) {
                source.cut();
            }
            looked += whole.peers().size();
            // what is behind it is read again
            return take(List.of(whole, new Cell(whole.at() - 1, List.of())), true);
        });
    }

    /** Counts rows; whether there are more than these, and so perhaps more of the last cell. */
    private boolean look(List<Cell> cells) {
        int rows = cells.stream().mapToInt(at -> at.peers().size()).sum();
        looked += rows;
        return rows > CELL_PEERS_MAX;
    }

    /** Looks up whom so many cells name as may fill the page. Of a cut answer the last cell is left for the next time. */
    private CompletionStage<Found> take(List<Cell> cells, boolean cut) {
        List<Cell> whole = cut ? cells.subList(0, cells.size() - 1) : cells;
        int wanted = Math.max(LOOK_UP_MIN, limit + 1 - found.size());
        Set<String> peers = new LinkedHashSet<>();
        int taken = 0;
        while (taken < whole.size() && peers.size() < wanted) {
            whole.get(taken).peers().stream()
                    .filter(peer -> !seen.contains(peer))
                    .forEach(peers::add);
            taken++;
        }
        boolean last = !cut && taken == whole.size();
        long floor = taken == 0 ? 0 : whole.get(taken - 1).at();
        return source.contacts(List.copyOf(peers)).thenCompose(contacts -> {
            contacts.forEach(contact -> meet(contact, floor));
            move(floor, last);
            return go();
        });
    }

    private void meet(Standing contact, long floor) {
        // one whose newest message is above its cell has got it just now, or its row there is still to come
        if (contact.at.lastAtMs() / cellMs() >= floor && seen.add(contact.at.peer()) && isBehind(contact)) {
            found.add(contact);
        }
    }

    private boolean isBehind(Standing contact) {
        return after == null || NEWEST_FIRST.compare(contact.at, after) > 0;
    }

    private void move(long floor, boolean last) {
        moved = true;
        cell = floor - 1;
        if (week != NO_WEEK && (last || cell < week * RecentContacts.SECONDS_OF_WEEK)) {
            cell = week - 1;
            week = NO_WEEK;
        } else if (week == NO_WEEK) {
            finished = last;
        }
        // nothing is of a time before the clock's first
        finished |= cell < 0;
    }

    private long cellMs() {
        return week == NO_WEEK ? RecentContacts.WEEK_MS : RecentContacts.SECOND_MS;
    }

    private Found end() {
        found.sort(Comparator.comparing(Standing::at, NEWEST_FIRST));
        if (found.size() > limit) {
            return new Found(found.subList(0, limit), found.get(limit - 1).at);
        }
        return new Found(found, finished ? null : new ContactsCursor((cell + 1) * cellMs() - 1, ""));
    }
}
