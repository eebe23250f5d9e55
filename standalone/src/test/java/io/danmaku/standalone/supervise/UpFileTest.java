package io.danmaku.standalone.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.folder.DataFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record of a launcher is not yet a launcher. */
class UpFileTest {
    @TempDir
    private Path root;

    private DataFolder folder;
    private Process other;

    /** A process that passes for a launcher by its command line. */
    @BeforeEach
    void startSomethingElse() throws IOException {
        folder = new DataFolder(root);
        folder.create();
        other = new ProcessBuilder("/bin/sh", "-c", "read line; exit 0", "io.danmaku.standalone.Danmaku").start();
        write(other.pid());
    }

    @AfterEach
    void stopIt() throws InterruptedException {
        other.destroy();
        other.waitFor();
    }

    @Test
    void aHubRunsWhileItsLauncherHoldsTheFolder() throws Exception {
        try (DataFolder.Lock lock = folder.lock().orElseThrow()) {
            assertTrue(lock.held().isValid());
            assertEquals(other.pid(), UpFile.running(folder).orElseThrow().launcher());
        }
    }

    @Test
    void anotherCommandWithTheProcessIdOfAFormerLauncherIsNoHub() throws Exception {
        assertEquals(Optional.empty(), UpFile.running(folder));
        folder.lock().orElseThrow().close();
        assertEquals(Optional.empty(), UpFile.running(folder));
        assertTrue(folder.lock().isPresent(), "looking leaves no lock behind");
    }

    @Test
    void aFolderThatIsLockedByWhoHasNotWrittenItsRecordYetIsNoRunningHub() throws Exception {
        try (DataFolder.Lock lock = folder.lock().orElseThrow()) {
            assertTrue(lock.held().isValid());
            write(ProcessHandle.current().pid());
            assertEquals(Optional.empty(), UpFile.running(folder));
        }
    }

    private void write(long launcher) throws IOException {
        new UpFile(folder.upFile())
                .write(new UpRecord(UpRecord.State.READY, launcher, 0, 0, Map.of("edges", List.of()), List.of()));
    }
}
