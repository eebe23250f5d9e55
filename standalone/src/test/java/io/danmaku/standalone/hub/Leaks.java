package io.danmaku.standalone.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What Netty's leak detector says in a process's log of buffers that nobody released. */
final class Leaks {
    private static final String SAYS = "LEAK: ";

    private Leaks() {}

    static List<String> in(Path log) throws IOException {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(SAYS)).toList();
        }
    }
}
