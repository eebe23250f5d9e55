package io.danmaku.bench.machine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.standalone.machine.Jdk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process of the harness's own that runs a class from this class path: what is measured apart from this process. They talk in lines of
 * JSON: what it is told has {@code do}, what it says has {@code is}. It ends when its standard input does, so it never outlives this one.
 */
public final class ChildJvm implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long END_S_MAX = 10;
    private static final JsonNode ENDED = JSON.missingNode();

    private final String name;
    private final Process process;
    private final Writer commands;
    /** A process says a few lines in all. */
    private final BlockingQueue<JsonNode> said = new LinkedBlockingQueue<>();

    public ChildJvm(Class<?> main, List<String> options) throws IOException {
        name = main.getSimpleName();
        List<String> command = Jdk.command("-Ddanmaku.bench=" + name);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(JSON.readTree(line));
            }
        } catch (IOException gone) {
            // as its end
        }
        said.add(ENDED);
    }

    public long pid() {
        return process.pid();
    }

    public void tell(Map<String, ?> command) throws IOException {
        commands.write(JSON.writeValueAsString(command) + "\n");
        commands.flush();
    }

    /** Waits for the next line, which has to be of this kind. */
    public JsonNode hear(String is, long secondsMax) throws IOException, InterruptedException {
        JsonNode line = said.poll(secondsMax, TimeUnit.SECONDS);
        if (line == null) {
            throw new IOException(name + " did not say \"" + is + "\" within " + secondsMax + " s");
        }
        if (line.isMissingNode()) {
            said.add(ENDED);
            throw new IOException(name + " ended before it said \"" + is + "\"");
        }
        if (!line.path("is").asText().equals(is)) {
            throw new IOException(name + " did not say \"" + is + "\" but " + line);
        }
        return line;
    }

    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException gone) {
            // it has ended already
        }
        try {
            if (!process.waitFor(END_S_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException cut) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
