package io.danmaku.standalone.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The journal of Pulsar's bookie, which a kill may end in the middle of a write. The file was filled with zeros before, so the bookie takes
 * a half-written record for a whole one, and no ledger that ends with such an entry opens again. It was never acknowledged:
 * {@link #cutTorn} takes it away before the bookie looks. With several bookies others would have the entry; here is one.
 *
 * <p>The format is that of BookKeeper's {@code Journal} and {@code JournalChannel}, versions 5 and 6: a header of 512 bytes, then records of a length
 * and so many bytes. An entry is its ledger, its number, two more numbers, a checksum of these and of the rest, and the rest.
 */
final class BookieJournal {
    private static final int HEADER_BYTES = 512;
    private static final int MAGIC = 0x424b_4c47; // BKLG
    private static final int VERSION_MIN = 5;
    private static final int VERSION_MAX = 6;
    private static final int PADDING = -0x100;
    private static final int ENTRY_HEAD_BYTES = 4 * Long.BYTES;
    private static final int NUMBER_AT = Long.BYTES;
    /** An entry is at most 5 MiB at the bookie; more is no length. */
    private static final int RECORD_BYTES_MAX = 8 << 20;

    private static final int CHUNK_BYTES = 64 * 1024;

    private BookieJournal() {}

    /**
     * Cuts a half-written record off the end of the newest journal; for when no bookie runs.
     *
     * @return where it began, if there was one
     */
    static Optional<Long> cutTorn(Path bookkeeper) throws IOException {
        Optional<Path> newest = newest(bookkeeper.resolve("current"));
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        try (FileChannel file = FileChannel.open(newest.get(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Optional<Long> torn = torn(file);
            if (torn.isPresent()) {
                file.truncate(torn.get());
            }
            return torn;
        }
    }

    /** Names are hexadecimal numbers that grow. */
    private static Optional<Path> newest(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txn"))
                    .max(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString().length())
                            .thenComparing(file -> file.getFileName().toString()));
        }
    }

    private static Optional<Long> torn(FileChannel file) throws IOException {
        ByteBuffer head = read(file, 0, HEADER_BYTES);
        if (head.remaining() < HEADER_BYTES || head.getInt() != MAGIC) {
            return Optional.empty();
        }
        int version = head.getInt();
        if (version < VERSION_MIN || version > VERSION_MAX) {
            return Optional.empty();
        }
        long at = HEADER_BYTES;
        while (true) {
            ByteBuffer word = read(file, at, Integer.BYTES);
            int bytes = word.remaining() < Integer.BYTES ? 0 : word.getInt();
            if (bytes == 0) {
                return Optional.empty();
            }
            if (bytes == PADDING) {
                ByteBuffer padding = read(file, at + Integer.BYTES, Integer.BYTES);
                int padded = padding.remaining() < Integer.BYTES ? -1 : padding.getInt();
                if (padded < 0) {
                    return Optional.empty();
                }
                at += 2 * Integer.BYTES + padded;
                continue;
            }
            if (bytes < 0 || bytes > RECORD_BYTES_MAX) {
                return Optional.empty(); // nothing that a kill leaves: the bookie is to see it
            }
            long next = at + Integer.BYTES + bytes;
            if (!whole(read(file, at + Integer.BYTES, bytes), bytes)) {
                // a write that was cut short left zeros from there to the end
                return zeros(file, next - 1) ? Optional.of(at) : Optional.empty();
            }
            at = next;
        }
    }

    private static boolean whole(ByteBuffer record, int bytes) {
        if (record.remaining() < bytes || bytes < 2 * Long.BYTES) {
            return false;
        }
        if (record.getLong(NUMBER_AT) < 0) {
            return true; // a note on a ledger, its key or its fence: nothing to check it by
        }
        if (bytes < ENTRY_HEAD_BYTES + Long.BYTES) {
            return false;
        }
        // topics have the one, compacted topics the other
        return record.getInt(ENTRY_HEAD_BYTES) == (int) sum(new CRC32C(), record, Integer.BYTES)
                || record.getLong(ENTRY_HEAD_BYTES) == sum(new CRC32(), record, Long.BYTES);
    }

    /** Over all of an entry but the sum itself. */
    private static long sum(Checksum sum, ByteBuffer record, int sumBytes) {
        int rest = ENTRY_HEAD_BYTES + sumBytes;
        sum.update(record.slice(0, ENTRY_HEAD_BYTES));
        sum.update(record.slice(rest, record.limit() - rest));
        return sum.getValue();
    }

    private static boolean zeros(FileChannel file, long from) throws IOException {
        for (long at = from; at < file.size(); at += CHUNK_BYTES) {
            ByteBuffer chunk = read(file, at, CHUNK_BYTES);
            while (chunk.hasRemaining()) {
                if (chunk.get() != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static ByteBuffer read(FileChannel file, long at, int bytes) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(bytes);
        while (into.hasRemaining() && file.read(into, at + into.position()) > 0) {
            // on
        }
        return into.flip();
    }
}
