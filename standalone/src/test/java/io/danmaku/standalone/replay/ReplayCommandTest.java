package io.danmaku.standalone.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ReplayCommandTest {
    @TempDir
    private Path folder;

    @Test
    void anArchiveOfNothingButScriptsIsNotPlayedForEver() throws Exception {
        Path file = folder.resolve("scripts.xml");
        Files.writeString(file, "<i><d p=\"1,8,25,1,0,0,a,1\">var a = 1;</d></i>");
        StringWriter said = new StringWriter();
        int code = new CommandLine(new ReplayCommand())
                .setErr(new PrintWriter(said, true))
                .execute(file.toString(), "--room=1", "--loop", "--data=" + folder);
        assertEquals(1, code);
        assertEquals(
                "danmaku: " + file + " has no comment that can be sent, only positioned ones and scripts:"
                        + " --loop would never end" + System.lineSeparator(),
                said.toString());
    }
}
