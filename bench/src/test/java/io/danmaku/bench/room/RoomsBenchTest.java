package io.danmaku.bench.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.bench.moderation.MuteBench;
import io.danmaku.bench.moderation.SlowBench;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class RoomsBenchTest {
    @Test
    void anOptionOutOfItsRangeIsSaidInOneLine() {
        assertEquals("--rooms is 1..200000", refused(new RoomsBench(), "--rooms=0"));
        assertEquals("--live is 0..10", refused(new RoomsBench(), "--rooms=10", "--live=11"));
        assertEquals("--times is 1..5000", refused(new MuteBench(), "--times=0"));
        assertEquals("--times is 1..5000", refused(new SlowBench(), "--times=5001"));
    }

    private static String refused(Callable<Integer> command, String... options) {
        StringWriter said = new StringWriter();
        int code = new CommandLine(command).setErr(new PrintWriter(said, true)).execute(options);
        assertEquals(2, code);
        return said.toString().lines().findFirst().orElseThrow();
    }
}
