package io.danmaku.dm.inbound;

import com.github.benmanes.caffeine.cache.Cache;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.conversation.Blocks;
import io.danmaku.dm.conversation.Change;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.dm.conversation.Marks;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.conversation.Place;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.dm.conversation.Windows;
import io.danmaku.dm.inbound.PartitionOwner.Task;
import io.danmaku.node.direct.DirectWords;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.log.Topics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each record makes of its conversation: a function of the log up to it, whatever else the tables hold already. On the partition's
 * thread; of one conversation one record at a time.
 */
final class Handling {
    private static final Logger LOG = LoggerFactory.getLogger(Handling.class);

    /**
     * What is remembered of a conversation. Valid only for records of the same run, because only then did every record of
     * the conversation since then pass here.
     *
     * @param marks null while not read
     * @param blocks null while not read
     * @param expirySeconds for how long messages live, 0 = for ever; null while not read
     */
    record State(int partition, int run, Place place, Marks marks, Blocks blocks, Long expirySeconds) {}

    /** Asks storage until it answers. */
    interface Persist {
        <T> CompletableFuture<T> persist(Supplier<CompletionStage<T>> call);
    }

    private final int partition;
    private final Ledger ledger;
    private final Cache<ConversationKey, State> states;
    private final Windows windows;
    private final long relayMs;
    private final Recipients recipients;
    private final InboundMetrics metrics;
    private final Persist storage;
    private final Marking marking;

    Handling(
            int partition,
            Ledger ledger,
            Cache<ConversationKey, State> states,
            InboundConfig config,
            Recipients recipients,
            InboundMetrics metrics,
            Persist storage) {
        this.partition = partition;
        this.ledger = ledger;
        this.states = states;
        windows = config.windows();
        relayMs = config.relayMs();
        this.recipients = recipients;
        this.metrics = metrics;
        this.storage = storage;
        marking = new Marking(this, ledger, storage);
    }

    /** Carries a record out; its outcome comes when all that it changes is written. */
    CompletableFuture<Outcome> handle(Task task) {
        DirectRecord record = task.logged().record();
        if (!task.isSettings() && Topics.directPartition(record.conversation()) != partition) {
            LOG.error(
                    "record {} of partition {} belongs to another partition",
                    task.logged().index(),
                    partition);
            return CompletableFuture.completedFuture(refused(ErrorCode.INTERNAL, "appended to a wrong partition"));
        }
        Refusal refusal = Rules.check(record);
        if (refusal != null) {
            return CompletableFuture.completedFuture(new Outcome.Refused(refusal));
        }
        return switch (record.op()) {
            case SEND -> send(task);
            case ASK -> ask(task);
            case READ, DELIVERED -> marking.handle(task);
            case EDIT, RECALL, REACT, HIDE -> change(task);
            case CLEAR -> clear(task);
            case BLOCK, UNBLOCK -> block(task);
            case EXPIRE -> expire(task);
            case RELATE -> recipients.relate(task);
            case SETTINGS -> recipients.settle(task);
        };
    }

    private CompletableFuture<Outcome> send(Task task) {
        DirectRecord record = task.logged().record();
        String id = Rules.messageId(record);
        // asked side by side: most messages of a conversation that is not in memory are new
        CompletableFuture<Ledger.Before> before = before(task);
        CompletableFuture<Blocks> blocking = blocks(task);
        CompletableFuture<Refusal> barring = barred(task, blocking, () -> before);
        CompletableFuture<Long> expiring = expiry(task);
        return storage.persist(() -> ledger.message(record.tenant(), id)).thenCompose(existing -> {
            // one that is later in the log was made by another try: this one may have been refused for what has ended
            // since
            if (existing != null && existing.logIndex() <= task.logged().index()) {
                return known(task, existing);
            }
            return before.thenCompose(found -> blocking.thenCompose(blocks -> barring.thenCompose(refusal -> {
                if (refusal != null) {
                    remember(task, found.place(), blocks);
                    return CompletableFuture.completedFuture(new Outcome.Refused(refusal));
                }
                if (existing != null) {
                    return known(task, existing);
                }
                if (found.laterRows()) {
                    return overtaken(task, id);
                }
                return expiring.thenCompose(seconds -> store(
                        task,
                        Rules.message(task.logged(), found.place(), Rules.livesMs(seconds, relayMs)),
                        blocks,
                        seconds));
            })));
        });
    }

    /** A message that is later in the log was not there when this was asked. */
    private CompletableFuture<Outcome> ask(Task task) {
        DirectRecord record = task.logged().record();
        return storage.persist(() -> ledger.message(record.tenant(), Rules.messageId(record)))
                .thenApply(existing ->
                        existing != null && existing.logIndex() < task.logged().index()
                                ? new Outcome.Repeat(existing.message())
                                : new Outcome.Refused(DirectWords.UNWANTED));
    }

