package io.danmaku.standalone.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.machine.ProcStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes whose one thread is called like one of an engine: scripts of that name, which wait for the end of their input. */
@EnabledOnOs(OS.LINUX)
class BackgroundTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int NAME_MAX = 15;

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void whatNobodyWaitsForIsLoweredMostAndWorkNotAtAll() throws Exception {
        long compaction = thread("CompactionExecutor:1");
        long flush = thread("MemtableFlushWriter:1");
        long work = thread("Native-Transport-Requests-1");
        for (long pid : List.of(compaction, flush, work)) {
            Background.lower(pid);
        }
        assertEquals(List.of(15, 5, 0), List.of(nice(compaction), nice(flush), nice(work)));
    }

    @Test
    void aCompilerHasItsHeadStart() throws Exception {
        long compiler = thread("C2 CompilerThread0");
        Background.lower(compiler);
        assertEquals(0, nice(compiler));
        Background.lower(compiler, 0);
        assertEquals(5, nice(compiler));
    }

    @Test
    void whoIsLowerAlreadyIsNotRaised() throws Exception {
        long flush = thread("MemtableFlushWriter:1");
        assertEquals(
                0,
                new ProcessBuilder("renice", "-n", "19", "-p", Long.toString(flush))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor());
        Background.lower(flush);
        assertEquals(19, nice(flush));
    }

    @Test
    void aProcessThatIsGoneIsNoError() throws Exception {
        long gone = thread("G1 Conc#0");
        started.get(0).destroyForcibly().waitFor();
        Background.lower(gone);
    }

    private long thread(String name) throws IOException {
        Path program = Files.writeString(folder.resolve(name), "#!/bin/sh\nread -r end\n");
        assertTrue(program.toFile().setExecutable(true));
        Process process = new ProcessBuilder(program.toString()).start();
        started.add(process);
        String known = name.substring(0, Math.min(NAME_MAX, name.length()));
        Eventually.await(SOON, known, () -> ProcStat.of(process.pid()).name().equals(known));
        return process.pid();
    }

    private static int nice(long pid) throws IOException {
        return ProcStat.of(pid).nice();
    }
}
