package io.danmaku.dm.inbound;

import com.github.benmanes.caffeine.cache.Cache;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.conversation.Place;
import io.danmaku.dm.conversation.ReadMarks;
import io.danmaku.dm.conversation.ReadUpTo;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Topics;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the records of one partition: strictly one after another within a conversation, different conversations side by
 * side. Storage that fails is asked again until it answers; nothing is skipped. All methods run on the partition's thread.
 */
final class PartitionOwner {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionOwner.class);
    private static final long FAILURE_LOG_INTERVAL_MS = 5_000;

    /**
     * What is remembered of a conversation. Valid only for records of the same run, because only then did every record of
     * the conversation since then pass here.
     *
     * @param marks null while not read
     */
    record State(int partition, int run, Place place, ReadMarks marks) {}

    /** Where the records come from. */
    interface Feed {
        /** All records up to this index are done, and it is written: they can be forgotten. */
        void finishedUpTo(long index);

        /** {@link #hasRoom()} may have become true. */
        void roomAgain();
    }

    private record Task(LoggedRecord logged, ConversationKey key, int run, long arrivedMs) {}

    private final int partition;
    private final OwnerThread thread;
    private final Ledger ledger;
    private final Cache<ConversationKey, State> states;
    private final Outcomes outcomes;
    private final InboundConfig config;
    private final InboundMetrics metrics;
    private final Feed feed;

    private final Map<ConversationKey, ArrayDeque<Task>> chains = new HashMap<>();
    private final FinishedMark finished = new FinishedMark();
    /** A run is a stretch of records that arrived without a jump of the index. */
    private int run;

    private int working;
    private long firstUnmarked = -1;
    private long writtenMark = -1;
    private long markWrittenMs;
    private boolean markBusy;
    private long failureLoggedMs = -FAILURE_LOG_INTERVAL_MS;
    private boolean stopped;

    PartitionOwner(
            int partition,
            OwnerThread thread,
            Ledger ledger,
            Cache<ConversationKey, State> states,
            Outcomes outcomes,
            InboundConfig config,
            InboundMetrics metrics,
            Feed feed) {
        this.partition = partition;
        this.thread = thread;
        this.ledger = ledger;
        this.states = states;
        this.outcomes = outcomes;
        this.config = config;
        this.metrics = metrics;
        this.feed = feed;
        markWrittenMs = thread.nowMs() - config.markIntervalMs();
    }

    /** Whether another record may come. */
    boolean hasRoom() {
        return working < config.workingMax()
                && finished.last() - Math.max(writtenMark, firstUnmarked - 1) < config.unacknowledgedMax();
    }

    boolean idle() {
        return working == 0 && writtenMark >= finished.mark();
    }

    /** Takes the next record of the log; its outcome is told when all it changes is written. */
    void accept(LoggedRecord logged) {
        arrived(logged.index());
        working++;
        metrics.working.incrementAndGet();
        ConversationKey key = ConversationKey.of(logged.record());
        Task task = new Task(logged, key, run, thread.nowMs());
        ArrayDeque<Task> chain = chains.get(key);
        if (chain != null) {
            chain.add(task);
            return;
        }
        chains.put(key, new ArrayDeque<>());
        start(task);
    }

    /** Passes over a record that cannot be read. */
    void skip(long index) {
        arrived(index);
        finished.done(index);
        markMoved();
    }

    private void arrived(long index) {
        if (!finished.arrived(index)) {
            run++;
            firstUnmarked = index;
        }
    }

    /** Lets go: what is in work is left to the next owner, who will write the same. */
    void stop() {
        stopped = true;
        metrics.working.addAndGet(-working);
    }

    private void start(Task task) {
        CompletableFuture<Outcome> handled;
        try {
            handled = handle(task);
        } catch (RuntimeException bug) {
            handled = CompletableFuture.failedFuture(bug);
        }
        var unused = handled.whenComplete((outcome, bug) -> {
            if (bug != null) {
                // only a fault of ours comes here, before anything was written: holding the partition would not heal it
                LOG.error("record {} of partition {} cannot be handled", task.logged.index(), partition, bug);
            }
            Outcome told = bug == null ? outcome : refused(ErrorCode.INTERNAL, "this cannot be handled");
            done(task, told);
        });
    }

    private void done(Task task, Outcome outcome) {
        working--;
        metrics.working.decrementAndGet();
        metrics.done(task.logged.record().op(), outcome, thread.nowMs() - task.arrivedMs);
        finished.done(task.logged.index());
        try {
            outcomes.tell(task.logged.record(), outcome);
        } catch (RuntimeException bug) {
            LOG.error("an outcome could not be told", bug);
        }
        ArrayDeque<Task> chain = chains.get(task.key);
        Task next = chain.poll();
        if (next == null) {
            chains.remove(task.key);
        } else {
            // through the queue, not the stack: a chain may be long and all its answers at hand
            thread.execute(() -> {
                if (!stopped) {
                    start(next);
                }
            });
        }
        markMoved();
        feed.roomAgain();
    }

    private CompletableFuture<Outcome> handle(Task task) {
        DirectRecord record = task.logged.record();
        if (Topics.directPartition(record.conversation()) != partition) {
            LOG.error("record {} of partition {} belongs to another partition", task.logged.index(), partition);
            return CompletableFuture.completedFuture(refused(ErrorCode.INTERNAL, "appended to a wrong partition"));
        }
        Refusal refusal = Rules.check(record);
        if (refusal != null) {
            return CompletableFuture.completedFuture(new Outcome.Refused(refusal));
        }
        return switch (record.op()) {
            case SEND -> send(task);
            case READ -> read(task);
        };
    }

    private CompletableFuture<Outcome> send(Task task) {
        DirectRecord record = task.logged.record();
        String id = Rules.messageId(record);
        // asked side by side: most messages of a conversation that is not in memory are new
        CompletableFuture<Ledger.Before> before = before(task);
        return persist(() -> ledger.message(record.tenant(), id)).thenCompose(existing -> {
            if (existing != null) {
                return known(task, existing);
            }
            return before.thenCompose(found ->
                    found.laterRows() ? overtaken(task, id) : store(task, Rules.message(task.logged, found.place())));
        });
    }

    private CompletableFuture<Outcome> known(Task task, StoredMessage existing) {
        return Rules.madeBy(existing, task.logged)
                ? store(task, existing)
                : CompletableFuture.completedFuture(new Outcome.Repeat(existing.message()));
    }

    /** Later rows say that another owner was here meanwhile, and then it has written this message first. */
    private CompletableFuture<Outcome> overtaken(Task task, String id) {
        return persist(() -> ledger.message(task.key.tenant(), id)).thenCompose(existing -> {
            if (existing != null) {
                return known(task, existing);
            }
            metrics.conflict();
            LOG.error(
                    "record {} of partition {} is new but its conversation has rows of later records: these tables belong"
                            + " to another log; nothing is overwritten",
                    task.logged.index(),
                    partition);
            return CompletableFuture.completedFuture(refused(ErrorCode.INTERNAL, "the log is behind the store"));
        });
    }

    private CompletableFuture<Outcome> store(Task task, StoredMessage message) {
        return persist(() -> ledger.store(message)).thenApply(written -> {
            State state = state(task);
            remember(task, message.place(), state == null ? null : state.marks);
            return new Outcome.Stored(message.message());
        });
    }

    private CompletableFuture<Outcome> read(Task task) {
        String reader = task.logged.record().from();
        return before(task)
                .thenCompose(before -> marks(task).thenCompose(marks -> {
                    long upTo = Rules.readUpTo(task.logged.record(), before.place());
                    long mark = marks.of(task.key, reader);
                    if (upTo == 0 || upTo < mark) {
                        remember(task, before.place(), marks);
                        return CompletableFuture.completedFuture(new Outcome.Read(mark, false));
                    }
                    // a mark that is equal is written again: of its two rows only one may be there
                    return receivedUpTo(task, before.place(), reader, upTo)
                            .thenCompose(received -> persist(() -> ledger.store(new ReadUpTo(
                                    task.key.tenant(),
                                    reader,
                                    task.logged.record().to(),
                                    upTo,
                                    received,
                                    task.logged.index()))))
                            .thenApply(written -> {
                                remember(task, before.place(), marks.raise(task.key, reader, upTo));
                                return new Outcome.Read(upTo, true);
                            });
                }));
    }

    private CompletableFuture<Long> receivedUpTo(Task task, Place place, String reader, long seq) {
        return seq == place.seq()
                ? CompletableFuture.completedFuture(place.receivedBy(task.key, reader))
                : persist(() -> ledger.receivedUpTo(task.key, reader, seq));
    }

    private CompletableFuture<Ledger.Before> before(Task task) {
        State state = state(task);
        return state != null
                ? CompletableFuture.completedFuture(new Ledger.Before(state.place, false))
                : persist(() -> ledger.before(task.key, task.logged.index()));
    }

    private CompletableFuture<ReadMarks> marks(Task task) {
        State state = state(task);
        return state != null && state.marks != null
                ? CompletableFuture.completedFuture(state.marks)
                : persist(() -> ledger.readMarks(task.key));
    }

    private State state(Task task) {
        State state = states.getIfPresent(task.key);
        return state != null && state.partition == partition && state.run == task.run ? state : null;
    }

    private void remember(Task task, Place place, ReadMarks marks) {
        states.put(task.key, new State(partition, task.run, place, marks));
    }

    private static Outcome refused(ErrorCode code, String message) {
        return new Outcome.Refused(Refusal.of(code, message));
    }

    /** Moves the written mark after the finished one: at once when quiet, else when the interval is over. */
    private void markMoved() {
        if (markBusy || stopped || finished.mark() <= writtenMark) {
            return;
        }
        markBusy = true;
        long waitMs = markWrittenMs + config.markIntervalMs() - thread.nowMs();
        if (waitMs > 0) {
            thread.after(waitMs, this::writeMark);
        } else {
            writeMark();
        }
    }

    private void writeMark() {
        long mark = finished.mark();
        var unused = persist(() -> ledger.finished(partition, mark)).thenRun(() -> {
            writtenMark = mark;
            markWrittenMs = thread.nowMs();
            markBusy = false;
            feed.finishedUpTo(mark);
            feed.roomAgain();
            markMoved();
        });
    }

    /** Asks storage until it answers. The answer comes on this thread, or never once stopped. */
    private <T> CompletableFuture<T> persist(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> answered = new CompletableFuture<>();
        attempt(call, answered, config.retryMsMin());
        return answered;
    }

    private <T> void attempt(Supplier<CompletionStage<T>> call, CompletableFuture<T> answered, long pauseMs) {
        if (stopped) {
            return;
        }
        CompletionStage<T> asked;
        try {
            asked = call.get();
        } catch (RuntimeException failed) {
            asked = CompletableFuture.failedStage(failed);
        }
        asked.whenComplete((answer, failure) -> thread.execute(() -> {
            if (stopped) {
                return;
            }
            if (failure == null) {
                answered.complete(answer);
                return;
            }
            metrics.retry();
            logFailure(failure);
            thread.after(pauseMs, () -> attempt(call, answered, Math.min(config.retryMsMax(), pauseMs * 2)));
        }));
    }

    private void logFailure(Throwable failure) {
        long now = thread.nowMs();
        if (now - failureLoggedMs >= FAILURE_LOG_INTERVAL_MS) {
            failureLoggedMs = now;
            LOG.warn("partition {}: storage failed, tried again: {}", partition, failure.toString());
        }
    }
}
