package io.danmaku.bench.store;

import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.dm.store.CqlNode;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Ids;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/**
 * Fills a store with what would take a hub's users years. The rows are those that dm-service would write, by its statements, many of one partition at a time; but no record of the log stands behind them: nobody may go on writing in these conversations.
 */
final class Loading {
    /** Enough for rows of one partition to come together; all their rows, nine at the most, still have room in the queue of the driver (20,000). */
    private static final int AT_A_TIME = 2_048;

    private static final long FLUSH_MS = 50;
    private static final int BURST = 10;
    private static final int TRIES = 20;
    private static final int TOLD_EVERY = 100_000;

    private final Gathering gathering;
    private final MessageTables tables;
    private final Semaphore room = new Semaphore(AT_A_TIME);
    private final AtomicReference<Throwable> failed = new AtomicReference<>();

    /** Prepares its statements: blocks. */
    Loading(CqlNode cql) {
        gathering = new Gathering(cql.session());
        tables = new MessageTables(cql.with(gathering.session()));
    }

    /**
     * One conversation, its messages in bursts of ten within a second, over a time that ends now.
     *
     * @return milliseconds that it took
     */
    long conversation(String a, String b, int messages, long spanMs) throws IOException, InterruptedException {
        long nowMs = System.currentTimeMillis();
        int bursts = (messages + BURST - 1) / BURST;
        return load(messages, i -> {
            boolean turn = i % 2 == 1;
            long atMs = nowMs - spanMs * (bursts - i / BURST) / bursts + i % BURST;
            long seq = i + 1L;
            DirectMessage message = new DirectMessage(
                    BareLoop.mid(a, 0, seq), turn ? b : a, turn ? a : b, seq, "text", "message " + seq, atMs);
            return new StoredMessage(Ids.DEFAULT_TENANT, message, 0, i, (seq + 1) / 2);
        });
    }

    /**
     * Contacts of one user, of each one message to that user, evenly over a time that ends now.
     *
     * @return milliseconds that it took
     */
    long contacts(String owner, int contacts, long spanMs) throws IOException, InterruptedException {
        long nowMs = System.currentTimeMillis();
        return load(contacts, i -> {
            long atMs = nowMs - spanMs * (contacts - i) / contacts;
            DirectMessage message = new DirectMessage(
                    BareLoop.mid(owner, i, 1), owner + "-c" + i, owner, 1, "text", "message of contact " + i, atMs);
            int partition = i % Topics.DIRECT_PARTITIONS;
            return new StoredMessage(Ids.DEFAULT_TENANT, message, partition, i / Topics.DIRECT_PARTITIONS, 1);
        });
    }

    private long load(int count, IntFunction<StoredMessage> messages) throws IOException, InterruptedException {
        long beganNs = System.nanoTime();
        for (int i = 0; i < count && failed.get() == null; i++) {
            while (!room.tryAcquire(FLUSH_MS, TimeUnit.MILLISECONDS)) {
                gathering.flush();
            }
            store(messages.apply(i), TRIES);
            if ((i + 1) % TOLD_EVERY == 0) {
                System.err.printf("%,d of %,d%n", i + 1, count);
            }
        }
        while (!room.tryAcquire(AT_A_TIME, FLUSH_MS, TimeUnit.MILLISECONDS)) {
            gathering.flush();
        }
        room.release(AT_A_TIME);
        if (failed.get() != null) {
            throw new IOException("the store took not all rows", failed.get());
        }
        return (System.nanoTime() - beganNs) / 1_000_000;
    }

    private void store(StoredMessage message, int tries) {
        var unused = tables.store(message).whenComplete((written, failure) -> {
            if (failure != null && tries > 1) {
                store(message, tries - 1);
                return;
            }
            if (failure != null) {
                failed.compareAndSet(null, failure);
            }
            room.release();
        });
    }
}
