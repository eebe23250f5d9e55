package io.danmaku.dm.inbound;

import com.github.benmanes.caffeine.cache.Cache;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.log.DirectRecord;
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

    /** Where the records come from. */
    interface Feed {
        /** All records up to this index are done, and it is written: they can be forgotten. */
        void finishedUpTo(long index);

        /** {@link #hasRoom()} may have become true. */
        void roomAgain();
    }

    /**
     * A record in work, and of which run it is.
     *
     * @param settled of SETTINGS: completed when they are written; of others what they start behind, null = nothing
     */
    record Task(LoggedRecord logged, ConversationKey key, int run, long arrivedMs, CompletableFuture<Void> settled) {
        boolean isSettings() {
            return logged.record().op() == DirectRecord.Op.SETTINGS;
        }
    }

    private final int partition;
    private final OwnerThread thread;
    private final Ledger ledger;
    private final Recipients recipients;
    private final Handling handling;
    private final Outcomes outcomes;
    private final InboundConfig config;
    private final InboundMetrics metrics;
    private final Feed feed;

    private final Map<ConversationKey, ArrayDeque<Task>> chains = new HashMap<>();
    /** By user: the newest change of settings in work. What comes to that user behind it waits for it. */
    private final Map<ConversationKey, CompletableFuture<Void>> settling = new HashMap<>();

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
            Cache<ConversationKey, Handling.State> states,
            Outcomes outcomes,
            InboundConfig config,
            InboundMetrics metrics,
            Feed feed) {
        this.partition = partition;
        this.thread = thread;
        this.ledger = ledger;
        recipients = new Recipients(partition, ledger, config, this::persist);
        handling = new Handling(partition, ledger, states, config, recipients, metrics, this::persist);
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
        Task task = task(logged, key);
        ArrayDeque<Task> chain = chains.get(key);
        if (chain != null) {
            chain.add(task);
            return;
        }
        chains.put(key, new ArrayDeque<>());
        start(task);
    }

    private Task task(LoggedRecord logged, ConversationKey key) {
        DirectRecord record = logged.record();
        if (record.op() != DirectRecord.Op.SETTINGS) {
            ConversationKey recipient = ConversationKey.ofSettings(record.tenant(), record.to());
            return new Task(logged, key, run, thread.nowMs(), settling.get(recipient));
        }
        CompletableFuture<Void> settled = new CompletableFuture<>();
        settling.put(key, settled);
        recipients.changing(logged);
        return new Task(logged, key, run, thread.nowMs(), settled);
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
        if (!task.isSettings() && task.settled != null && !task.settled.isDone()) {
            var unused = task.settled.thenRun(() -> startNext(task));
            return;
        }
        CompletableFuture<Outcome> handled;
        try {
            handled = handling.handle(task);
        } catch (RuntimeException bug) {
            handled = CompletableFuture.failedFuture(bug);
        }
        var unused = handled.whenComplete((outcome, bug) -> {
            if (bug != null) {
                // only a fault of ours comes here, before anything was written: holding the partition would not heal it
                LOG.error("record {} of partition {} cannot be handled", task.logged.index(), partition, bug);
            }
            Outcome told = bug == null ? outcome : Handling.refused(ErrorCode.INTERNAL, "this cannot be handled");
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
        if (task.isSettings()) {
            settling.remove(task.key, task.settled);
            task.settled.complete(null);
        }
        ArrayDeque<Task> chain = chains.get(task.key);
        Task next = chain.poll();
        if (next == null) {
            chains.remove(task.key);
        } else {
            startNext(next);
        }
        markMoved();
        feed.roomAgain();
    }

    /** Through the queue, not the stack: a chain may be long and all its answers at hand. */
    private void startNext(Task next) {
        thread.execute(() -> {
            if (!stopped) {
                start(next);
            }
        });
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
