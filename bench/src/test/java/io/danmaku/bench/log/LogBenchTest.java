package io.danmaku.bench.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class LogBenchTest {
    @Test
    void anOptionOutOfItsRangeIsSaidInOneLine() {
        assertEquals("--rate is 1..100000", refused("--rate=0"));
        assertEquals("--bytes is 8..65536", refused("--bytes=7"));
        assertEquals("--seconds is 1..86400", refused("--seconds=0"));
        assertEquals("--warm-up is 0..86400", refused("--warm-up=-1"));
    }

    private static String refused(String option) {
        StringWriter said = new StringWriter();
        int code = new CommandLine(new LogBench())
                .setErr(new PrintWriter(said, true))
                .execute(option);
        assertEquals(2, code);
        return said.toString().lines().findFirst().orElseThrow();
    }
}
