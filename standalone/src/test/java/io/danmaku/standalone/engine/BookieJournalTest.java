package io.danmaku.standalone.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BookieJournalTest {
    private static final int HEADER = 512;
    private static final int SUM_AT = 32;
    private static final int ALLOCATED = 64 * 1024;
    private static final long LEDGER_KEY = -0x1000;

    @TempDir
    Path bookkeeper;

    private final ByteBuffer journal = ByteBuffer.allocate(ALLOCATED);

    @BeforeEach
    void header() throws IOException {
        Files.createDirectories(bookkeeper.resolve("current"));
        journal.putInt(0x424b_4c47).putInt(6).position(HEADER);
    }

    @Test
    void aHalfWrittenEntryIsCutOffTheEndOfTheNewestJournal() throws IOException {
        note();
        entry(0, Integer.BYTES);
        padding(100);
        entry(1, Integer.BYTES);
        int end = journal.position();
        entry(2, Integer.BYTES);
        tear(journal.position() - 30);
        Path older = write("9.txn");
        Path newest = write("10.txn");

        assertEquals(Optional.of((long) end), BookieJournal.cutTorn(bookkeeper));
        assertEquals(end, Files.size(newest));
        assertEquals(ALLOCATED, Files.size(older));
        assertEquals(Optional.empty(), BookieJournal.cutTorn(bookkeeper), "once");
    }

    @Test
    void aTornLengthIsCutToo() throws IOException {
        entry(0, Integer.BYTES);
        int end = journal.position();
        entry(1, Integer.BYTES);
        tear(end + 3);
        write("1.txn");

        assertEquals(Optional.of((long) end), BookieJournal.cutTorn(bookkeeper));
    }

    @Test
    void whatIsWholeStaysAsItIs() throws IOException {
        note();
        entry(0, Integer.BYTES);
        entry(1, Long.BYTES);
        padding(8);
        Path file = write("1.txn");

        assertEquals(Optional.empty(), BookieJournal.cutTorn(bookkeeper));
        assertEquals(ALLOCATED, Files.size(file));
    }

    @Test
    void damageWithEntriesBehindItIsLeftToTheBookie() throws IOException {
        int at = journal.position();
        entry(0, Integer.BYTES);
        int end = journal.position();
        entry(1, Integer.BYTES);
        Arrays.fill(journal.array(), at + 100, end, (byte) 0);
        Path file = write("1.txn");

        assertEquals(Optional.empty(), BookieJournal.cutTorn(bookkeeper));
        assertEquals(ALLOCATED, Files.size(file));
    }

    @Test
    @Timeout(10)
    void paddingThatLeadsBackEndsTheReading() throws IOException {
        entry(0, Integer.BYTES);
        journal.putInt(-0x100).putInt(-8);
        write("1.txn");

        assertEquals(Optional.empty(), BookieJournal.cutTorn(bookkeeper));
    }

    @Test
    void withoutAJournalThereIsNothingToCut() throws IOException {
        assertEquals(Optional.empty(), BookieJournal.cutTorn(bookkeeper));
        assertEquals(Optional.empty(), BookieJournal.cutTorn(bookkeeper.resolve("none")));
    }

    private void note() {
        journal.putInt(2 * Long.BYTES + 1).putLong(7).putLong(LEDGER_KEY).put((byte) 1);
    }

    private void padding(int bytes) {
        journal.putInt(-0x100).putInt(bytes).position(journal.position() + bytes);
    }

    private void entry(long number, int sumBytes) {
        byte[] text = ("entry " + number + " of many bytes".repeat(20)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer entry = ByteBuffer.allocate(SUM_AT + sumBytes + text.length);
        entry.putLong(7).putLong(number).putLong(number - 1).putLong(text.length);
        Checksum sum = sumBytes == Integer.BYTES ? new CRC32C() : new CRC32();
        sum.update(entry.array(), 0, SUM_AT);
        sum.update(text);
        if (sumBytes == Integer.BYTES) {
            entry.putInt((int) sum.getValue());
        } else {
            entry.putLong(sum.getValue());
        }
        entry.put(text);
        journal.putInt(entry.capacity()).put(entry.flip());
    }

    private void tear(int from) {
        Arrays.fill(journal.array(), from, ALLOCATED, (byte) 0);
    }

    private Path write(String name) throws IOException {
        return Files.write(bookkeeper.resolve("current").resolve(name), journal.array());
    }
}
