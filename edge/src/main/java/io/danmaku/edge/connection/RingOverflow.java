package io.danmaku.edge.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Completions that an io_uring could not hand over because its completion queue was full: the kernel keeps them in a list aside until there is
 * room, and sockets wait for it. A ring that overflows is too small for its sockets. Read from what the kernel tells of a ring's file
 * (proc_pid_fdinfo(5)).
 */
public final class RingOverflow {
    private static final Path FILES = Path.of("/proc/self/fd");
    private static final Path INFOS = Path.of("/proc/self/fdinfo");
    private static final String RING = "anon_inode:[io_uring]";
    private static final String LIST = "CqOverflowList:";

    private RingOverflow() {}

    /** Completions that wait aside now, over all rings of this process; 0 without rings. */
    public static int waiting() {
        int sum = 0;
        try (Stream<Path> files = Files.list(FILES)) {
            for (Path file : files.toList()) {
                sum += waiting(file);
            }
        } catch (IOException noProc) {
            return 0;
        }
        return sum;
    }

    private static int waiting(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().equals(RING)
                    ? waiting(Files.readAllLines(INFOS.resolve(file.getFileName())))
                    : 0;
        } catch (IOException closedMeanwhile) {
            return 0;
        }
    }

    /** Lines behind the head of the list: it is the last but the NAPI settings, which name themselves. */
    static int waiting(List<String> info) {
        int head = info.indexOf(LIST);
        return head < 0
                ? 0
                : (int) info.stream()
                        .skip(head + 1L)
                        .filter(line -> line.stripLeading().startsWith("user_data="))
                        .count();
    }
}