    /** Why the recipient takes nothing of this from its sender, or null. */
    private CompletableFuture<Refusal> barred(
            Task task, CompletableFuture<Blocks> blocking, Supplier<CompletableFuture<Ledger.Before>> before) {
        return blocking.thenCompose(blocks ->
                blocks.by(task.key(), task.logged().record().to())
                        ? CompletableFuture.completedFuture(Writers.NOTHING)
                        : recipients.refusal(task, () -> before.get().thenApply(Ledger.Before::place)));
    }

    private CompletableFuture<Outcome> known(Task task, StoredMessage existing) {
        return Rules.madeBy(existing, task.logged())
                ? store(task, existing, null, null)
                : CompletableFuture.completedFuture(new Outcome.Repeat(existing.message()));
    }

    /** Later rows say that another owner was here meanwhile, and then it has written this message first. */
    private CompletableFuture<Outcome> overtaken(Task task, String id) {
        return storage.persist(() -> ledger.message(task.key().tenant(), id)).thenCompose(existing -> {
            if (existing != null) {
                return known(task, existing);
            }
            metrics.conflict();
            LOG.error(
                    "record {} of partition {} is new but its conversation has rows of later records: these tables belong"
                            + " to another log; nothing is overwritten",
                    task.logged().index(),
                    partition);
            return CompletableFuture.completedFuture(refused(ErrorCode.INTERNAL, "the log is behind the store"));
        });
    }

    /** @param blocks and {@code expirySeconds}: null = not read */
    private CompletableFuture<Outcome> store(Task task, StoredMessage message, Blocks blocks, Long expirySeconds) {
        return storage.persist(() -> ledger.store(message)).thenApply(written -> {
            remember(task, message.place(), null, blocks, expirySeconds);
            return new Outcome.Stored(message.message());
        });
    }

    /** Changes a message, for both or (HIDE) for who asks. */
    private CompletableFuture<Outcome> change(Task task) {
        DirectRecord record = task.logged().record();
        boolean reaches = record.op() == Op.EDIT || record.op() == Op.REACT;
        CompletableFuture<Refusal> barring =
                reaches ? barred(task, blocks(task), () -> before(task)) : CompletableFuture.completedFuture(null);
        return storage.persist(() -> ledger.message(record.tenant(), record.mid()))
                .thenCompose(message -> barring.thenCompose(barred -> {
                    if (Rules.isRecalledAlready(task.logged(), message)) {
                        return CompletableFuture.completedFuture(new Outcome.Changed(message.message()));
                    }
                    Refusal refusal = Rules.checkChange(task.logged(), message, windows);
                    if (refusal != null) {
                        return CompletableFuture.completedFuture(new Outcome.Refused(refusal));
                    }
                    if (barred != null) {
                        return CompletableFuture.completedFuture(new Outcome.Refused(barred));
                    }
                    return switch (record.op()) {
                        case HIDE -> hide(task, message);
                        case EDIT -> edit(task, message);
                        default -> change(task, message);
                    };
                }));
    }

    /** All versions are kept, so there is a bound to them. */
    private CompletableFuture<Outcome> edit(Task task, StoredMessage message) {
        if (message.message().revision().editedMs() == 0) {
            return change(task, message);
        }
        DirectRecord record = task.logged().record();
        return storage.persist(() -> ledger.versionsBefore(
                        record.tenant(), record.mid(), task.logged().index(), Rules.VERSIONS_MAX))
                .thenCompose(versions -> versions < Rules.VERSIONS_MAX
                        ? change(task, message)
                        : CompletableFuture.completedFuture(refused(
                                ErrorCode.CONFLICT,
                                "the message was edited " + (Rules.VERSIONS_MAX - 1) + " times: send another one")));
    }

    private CompletableFuture<Outcome> change(Task task, StoredMessage message) {
        return storage.persist(() -> ledger.store(new Change.OfMessage(task.logged(), message)))
                .thenApply(written -> new Outcome.Changed(Rules.changed(task.logged(), message.message())));
    }

    private CompletableFuture<Outcome> hide(Task task, StoredMessage message) {
        long seq = message.message().seq();
        return before(task)
                .thenCompose(before -> note(new Change.Hidden(
                        task.logged(),
                        message.message().mid(),
                        seq,
                        seq == before.place().seq())));
    }

