package io.danmaku.bench.machine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a process that {@link ChildJvm} started hears and says: the other end of its lines. One object a process; saying is thread-safe. */
public final class ChildLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out = System.out;
    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    /** Carries out a line that was told. */
    @FunctionalInterface
    public interface Listener {
        void told(JsonNode command) throws IOException, InterruptedException;
    }

    /** From now on standard output is for lines alone: what else is printed, as logs are, goes to standard error. */
    public ChildLines() {
        System.setOut(System.err);
    }

    /** The next line, or null when there will be none. */
    public JsonNode next() throws IOException {
        String line = in.readLine();
        return line == null ? null : JSON.readTree(line);
    }

    /** Hands over line after line, and ends the process when its parent is gone. */
    public void follow(Listener listener) throws IOException, InterruptedException {
        for (JsonNode command = next(); command != null; command = next()) {
            listener.told(command);
        }
        System.exit(0);
    }

    public synchronized void say(String is, ObjectNode line) {
        out.println(line.put("is", is));
        out.flush();
    }
}
