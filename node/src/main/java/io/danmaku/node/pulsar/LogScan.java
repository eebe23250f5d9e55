package io.danmaku.node.pulsar;

import io.danmaku.node.pulsar.PulsarAdmin.AdminException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.impl.MessageIdImpl;

/**
 * Looks through a stretch of a persistent topic, whose records are not batched, for what is wanted: a bounded number of records at a time, up or
 * down by the broker's indexes. Reads what was written and not what compaction left of it. Any thread; never blocks.
 */
public final class LogScan {
    /** Pulsar reads forward only: on the way down so many records are read, then those before them. */
    private static final int DOWN_AT_ONCE = 512;

    private static final int QUEUE = 64;
    /** What the broker answers for an index that it no longer has: not found, precondition failed. */
    private static final Set<Integer> GONE = Set.of(404, 412);

    private final PulsarClient client;
    private final PulsarAdmin admin;

    public LogScan(PulsarClient client, PulsarAdmin admin) {
        this.client = client;
        this.admin = admin;
    }

    /**
     * What to look for.
     *
     * @param first index from which on, from 0
     * @param last index up to which: there is a record of it, or there was
     * @param up from the first on, else from the last back
     * @param recordsMax to be looked through
     * @param limit to be found
     * @param take makes of a record what is wanted, or null; runs on a thread of Pulsar's client
     * @param withinMs for all of it
     */
    public record Request<T>(
            String topic,
            long first,
            long last,
            boolean up,
            int recordsMax,
            int limit,
            Function<Message<byte[]>, T> take,
            long withinMs) {}

    /**
     * What was found, in the topic's order.
     *
     * @param reached the last index that was looked at, in the direction asked for; where nothing was, that before the first one asked for
     * @param more whether something of what was asked for lies beyond
     */
    public record Page<T>(List<T> found, long reached, boolean more) {}

    private record Found<T>(long index, T value) {}

    /** @return fails when the topic does not answer in time */
    public <T> CompletableFuture<Page<T>> look(Request<T> request) {
        if (request.first > request.last) {
            return CompletableFuture.completedFuture(
                    new Page<>(List.of(), request.up ? request.first - 1 : request.last + 1, false));
        }
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.withinMs);
        return request.up ? up(request, endNs) : down(request, request.last, List.of(), endNs);
    }

    private <T> CompletableFuture<Page<T>> up(Request<T> request, long endNs) {
        long to = Math.min(request.last, request.first + request.recordsMax - 1);
        return read(request, request.first, to, request.limit, endNs)
                .thenApply(walk -> new Page<>(
                        walk.found.stream().map(Found::value).toList(), walk.reached, walk.reached < request.last));
    }

    /** @param newer what was found behind {@code to} */
    private <T> CompletableFuture<Page<T>> down(Request<T> request, long to, List<Found<T>> newer, long endNs) {
        long from = Math.max(request.first, Math.max(to - DOWN_AT_ONCE, request.last - request.recordsMax) + 1);
        return read(request, from, to, Integer.MAX_VALUE, endNs).thenCompose(walk -> {
            List<Found<T>> all = new ArrayList<>(walk.found);
            all.addAll(newer);
            boolean enough = all.size() >= request.limit;
            if (!enough && from > request.first && request.last - from + 1 < request.recordsMax) {
                return down(request, from - 1, all, endNs);
            }
            List<Found<T>> page = all.subList(Math.max(0, all.size() - request.limit), all.size());
            long reached = enough ? page.get(0).index : from;
            return CompletableFuture.completedFuture(
                    new Page<>(page.stream().map(Found::value).toList(), reached, reached > request.first));
        });
    }

    private <T> CompletableFuture<Walk<T>> read(Request<T> request, long from, long to, int limit, long endNs) {
        CompletableFuture<Reader<byte[]>> opening = place(request.topic, from)
                .thenCompose(start -> client.newReader()
                        .topic(request.topic)
                        .readerName("scan")
                        .startMessageId(start)
                        .startMessageIdInclusive()
                        .receiverQueueSize(QUEUE)
                        .createAsync());
        return opening.thenCompose(reader -> {
                    Walk<T> walk = new Walk<>(reader, from, to, limit, request.take);
                    walk.read();
                    return walk.end;
                })
                .orTimeout(Math.max(1, endNs - System.nanoTime()), TimeUnit.NANOSECONDS)
                // also of one that opens only later
                .whenComplete((walk, failure) -> opening.thenAccept(ReaderEnd::close));
    }

    private CompletableFuture<MessageId> place(String topic, long index) {
        if (index == 0) {
            return CompletableFuture.completedFuture(MessageId.earliest);
        }
        return admin.messageIdByIndex(topic, index).handle((found, failure) -> {
            if (failure == null) {
                return new MessageIdImpl(
                        found.path("ledgerId").asLong(), found.path("entryId").asLong(), -1);
            }
            if (failure.getCause() instanceof AdminException answer && GONE.contains(answer.status())) {
                return MessageId.earliest; // the first one that is kept
            }
            throw new CompletionException(failure);
        });
    }

    /**
     * The index of the first record of a time or later, one more than the newest's when there is none.
     *
     * @param newest of the topic
     * @param timeMs broker's time
     */
    public CompletableFuture<Long> indexAt(String topic, Message<byte[]> newest, long timeMs, long withinMs) {
        long last = newest.getIndex().orElse(0L);
        if (LogSearch.atMs(newest) < timeMs) {
            return CompletableFuture.completedFuture(last + 1);
        }
        return LogSearch.first(client, topic, timeMs, Long.MAX_VALUE, last, any -> true, withinMs)
                .thenApply(first -> first.getIndex().orElse(0L));
    }

    /** One reader on its way from an index to another. */
    private static final class Walk<T> {
        private final Reader<byte[]> reader;
        private final long from;
        private final long to;
        private final int limit;
        private final Function<Message<byte[]>, T> take;
        private final List<Found<T>> found = new ArrayList<>();
        private final CompletableFuture<Walk<T>> end = new CompletableFuture<>();
        private long reached;

        Walk(Reader<byte[]> reader, long from, long to, int limit, Function<Message<byte[]>, T> take) {
            this.reader = reader;
            this.from = from;
            this.to = to;
            this.limit = limit;
            this.take = take;
        }

        /** A loop and no recursion: what waits in the reader's queue comes at once. */
        void read() {
            while (!end.isDone()) {
                CompletableFuture<Message<byte[]>> next = reader.hasMessageAvailableAsync()
                        .thenCompose(more -> more
                                ? reader.readNextAsync()
                                : CompletableFuture.<Message<byte[]>>completedFuture(null));
                if (!next.isDone()) {
                    next.whenComplete((message, failure) -> {
                        on(message, failure);
                        read();
                    });
                    return;
                }
                next.whenComplete(this::on);
            }
        }

        /** @param message null when there is no more */
        private void on(Message<byte[]> message, Throwable failure) {
            try {
                if (failure != null) {
                    end.completeExceptionally(failure);
                } else if (message == null) {
                    reach(to);
                } else {
                    take(message, message.getIndex().orElseThrow());
                }
            } catch (RuntimeException bad) {
                end.completeExceptionally(bad);
            }
        }

        private void take(Message<byte[]> message, long index) {
            T wanted = index < from || index > to ? null : take.apply(message);
            if (wanted != null) {
                found.add(new Found<>(index, wanted));
            }
            if (index >= to) {
                reach(to);
            } else if (found.size() == limit) {
                reach(index);
            }
        }

        private void reach(long index) {
            reached = index;
            end.complete(this);
        }
    }
}
