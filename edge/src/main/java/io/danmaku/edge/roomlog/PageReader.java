package io.danmaku.edge.roomlog;

import io.danmaku.edge.broadcast.DecidedRepeats;
import io.danmaku.edge.broadcast.RepeatWindow;
import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.edge.tail.Deletions;
import io.danmaku.node.pulsar.LogHead;
import io.danmaku.node.pulsar.PulsarAdmin;
import io.danmaku.node.pulsar.ReaderEnd;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.log.HeldJson;
import io.danmaku.protocol.log.RoomRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.impl.MessageIdImpl;

/** Reads one stretch of a room's log into batches. Blocks; stateless. */
final class PageReader {
    private static final int READ_TIMEOUT_S = 5;
    private static final int RECEIVER_QUEUE = 512;
    private static final int BATCH_BYTES_MAX = 64 * 1024;
    /** What the broker answers for an index that it no longer has: not found, precondition failed. */
    private static final Set<Integer> GONE = Set.of(404, 412);

    private final PulsarClient client;
    private final PulsarAdmin admin;

    PageReader(PulsarClient client, PulsarAdmin admin) {
        this.client = client;
        this.admin = admin;
    }

    /**
     * What to read.
     *
     * @param from first offset wanted
     * @param to last offset wanted; it has been appended already
     * @param held whether chats are wanted that wait for a moderator, and nothing else
     */
    record Request(
            String topic,
            String room,
            long from,
            long to,
            OffsetIndex index,
            DecidedRepeats decided,
            Deletions deletions,
            boolean held) {}

    /** @return batches that cover {@code from..to} and perhaps, as a gap, more; the caller holds their references */
    List<Batch> read(Request r) throws IOException {
        MessageId start = r.index.atOrBefore(r.from);
        if (start == null) {
            start = lookUp(r.topic, r.from);
        }
        List<Batch> page = read(r, start);
        if (page == null) {
            page = read(r, MessageId.earliest);
        }
        return page;
    }

    /** Offsets {@code first..last} of a log; none when the first lies behind the last. */
    record Range(long first, long last) {
        Range and(long firstOther, long lastOther) {
            return new Range(Math.max(first, firstOther), Math.min(last, lastOther));
        }
    }

    /**
     * The offsets of a stretch of the broker's time: from the first record of {@code fromMs} or later up to before the first one of
     * {@code toMs} or later. What the log keeps no more counts as of that stretch where it may be: reading tells that it is gone.
     *
     * @param head newest offset to go up to
     */
    Range within(String topic, long fromMs, long toMs, long head) throws IOException {
        Message<byte[]> newest = newest(topic);
        if (newest == null) {
            return new Range(1, head);
        }
        Reader<byte[]> reader = client.newReader()
                .topic(topic)
                .readerName("time")
                .startMessageId(MessageId.earliest)
                .receiverQueueSize(1)
                .create();
        try {
            Message<byte[]> oldest = next(reader);
            long oldestMs = LogRecords.tsMs(oldest);
            long first = fromMs <= oldestMs ? 1 : offsetAt(reader, newest, fromMs);
            long behind = toMs <= oldestMs ? LogRecords.offset(oldest) : offsetAt(reader, newest, toMs);
            return new Range(first, Math.min(behind - 1, head));
        } finally {
            ReaderEnd.close(reader);
        }
    }

    /** Offset of the first record of a time or later, that behind the newest record when there is none. */
    private static long offsetAt(Reader<byte[]> reader, Message<byte[]> newest, long tsMs) throws IOException {
        if (LogRecords.tsMs(newest) < tsMs) {
            return LogRecords.offset(newest) + 1;
        }
        reader.seek(tsMs);
        return LogRecords.offset(next(reader));
    }

    private Message<byte[]> newest(String topic) throws IOException {
        try {
            return LogHead.newest(client, topic, TimeUnit.SECONDS.toMillis(READ_TIMEOUT_S))
                    .join();
        } catch (CompletionException failed) {
            throw new IOException("the end of the log is not known now", failed);
        }
    }

