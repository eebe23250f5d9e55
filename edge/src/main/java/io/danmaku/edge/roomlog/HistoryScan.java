package io.danmaku.edge.roomlog;

import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.Deletions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Looks through pages of a room's log, one after another, for what one {@link HistoryRequest} wants. It ends with the range, with enough
 * events, or with as many pages as it may look through; whoever goes on begins where it ended. Used once.
 */
public final class HistoryScan {
    /** Of one answer: events can be long. */
    static final int BYTES_MAX = 1024 * 1024;

    /** Reads the page that an offset lies in; its batches are retained for the caller. */
    @FunctionalInterface
    interface Source {
        CompletableFuture<List<Batch>> page(long offset);
    }

    /** What is wanted beside what a request says. */
    @FunctionalInterface
    public interface Filter {
        /** @param json the event as it would be told */
        boolean wants(long offset, String sender, byte[] json);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Found(long offset, String sender, byte[] json) {}

    private final HistoryRequest wanted;
    private final PageReader.Range range;
    private final Deletions deletions;
    private final Source source;
    private final Filter filter;
    private final Deque<Found> found = new ArrayDeque<>();
    /** The next offset to look at. */
    private long next;

    private int pagesLeft;
    private int bytes;
    private long gapFrom;
    private long gapTo;

    /** @param range offsets that the request's times leave */
    HistoryScan(HistoryRequest wanted, PageReader.Range range, Deletions deletions, Source source) {
        this(wanted, range, deletions, source, (offset, sender, json) -> true);
    }

    HistoryScan(HistoryRequest wanted, PageReader.Range range, Deletions deletions, Source source, Filter filter) {
        this.wanted = wanted;
        this.range = range.and(wanted.after() + 1, wanted.before() - 1);
        this.deletions = deletions;
        this.source = source;
        this.filter = filter;
        next = wanted.forward() ? this.range.first() : this.range.last();
        pagesLeft = wanted.pagesMax();
    }

    CompletableFuture<HistoryPage> run() {
        return step().thenApply(done -> page());
    }

    private CompletableFuture<Void> step() {
        if (!more() || full() || pagesLeft == 0) {
            return CompletableFuture.completedFuture(null);
        }
        pagesLeft--;
        // a page that is in memory comes at once, and thousands of events are no work for an event loop
        return source.page(next).thenComposeAsync(batches -> {
            try {
                if (wanted.forward()) {
                    lookUp(batches);
                } else {
                    lookDown(batches);
                }
            } finally {
                batches.forEach(Batch::release);
            }
            return step();
        });
    }

    private boolean more() {
        return wanted.forward() ? next <= range.last() : next >= range.first();
    }

    private boolean full() {
        return found.size() >= wanted.limit() || bytes >= BYTES_MAX;
    }

    private void lookUp(List<Batch> batches) {
        for (Batch batch : batches) {
            if (batch.to() < next) {
                continue;
            }
            if (batch.isGap()) {
                gapFrom = gapFrom == 0 ? next : gapFrom;
                gapTo = Math.min(batch.to(), range.last());
            }
            for (int i = 0; i < batch.events(); i++) {
                long offset = batch.offsetOf(i);
                if (offset < next) {
                    continue;
                }
                if (offset > range.last()) {
                    break;
                }
                take(batch, i);
                next = offset + 1;
                if (full()) {
                    return;
                }
            }
            next = Math.min(batch.to(), range.last()) + 1;
            if (!more()) {
                return;
            }
        }
    }

    private void lookDown(List<Batch> batches) {
        for (int b = batches.size() - 1; b >= 0; b--) {
            Batch batch = batches.get(b);
            if (batch.from() > next) {
                continue;
            }
            if (batch.isGap()) {
                // a log loses its begin: all below is gone too
                gapFrom = range.first();
                gapTo = Math.min(batch.to(), next);
                next = range.first() - 1;
                return;
            }
            for (int i = batch.events() - 1; i >= 0; i--) {
                long offset = batch.offsetOf(i);
                if (offset > next) {
                    continue;
                }
                if (offset < range.first()) {
                    break;
                }
                take(batch, i);
                next = offset - 1;
                if (full()) {
                    return;
                }
            }
            next = Math.max(batch.from(), range.first()) - 1;
            if (!more()) {
                return;
            }
        }
    }

    private void take(Batch batch, int i) {
        if (!wanted.types().isEmpty() && !wanted.types().contains(batch.type(i))) {
            return;
        }
        String sender = batch.sender(i);
        if (!wanted.user().isEmpty() && !wanted.user().equals(sender)) {
            return;
        }
        Found event = new Found(batch.offsetOf(i), sender, batch.event(i));
        if (!filter.wants(event.offset, sender, event.json)) {
            return;
        }
        bytes += event.json.length;
        if (wanted.forward()) {
            found.addLast(event);
        } else {
            found.addFirst(event);
        }
    }

    private HistoryPage page() {
        // what was deleted while later pages were read
        List<byte[]> events = found.stream()
                .filter(event -> !deletions.cover(event.offset, event.sender))
                .map(Found::json)
                .toList();
        return new HistoryPage(events, wanted.forward() ? next - 1 : next + 1, more(), gapFrom, gapTo);
    }
}
