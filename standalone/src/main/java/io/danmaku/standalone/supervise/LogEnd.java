package io.danmaku.standalone.supervise;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The last line of a log that is no chatter, which mostly says why its writer ended. */
final class LogEnd {
    private static final int BYTES_MAX = 4_096;
    private static final int CHARS_MAX = 300;

    private LogEnd() {}

    /** {@code ": " + line}, or nothing when there is none. */
    static String of(Path log) {
        try (FileChannel channel = FileChannel.open(log)) {
            ByteBuffer end = ByteBuffer.allocate(BYTES_MAX);
            channel.read(end, Math.max(0, channel.size() - BYTES_MAX));
            String line = StandardCharsets.UTF_8
                    .decode(end.flip())
                    .toString()
                    .lines()
                    .filter(candidate -> !candidate.isBlank() && !candidate.contains(" INFO "))
                    .reduce("", (before, after) -> after);
            return line.isEmpty() ? "" : ": " + line.substring(0, Math.min(CHARS_MAX, line.length()));
        } catch (IOException unreadable) {
            return "";
        }
    }
}
