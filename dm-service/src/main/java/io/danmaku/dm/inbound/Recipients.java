package io.danmaku.dm.inbound;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.conversation.Change;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.conversation.Place;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.inbound.PartitionOwner.Task;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Topics;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Whom users let write to them, and what they say of one another: what stands in this partition before a record. On the partition's thread; the
 * owner starts a record only when all settings of its recipient before it are written.
 */
final class Recipients {
    /**
     * What holds for records from one on, until settings arrive.
     *
     * @param run of which it is; another one asks again
     */
    private record Known(int run, long fromIndex, Writers writers) {}

    private final int partition;
    private final Ledger ledger;
    private final int strangerMessages;
    private final Handling.Persist storage;
    private final Cache<ConversationKey, Known> known;
    private long newestChange = -1;

    Recipients(int partition, Ledger ledger, InboundConfig config, Handling.Persist storage) {
        this.partition = partition;
        this.ledger = ledger;
        strangerMessages = config.strangerMessages();
        this.storage = storage;
        known = Caffeine.newBuilder()
                .maximumSize(Math.max(1, config.cachedConversations() / Topics.DIRECT_PARTITIONS))
                .executor(Runnable::run)
                .build();
    }

    /** Settings have arrived: what was known of their user does not hold for what comes behind. */
    void changing(LoggedRecord settings) {
        newestChange = Math.max(newestChange, settings.index());
        known.invalidate(ConversationKey.of(settings.record()));
    }

    /** Carries SETTINGS out. */
    CompletableFuture<Outcome> settle(Task task) {
        LoggedRecord logged = task.logged();
        DirectRecord record = logged.record();
        ObjectNode change = Rules.own(record);
        return storage.persist(() -> ledger.writers(record.tenant(), record.from(), partition, logged.index()))
                .thenCompose(before -> {
                    Writers after = before.with(change);
                    return storage.persist(() -> ledger.store(new Change.Let(logged, after)))
                            .thenApply(written -> new Outcome.Settled(after.text()));
                });
    }

    /** Carries RELATE out. */
    CompletableFuture<Outcome> relate(Task task) {
        LoggedRecord logged = task.logged();
        DirectRecord record = logged.record();
        return storage.persist(() -> ledger.relation(record.tenant(), record.from(), record.to(), logged.index()))
                .thenCompose(before -> {
                    Relation after = before.with(Rules.own(record));
                    Change.Related change = new Change.Related(logged, after);
                    Outcome told = new Outcome.Noted(change.told());
                    return after.equals(before)
                            ? CompletableFuture.completedFuture(told)
                            : storage.persist(() -> ledger.store(change)).thenApply(written -> told);
                });
    }

    /**
     * Why a record's recipient takes it from nobody like its sender, or null.
     *
     * @param place asks for the conversation before the record; often nobody has to
     */
    CompletableFuture<Refusal> refusal(Task task, Supplier<CompletableFuture<Place>> place) {
        DirectRecord record = task.logged().record();
        if (DirectBody.isForServers(record.kind())) {
            // what the product tells: choices of who may write do not hold for it, a block does
            return CompletableFuture.completedFuture(null);
        }
        // what is changed was counted when it came
        boolean counts = record.op() == DirectRecord.Op.SEND;
        return writers(task)
                .thenCompose(writers -> !writers.asksForRelation(counts ? Long.MAX_VALUE : 0, strangerMessages)
                        ? CompletableFuture.completedFuture(null)
                        : place.get().thenCompose(before -> {
                            // where the recipient never wrote, all is the sender's; what the product sent in its name
                            // counts not
                            long received = counts ? before.seq() - before.notices() : 0;
                            return before.receivedBy(task.key(), record.from()) > 0
                                            || !writers.asksForRelation(received, strangerMessages)
                                    ? CompletableFuture.completedFuture(null)
                                    : relation(task).thenApply(r -> writers.refusal(r, received, strangerMessages));
                        }));
    }

    private CompletableFuture<Relation> relation(Task task) {
        DirectRecord record = task.logged().record();
        return storage.persist(() -> ledger.relation(
                record.tenant(), record.to(), record.from(), task.logged().index()));
    }

    private CompletableFuture<Writers> writers(Task task) {
        DirectRecord record = task.logged().record();
        long index = task.logged().index();
        ConversationKey user = ConversationKey.ofSettings(record.tenant(), record.to());
        Known holds = known.getIfPresent(user);
        if (holds != null && holds.run == task.run() && holds.fromIndex <= index) {
            return CompletableFuture.completedFuture(holds.writers);
        }
        return storage.persist(() -> ledger.writers(record.tenant(), record.to(), partition, index))
                .thenApply(writers -> {
                    // settings that have arrived behind this record may be of this user
                    if (index > newestChange) {
                        known.put(user, new Known(task.run(), index, writers));
                    }
                    return writers;
                });
    }
}
