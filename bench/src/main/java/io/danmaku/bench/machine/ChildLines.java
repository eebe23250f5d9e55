package io.danmaku.bench.machine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What a process that {@link ChildJvm} started hears and says: the other end of its lines. One object a process; saying is thread-safe. It
 * ends the process when its parent is gone, in the middle of a command too.
 */
public final class ChildLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out = System.out;
    /** A parent tells a few lines in all. */
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    /** Carries out a line that was told. */
    @FunctionalInterface
    public interface Listener {
        void told(JsonNode command) throws IOException, InterruptedException;
    }

    /** From now on standard output is for lines alone: what else is printed, as logs are, goes to standard error. */
    public ChildLines() {
        System.setOut(System.err);
        Thread reader = new Thread(this::read, "of the parent");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                told.add(line);
            }
        } catch (IOException gone) {
            // as its end
        }
        System.exit(0);
    }

    /** Waits for the next line. */
    public JsonNode next() throws IOException, InterruptedException {
        return JSON.readTree(told.take());
    }

    /** Hands over line after line until the process ends. */
    public void follow(Listener listener) throws IOException, InterruptedException {
        while (true) {
            listener.told(next());
        }
    }

    public synchronized void say(String is, ObjectNode line) {
        out.println(line.put("is", is));
        out.flush();
    }
}
