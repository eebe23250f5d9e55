package io.danmaku.dm.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One request's way through what a user's devices have missed, partition by partition of the log: rows of messages and notes at their index, and
 * conversations whose marks have moved at the index of their last move. That one the contact knows: rows of marks only name the peers. The
 * position never passes what was not told, but for marks that move while it is read: those come again behind it.
 */
final class SyncWalk {
    /** Rows of marks that are looked up for one page: at least those of a whole cell, else it would never be passed. */
    static final int MARKS_LOOKED_MAX = 2 * (int) Buckets.MARKS;

    /** More rows than one cell can have, so that of any answer one cell is whole. */
    private static final int MARK_ROWS_MAX = (int) Buckets.MARKS + 1;

    /** Where rows are read. */
    interface Source {
        /** By partition: up to which index all is written, -1 = nothing. */
        CompletionStage<long[]> finished();

        /** Where the user has rows, from a bucket on. */
        CompletionStage<List<Bucket>> buckets(long from);

        /** Rows of one bucket in their order, the first ones of those between. */
        CompletionStage<List<Entry>> log(Bucket bucket, long after, long upTo, int rowsMax);

        /** Rows of marks of one bucket by cell and peer, the first ones of those between. */
        CompletionStage<List<Marked>> marked(Bucket bucket, long fromCell, long toCell, int rowsMax);

        /** Those contacts that there are, as they are now, in any order. */
        CompletionStage<List<ConversationMarks>> contacts(List<String> peers);
    }

    /** A stretch of a partition. */
    record Bucket(int partition, long number) {}

    /**
     * What was written at an index.
     *
     * @param messageId null of a change that is of no message
     */
    record Entry(long index, String messageId, String change) {}

    /** Marks of the conversation with a peer moved within a cell. */
    record Marked(long cell, String peer) {}

    /**
     * What was found.
     *
     * @param messageIds each once, in the order of their first rows
     * @param changes as JSON
     * @param more whether a page behind {@code next} has something already
     */
    record Found(
            List<String> messageIds,
            List<String> changes,
            List<ConversationMarks> marks,
            SyncPosition next,
            boolean more) {}

    /** What is read of one partition. */
    private static final class Stretch {
        final List<Entry> entries = new ArrayList<>();
        final List<Marked> marked = new ArrayList<>();
        final long after;
        final long finished;
        /** Up to here all of it was read. */
        long horizon;

        Stretch(long after, long finished) {
            this.after = after;
            this.finished = finished;
            horizon = finished;
        }

        void notBehind(long index) {
            horizon = Math.min(horizon, index);
        }

        Set<String> peers() {
            return marked.stream().map(Marked::peer).collect(Collectors.toCollection(LinkedHashSet::new));
        }
    }

    /** What is told at an index: the one or the other. */
    private record Told(long index, Entry entry, ConversationMarks marks) {}

    private final Source source;
    private final SyncPosition after;
    private final int limit;

    SyncWalk(Source source, SyncPosition after, int limit) {
        this.source = source;
        this.after = after;
        this.limit = limit;
    }

    CompletionStage<Found> go() {
        return source.finished().thenCompose(finished -> {
            long lowest = Long.MAX_VALUE;
            for (int p = 0; p < finished.length; p++) {
                lowest = Math.min(lowest, Buckets.ofLog(after.index(p) + 1));
            }
            // the finished marks were read first: what is under them is there now, its bucket too
            return source.buckets(lowest)
                    .thenCompose(buckets -> stretches(finished, buckets))
                    .thenCompose(stretches ->
                            source.contacts(peers(stretches)).thenApply(contacts -> found(stretches, contacts)));
        });
    }