    /** The broker's look-up by index serves for a room that nobody has read here. */
    private MessageId lookUp(String topic, long offset) throws IOException {
        if (offset <= 1) {
            return MessageId.earliest;
        }
        try {
            var found = admin.messageIdByIndex(topic, offset - 1).join();
            return new MessageIdImpl(
                    found.path("ledgerId").asLong(), found.path("entryId").asLong(), -1);
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof PulsarAdmin.AdminException answer && GONE.contains(answer.status())) {
                return MessageId.earliest; // trimmed: walk from the first one kept
            }
            throw new IOException("the broker cannot look up an offset now", failed);
        }
    }

    /** @return null when the start lay behind what was wanted */
    private List<Batch> read(Request r, MessageId start) throws IOException {
        long[] known = r.decided.within(r.from, r.to);
        RepeatWindow window = known == null ? new RepeatWindow() : null;
        List<Batch> batches = new ArrayList<>();
        BatchWriter writer = new BatchWriter(r.room);
        boolean complete = false;
        Reader<byte[]> reader = client.newReader()
                .topic(r.topic)
                .readerName("page")
                .startMessageId(start)
                .startMessageIdInclusive()
                .receiverQueueSize(RECEIVER_QUEUE)
                .create();
        try {
            if (window != null && start != MessageId.earliest) {
                lookBack(reader);
            }
            long due = r.from;
            boolean first = true;
            while (due <= r.to) {
                if (!reader.hasMessageAvailable()) {
                    finish(writer, batches);
                    batches.add(BatchWriter.gap(r.room, due, r.to, "retention"));
                    break;
                }
                Message<byte[]> message = next(reader);
                long offset = LogRecords.offset(message);
                if (first && offset > r.from && start != MessageId.earliest) {
                    return null;
                }
                first = false;
                RoomRecord record = RoomRecord.decode(message.getData());
                boolean repeat = isRepeat(window, known, offset, message, record);
                if (offset < due) {
                    continue;
                }
                if (offset > due) {
                    finish(writer, batches);
                    batches.add(BatchWriter.gap(r.room, due, offset - 1, "retention"));
                    due = offset;
                    if (offset > r.to) {
                        break;
                    }
                }
                if (record == null || record.shadowed() || r.held != (record.held() != null)) {
                    writer.skip(offset, SkipReason.FILTERED);
                } else if (r.deletions.cover(offset, record.user())) {
                    writer.skip(offset, SkipReason.DELETED);
                } else if (repeat) {
                    writer.skip(offset, SkipReason.REPEAT);
                } else {
                    writer.add(
                            offset,
                            LogRecords.tsMs(message),
                            record.deliveryClass(),
                            record.conflationKey(),
                            r.held ? HeldJson.fragment(record, offset, LogRecords.tsMs(message)) : record.json());
                }
                due = offset + 1;
                if (writer.bytes() > BATCH_BYTES_MAX) {
                    finish(writer, batches);
                }
            }
            finish(writer, batches);
            complete = true;
            return batches;
        } finally {
            // not waited for: the page is read, whatever becomes of its reader
            ReaderEnd.close(reader);
            if (!complete) {
                writer.abandon();
                batches.forEach(Batch::release);
            }
        }
    }

    private static boolean isRepeat(
            RepeatWindow window, long[] known, long offset, Message<byte[]> message, RoomRecord record) {
        if (window == null) {
            return Arrays.binarySearch(known, offset) >= 0;
        }
        return record != null && window.observe(offset, LogRecords.tsMs(message), record.user(), record.cid()) != null;
    }

    /** Goes back by the repeat window from the record that the reader stands at. */
    private static void lookBack(Reader<byte[]> reader) throws IOException {
        if (reader.hasMessageAvailable()) {
            reader.seek(LogRecords.tsMs(next(reader)) - RepeatWindow.WINDOW_MS);
        }
    }

    private static Message<byte[]> next(Reader<byte[]> reader) throws IOException {
        Message<byte[]> message = reader.readNext(READ_TIMEOUT_S, TimeUnit.SECONDS);
        if (message == null) {
            throw new IOException("the log did not answer within " + READ_TIMEOUT_S + " s");
        }
        return message;
    }

    private static void finish(BatchWriter writer, List<Batch> batches) {
        if (!writer.isEmpty()) {
            batches.add(writer.finish());
        }
    }
}
