package io.danmaku.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.danmaku.standalone.machine.Jdk;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChildLinesTest {
    private static final long SECONDS_MAX = 20;

    /** Begins what it is told, says so, and never comes to an end of it. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] args) throws IOException, InterruptedException {
            ChildLines parent = new ChildLines();
            parent.follow(command -> {
                parent.say("begun", JsonNodeFactory.instance.objectNode());
                new CountDownLatch(1).await();
            });
        }
    }

    @Test
    void aChildEndsWithItsParentInTheMiddleOfACommand() throws Exception {
        List<String> command = new ArrayList<>(Jdk.command("-Ddanmaku.bench=test"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Endless.class.getName()));
        Process child = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
            child.getOutputStream().write("{\"do\":\"it\"}\n".getBytes(StandardCharsets.UTF_8));
            child.getOutputStream().flush();
            assertEquals("{\"is\":\"begun\"}", said.readLine());
            child.getOutputStream().close();
            assertTrue(child.waitFor(SECONDS_MAX, TimeUnit.SECONDS));
            assertEquals(0, child.exitValue());
        } finally {
            child.destroyForcibly();
        }
    }
}