    private CompletionStage<List<Stretch>> stretches(long[] finished, List<Bucket> buckets) {
        List<Stretch> stretches = new ArrayList<>(finished.length);
        List<CompletableFuture<?>> reading = new ArrayList<>();
        for (int p = 0; p < finished.length; p++) {
            int partition = p;
            Stretch stretch = new Stretch(after.index(p), finished[p]);
            stretches.add(stretch);
            if (stretch.finished <= stretch.after) {
                continue;
            }
            List<Bucket> wanted = buckets.stream()
                    .filter(bucket -> bucket.partition == partition
                            && bucket.number >= Buckets.ofLog(stretch.after + 1)
                            && bucket.number <= Buckets.ofLog(stretch.finished))
                    .sorted(Comparator.comparingLong(Bucket::number))
                    .toList();
            reading.add(entries(stretch, wanted, 0).toCompletableFuture());
            reading.add(marked(stretch, wanted, 0).toCompletableFuture());
        }
        return CompletableFuture.allOf(reading.toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    bound(stretches);
                    return stretches;
                });
    }

    /** One entry more than fit, so that a cut is known. */
    private CompletionStage<Void> entries(Stretch stretch, List<Bucket> buckets, int at) {
        int missing = limit + 1 - stretch.entries.size();
        if (at == buckets.size() || missing == 0) {
            return CompletableFuture.completedFuture(null);
        }
        return source.log(buckets.get(at), stretch.after, stretch.finished, missing)
                .thenCompose(rows -> {
                    stretch.entries.addAll(rows);
                    return entries(stretch, buckets, at + 1);
                });
    }

    private CompletionStage<Void> marked(Stretch stretch, List<Bucket> buckets, int at) {
        int missing = MARK_ROWS_MAX - stretch.marked.size();
        if (at == buckets.size() || missing == 0) {
            return CompletableFuture.completedFuture(null);
        }
        long fromCell = Buckets.ofMark(stretch.after + 1);
        long toCell = Buckets.ofMark(stretch.finished);
        return source.marked(buckets.get(at), fromCell, toCell, missing).thenCompose(rows -> {
            stretch.marked.addAll(rows);
            return marked(stretch, buckets, at + 1);
        });
    }

    /** What was not read to its end ends where it is known whole; of cells no more are looked up than may be. */
    private void bound(List<Stretch> stretches) {
        int looked = 0;
        for (Stretch stretch : stretches) {
            if (stretch.entries.size() > limit) {
                stretch.notBehind(stretch.entries.get(limit).index);
            }
            if (stretch.marked.size() == MARK_ROWS_MAX) {
                stretch.notBehind(before(stretch.marked.get(MARK_ROWS_MAX - 1).cell));
            }
            int whole = 0;
            for (int end; whole < stretch.marked.size(); whole = end) {
                long cell = stretch.marked.get(whole).cell;
                end = whole + 1;
                while (end < stretch.marked.size() && stretch.marked.get(end).cell == cell) {
                    end++;
                }
                if (before(cell) >= stretch.horizon) {
                    break;
                }
                if (looked + end - whole > MARKS_LOOKED_MAX) {
                    stretch.notBehind(before(cell));
                    break;
                }
                looked += end - whole;
            }
            stretch.marked.subList(whole, stretch.marked.size()).clear();
        }
    }

    /** The last index before a cell. */
    private static long before(long cell) {
        return cell * Buckets.MARKS - 1;
    }

    private static List<String> peers(List<Stretch> stretches) {
        return stretches.stream()
                .flatMap(stretch -> stretch.peers().stream())
                .distinct()
                .toList();
    }

    private Found found(List<Stretch> stretches, List<ConversationMarks> contacts) {
        Map<String, ConversationMarks> byPeer =
                contacts.stream().collect(Collectors.toMap(ConversationMarks::peer, Function.identity(), (a, b) -> a));
        Set<String> ids = new LinkedHashSet<>();
        List<String> changes = new ArrayList<>();
        List<ConversationMarks> marks = new ArrayList<>();
        List<ConversationMarks> moving = new ArrayList<>();
        long[] next = new long[stretches.size()];
        int room = limit;
        boolean more = false;
        for (int p = 0; p < next.length; p++) {
            Stretch stretch = stretches.get(p);
            List<Told> here = told(stretch, byPeer, moving);
            int taken = Math.min(here.size(), room);
            if (taken > 0 && taken < here.size() && here.get(taken).index == here.get(taken - 1).index) {
                // a CLEAR's note and its marks stand at one index, and the position behind it is behind both
                taken += limit == 1 ? 1 : -1;
            }
            room = Math.max(0, room - taken);
            for (Told told : here.subList(0, taken)) {
                if (told.marks != null) {
                    marks.add(told.marks);
                } else if (told.entry.messageId != null) {
                    ids.add(told.entry.messageId);
                } else {
                    changes.add(told.entry.change);
                }
            }
            if (taken < here.size()) {
                more = true;
                next[p] = taken == 0 ? stretch.after : here.get(taken - 1).index;
            } else {
                more |= stretch.horizon < stretch.finished;
                next[p] = Math.max(stretch.after, stretch.horizon);
            }
        }
        moving.stream().limit(room).forEach(marks::add);
        return new Found(List.copyOf(ids), changes, marks, after.with(next), more);
    }

    /** What is to be told of a stretch, in its order; marks that moved behind what is finished go to {@code moving}. */
    private static List<Told> told(
            Stretch stretch, Map<String, ConversationMarks> byPeer, List<ConversationMarks> moving) {
        List<Told> told = new ArrayList<>();
        for (Entry entry : stretch.entries) {
            if (entry.index <= stretch.horizon) {
                told.add(new Told(entry.index, entry, null));
            }
        }
        for (String peer : stretch.peers()) {
            ConversationMarks marks = byPeer.get(peer);
            if (marks == null || marks.movedAt() <= stretch.after) {
                continue;
            }
            if (marks.movedAt() > stretch.finished) {
                moving.add(marks);
            } else if (marks.movedAt() <= stretch.horizon) {
                told.add(new Told(marks.movedAt(), null, marks));
            } // else there is a row behind the horizon
        }
        told.sort(Comparator.comparingLong(Told::index));
        return told;
    }
}
