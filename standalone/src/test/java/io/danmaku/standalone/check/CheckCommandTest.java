package io.danmaku.standalone.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A recorded history is judged as a shell asks for it. */
class CheckCommandTest {
    private static final long SEED = 4;

    @TempDir
    private Path folder;

    private static int run(String... arguments) {
        return new CommandLine(new CheckCommand()).execute(arguments);
    }

    private Path written(History history) throws IOException {
        Path file = folder.resolve(DirectCheck.HISTORY);
        SimulatedRun.write(history, file);
        return file;
    }

    @Test
    void aFileSaysAgainWhatWasWritten() throws IOException {
        History history = SimulatedRun.of(SEED);
        History read = HistoryReader.read(written(history));
        assertEquals(history.setup, read.setup);
        assertEquals(history.sends, read.sends);
        assertEquals(history.reads, read.reads);
        assertEquals(history.clears, read.clears);
        assertEquals(history.deliveries, read.deliveries);
        assertEquals(history.begins, read.begins);
        assertEquals(history.stirs, read.stirs);
        assertEquals(history.firstSynced, read.firstSynced);
        assertEquals(history.changes, read.changes);
        assertEquals(sorted(history.notes), sorted(read.notes));
        assertEquals(history.marks, read.marks);
        assertEquals(history.syncedMarks, read.syncedMarks);
        assertEquals(history.relations, read.relations);
        assertEquals(history.requests, read.requests);
        assertEquals(history.writers, read.writers);
        assertEquals(history.firstTold, read.firstTold);
        assertEquals(history.hidden, read.hidden);
        assertEquals(sorted(history.tellings), sorted(read.tellings));
        assertEquals(history.pushed, read.pushed);
        assertEquals(history.synced, read.synced);
        assertEquals(history.histories, read.histories);
        assertEquals(history.contacts, read.contacts);
    }

    private static List<String> sorted(List<?> all) {
        return all.stream().map(Object::toString).sorted().toList();
    }

    @Test
    void aGoodHistoryEndsWithZero() throws IOException {
        assertEquals(0, run("dm", "--judge", written(SimulatedRun.of(SEED)).toString()));
    }

    @Test
    void everyPlantedFaultEndsWithOne() throws IOException {
        int planted = 0;
        for (Planted fault : Planted.values()) {
            History history = SimulatedRun.of(SEED);
            if (fault.into(history, new Random(SEED))) {
                planted++;
                assertEquals(1, run("dm", "--judge", written(history).toString()), fault.name());
            }
        }
        assertTrue(planted > Planted.values().length / 2, planted + " faults had a place");
    }

    @Test
    void whatIsNoWholeHistoryEndsWithTwo() throws IOException {
        Path file = written(SimulatedRun.of(SEED));
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, lines.size() - 1));
        assertTrue(assertThrows(IOException.class, () -> HistoryReader.read(file))
                .getMessage()
                .contains("is not whole"));
        assertEquals(2, run("dm", "--judge", file.toString()));
        Files.writeString(file, lines.get(0).replace("\"format\":2", "\"format\":1"));
        assertTrue(assertThrows(IOException.class, () -> HistoryReader.read(file))
                .getMessage()
                .contains("has the format 1, and 2 is read here"));
        Files.write(file, lines.subList(1, lines.size()));
        assertEquals(2, run("dm", "--judge", file.toString()));
        Files.writeString(file, lines.get(0) + "\n{\"t\":");
        assertEquals(2, run("dm", "--judge", file.toString()));
        assertEquals(2, run("dm", "--judge", folder.resolve("absent").toString()));
    }

    @Test
    void wrongOptionsEndWithTwoBeforeAnythingStarts() {
        assertEquals(2, run());
        assertEquals(2, run("dm", "--messages", "0"));
        assertEquals(2, run("dm", "--users", "1"));
        assertEquals(2, run("dm", "--devices", "9"));
        assertEquals(2, run("dm", "--kill", "room-service"));
        assertEquals(2, run("dm", "--kill", "pause-redis"));
        assertEquals(2, run("dm", "--kills", "-1"));
        assertEquals(2, run("dm", "--minutes-max", "0"));
    }
}
