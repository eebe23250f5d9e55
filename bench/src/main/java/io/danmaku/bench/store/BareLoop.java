package io.danmaku.bench.store;

import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Conversations that each have one message on its way, and the next when its rows are written. Counts may be read by any thread. */
final class BareLoop {
    private static final long NS_PER_MS = 1_000_000;
    private static final int MID_CHARS = 22;

    private final MessageTables tables;
    private final String prefix;
    private final String body;
    private final LongAdder messages = new LongAdder();
    private final LongAdder seconds = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final List<AtomicLong> indexes = new ArrayList<>();
    private final AtomicLong working = new AtomicLong();
    private volatile boolean ending;

    private BareLoop(MessageTables tables, String prefix, String body) {
        this.tables = tables;
        this.prefix = prefix;
        this.body = body;
        for (int p = 0; p < Topics.DIRECT_PARTITIONS; p++) {
            indexes.add(new AtomicLong());
        }
    }

    static BareLoop begin(MessageTables tables, String prefix, int conversations, String body) {
        BareLoop loop = new BareLoop(tables, prefix, body);
        loop.working.set(conversations);
        for (int c = 0; c < conversations; c++) {
            loop.next(c, 1, 0);
        }
        return loop;
    }

    private void next(int conversation, long seq, long lastSecond) {
        if (ending) {
            working.decrementAndGet();
            return;
        }
        long nowMs = System.currentTimeMillis();
        boolean turn = seq % 2 == 0;
        int partition = conversation % indexes.size();
        String a = prefix + conversation + "-a";
        String b = prefix + conversation + "-b";
        DirectMessage message =
                new DirectMessage(mid(prefix, conversation, seq), turn ? b : a, turn ? a : b, seq, "text", body, nowMs);
        StoredMessage stored = new StoredMessage(
                Ids.DEFAULT_TENANT, message, partition, indexes.get(partition).getAndIncrement(), (seq + 1) / 2);
        var unused = tables.store(stored).whenComplete((written, failure) -> {
            long second = nowMs / 1_000;
            if (failure == null) {
                messages.increment();
                if (second != lastSecond) {
                    seconds.increment();
                }
            } else {
                failed.increment();
            }
            next(conversation, seq + 1, second);
        });
    }

    static String mid(String prefix, int conversation, long seq) {
        String name = Long.toString(seq, Character.MAX_RADIX) + "_" + conversation + "_" + prefix;
        return (name + "AAAAAAAAAAAAAAAAAAAAAA").substring(0, MID_CHARS);
    }

    long messages() {
        return messages.sum();
    }

    long rows() {
        return messages.sum() * BareStore.ROWS_OF_MESSAGE + seconds.sum() * BareStore.ROWS_OF_SECOND;
    }

    long failed() {
        return failed.sum();
    }

    void end() {
        ending = true;
        while (working.get() > 0) {
            LockSupport.parkNanos(NS_PER_MS);
        }
    }
}