    private CompletableFuture<Outcome> clear(Task task) {
        String owner = task.logged().record().from();
        CompletableFuture<Long> clearing = storage.persist(() -> ledger.clearedUpTo(task.key(), owner));
        return before(task)
                .thenCompose(before -> clearing.thenCompose(cleared -> {
                    long upTo = Rules.upTo(task.logged().record(), before.place());
                    if (upTo == 0 || upTo < cleared) {
                        return CompletableFuture.completedFuture(
                                new Outcome.Noted(new Change.Cleared(task.logged(), cleared, 0).told()));
                    }
                    // one that is equal is written again: of its rows only one may be there
                    return receivedUpTo(task, before.place(), owner, upTo)
                            .thenCompose(received -> note(new Change.Cleared(task.logged(), upTo, received)));
                }));
    }

    private CompletableFuture<Outcome> block(Task task) {
        DirectRecord record = task.logged().record();
        boolean wanted = record.op() == Op.BLOCK;
        Change.Blocked change = new Change.Blocked(task.logged(), wanted);
        return blocks(task).thenCompose(blocks -> {
            if (blocks.by(task.key(), record.from()) == wanted) {
                return CompletableFuture.completedFuture(new Outcome.Noted(change.told()));
            }
            return note(change).thenApply(noted -> {
                State state = state(task);
                if (state != null) {
                    remember(task, state.place, blocks.with(task.key(), record.from(), wanted));
                }
                return noted;
            });
        });
    }

    private CompletableFuture<Outcome> expire(Task task) {
        long seconds = task.logged().record().seq();
        Change.Expiring change = new Change.Expiring(task.logged(), seconds);
        Outcome told = new Outcome.Noted(change.told(), change.toldOther());
        CompletableFuture<Long> expiring = expiry(task);
        return barred(task, blocks(task), () -> before(task)).thenCompose(barred -> {
            if (barred != null) {
                return CompletableFuture.completedFuture(new Outcome.Refused(barred));
            }
            return expiring.thenCompose(before -> before == seconds
                    ? CompletableFuture.completedFuture(new Outcome.Noted(change.told()))
                    : storage.persist(() -> ledger.store(change)).thenApply(written -> {
                        State state = state(task);
                        if (state != null) {
                            remember(task, state.place, null, null, seconds);
                        }
                        return told;
                    }));
        });
    }

    private CompletableFuture<Outcome> note(Change change) {
        return storage.persist(() -> ledger.store(change)).thenApply(written -> new Outcome.Noted(change.told()));
    }

    CompletableFuture<Long> receivedUpTo(Task task, Place place, String reader, long seq) {
        return seq == place.seq()
                ? CompletableFuture.completedFuture(place.receivedBy(task.key(), reader))
                : storage.persist(() -> ledger.receivedUpTo(task.key(), reader, seq));
    }

    CompletableFuture<Ledger.Before> before(Task task) {
        State state = state(task);
        return state != null
                ? CompletableFuture.completedFuture(new Ledger.Before(state.place, false))
                : storage.persist(() -> ledger.before(task.key(), task.logged().index()));
    }

    CompletableFuture<Marks> marks(Task task) {
        State state = state(task);
        return state != null && state.marks != null
                ? CompletableFuture.completedFuture(state.marks)
                : storage.persist(() -> ledger.marks(task.key()));
    }

    CompletableFuture<Blocks> blocks(Task task) {
        State state = state(task);
        return state != null && state.blocks != null
                ? CompletableFuture.completedFuture(state.blocks)
                : storage.persist(() -> ledger.blocks(task.key(), task.logged().index()));
    }

    private CompletableFuture<Long> expiry(Task task) {
        State state = state(task);
        return state != null && state.expirySeconds != null
                ? CompletableFuture.completedFuture(state.expirySeconds)
                : storage.persist(() -> ledger.expiry(task.key(), task.logged().index()));
    }

    private State state(Task task) {
        State state = states.getIfPresent(task.key());
        return state != null && state.partition == partition && state.run == task.run() ? state : null;
    }

    private void remember(Task task, Place place, Blocks blocks) {
        remember(task, place, null, blocks);
    }

    /** @param marks and {@code blocks}: null = what was known is so still */
    void remember(Task task, Place place, Marks marks, Blocks blocks) {
        remember(task, place, marks, blocks, null);
    }

    private void remember(Task task, Place place, Marks marks, Blocks blocks, Long expirySeconds) {
        State state = state(task);
        Marks knownMarks = marks == null && state != null ? state.marks : marks;
        Blocks knownBlocks = blocks == null && state != null ? state.blocks : blocks;
        Long knownExpiry = expirySeconds == null && state != null ? state.expirySeconds : expirySeconds;
        states.put(task.key(), new State(partition, task.run(), place, knownMarks, knownBlocks, knownExpiry));
    }

    static Outcome refused(ErrorCode code, String message) {
        return new Outcome.Refused(Refusal.of(code, message));
    }
}
