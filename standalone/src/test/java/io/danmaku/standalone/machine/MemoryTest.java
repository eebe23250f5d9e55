package io.danmaku.standalone.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path root;

    @BeforeEach
    void aMachineWithFourGigabytesAvailable() throws IOException {
        write("proc/meminfo", "MemTotal:       8000000 kB\nMemAvailable:   4194304 kB\n");
    }

    @Test
    void withoutALimitTheMachinesMemoryCounts() throws Exception {
        assertEquals(4_096, Memory.availableMib(root));
        write("sys/fs/cgroup/memory.max", "max\n");
        write("sys/fs/cgroup/memory.current", 100 * MIB + "\n");
        assertEquals(4_096, Memory.availableMib(root));
    }

    @Test
    void filesThatWereOnlyReadLeaveTheirMemoryToOthers() throws Exception {
        write("sys/fs/cgroup/memory.max", 3_000 * MIB + "\n");
        write("sys/fs/cgroup/memory.current", 2_500 * MIB + "\n");
        assertEquals(500, Memory.availableMib(root));
        write(
                "sys/fs/cgroup/memory.stat",
                "anon 1000\ninactive_anon 7\ninactive_file " + 2_000 * MIB + "\nactive_file 9\n");
        assertEquals(2_500, Memory.availableMib(root));
    }

    @Test
    void theFirstVersionOfControlGroupsLimitsToo() throws Exception {
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", 2_000 * MIB + "\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", 1_500 * MIB + "\n");
        write(
                "sys/fs/cgroup/memory/memory.stat",
                "inactive_file " + 400 * MIB + "\ntotal_inactive_file " + 700 * MIB + "\n");
        assertEquals(1_200, Memory.availableMib(root));
        // its way to say that there is no limit
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertEquals(4_096, Memory.availableMib(root));
    }

    @Test
    void aLimitThatIsReachedLeavesNothing() throws Exception {
        write("sys/fs/cgroup/memory.max", 1_000 * MIB + "\n");
        write("sys/fs/cgroup/memory.current", 1_001 * MIB + "\n");
        assertEquals(0, Memory.availableMib(root));
    }

    @Test
    void thisMachineHasMemoryAndThisProcessUsesSome() {
        assertTrue(Memory.availableMib() > 0);
        assertTrue(Memory.residentMib(ProcessHandle.current().pid()).orElse(1L) > 0);
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
