package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.Blocks;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.dm.conversation.MarkUpTo;
import io.danmaku.dm.conversation.Marks;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.conversation.Place;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.inbound.PartitionOwner.Task;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import java.util.concurrent.CompletableFuture;

/** Moves the marks of who has read and of what is delivered. A part of {@link Handling}, on the partition's thread. */
final class Marking {
    private final Handling conversation;
    private final Ledger ledger;
    private final Handling.Persist storage;

    Marking(Handling conversation, Ledger ledger, Handling.Persist storage) {
        this.conversation = conversation;
        this.ledger = ledger;
        this.storage = storage;
    }

    CompletableFuture<Outcome> handle(Task task) {
        boolean read = task.logged().record().op() == Op.READ;
        return conversation
                .before(task)
                .thenCompose(before -> conversation.marks(task).thenCompose(marks -> {
                    Place place = before.place();
                    Marks.Side side =
                            marks.of(task.key(), task.logged().record().from());
                    long upTo = Rules.upTo(task.logged().record(), place);
                    if (!side.isMoved(read, upTo, task.logged().index())) {
                        conversation.remember(task, place, marks, null);
                        return CompletableFuture.completedFuture(new Outcome.Marked(side.seq(read), false, false));
                    }
                    return conversation.blocks(task).thenCompose(blocks -> move(task, place, marks, blocks, upTo));
                }));
    }

    private CompletableFuture<Outcome> move(Task task, Place place, Marks marks, Blocks blocks, long upTo) {
        DirectRecord record = task.logged().record();
        String user = record.from();
        boolean read = record.op() == Op.READ;
        long index = task.logged().index();
        // who is blocked reaches the other side with nothing, and not with a mark either
        boolean told = !blocks.by(task.key(), record.to());
        CompletableFuture<Long> receiving =
                read ? conversation.receivedUpTo(task, place, user, upTo) : CompletableFuture.completedFuture(0L);
        return receiving
                .thenCompose(received -> storage.persist(() -> ledger.store(new MarkUpTo(
                        read,
                        record.tenant(),
                        user,
                        record.to(),
                        upTo,
                        received,
                        told,
                        index,
                        task.logged().partition()))))
                .thenApply(written -> {
                    Marks.Side side = marks.of(task.key(), user).with(read, new Marks.Mark(upTo, index));
                    conversation.remember(task, place, marks.with(task.key(), user, side), blocks);
                    return new Outcome.Marked(upTo, true, told);
                });
    }
}
