package io.danmaku.standalone.supervise;

import io.danmaku.standalone.machine.Checkup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of a child under its watcher (see {@code watcher.sh}). Closing the pipe stops the child, and so does the death of this
 * process, whose end of the pipe closes with it.
 */
final class Watcher {
    private static final String SCRIPT = "watcher.sh";
    /** The watcher says the child's id right after the fork; without that line it did not even start. */
    private static final String PID = "pid ";

    private final Process process;
    private final long pid;

    private Watcher(Process process, long pid) {
        this.process = process;
        this.pid = pid;
    }

    /** Puts the script where the watchers find it. */
    static Path install(Path directory) throws IOException {
        Path script = directory.resolve(SCRIPT);
        try (InputStream in = Watcher.class.getResourceAsStream("/danmaku/" + SCRIPT)) {
            // moved into place: watchers that run from an older copy go on reading that one
            Path aside = directory.resolve(SCRIPT + ".new");
            Files.copy(in, aside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(aside, script, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return script;
    }

    static Watcher start(Path script, Part part) throws IOException {
        List<String> command = new ArrayList<>(apart());
        command.addAll(List.of(
                "/bin/sh",
                script.toString(),
                part.log().toString(),
                Long.toString(part.stopGrace().toSeconds())));
        command.addAll(part.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(part.directory().toFile())
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .redirectError(ProcessBuilder.Redirect.appendTo(part.log().toFile()));
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.environment().putAll(part.environment());
        Process process = builder.start();
        String line;
        try (BufferedReader said = process.inputReader(StandardCharsets.US_ASCII)) {
            line = said.readLine();
        }
        if (line == null || !line.startsWith(PID)) {
            process.destroyForcibly();
            throw new IOException("the watcher of " + part.name() + " did not start, see " + part.log());
        }
        return new Watcher(process, Long.parseLong(line.substring(PID.length()).trim()));
    }

    /**
     * What keeps a terminal's signals from the watcher and the child: a group of processes of their own. A session of their own does so too, but Linux parts processor time between sessions before it looks at
     * priorities ({@code sched_autogroup}), so those of {@link Background} would count within one part only.
     */
    private static List<String> apart() {
        return Checkup.onPath("perl")
                .map(perl -> List.of(perl.toString(), "-e", "setpgrp; exec { $ARGV[0] } @ARGV; exit 127"))
                .or(() -> Checkup.onPath("setsid").map(setsid -> List.of(setsid.toString())))
                .orElse(List.of());
    }

    long pid() {
        return pid;
    }

    long watcherPid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks for the child's end; {@link #awaitExit} sees it. */
    void stop() {
        try {
            process.getOutputStream().close();
        } catch (IOException gone) {
            // the watcher is dead already, and its reader or the caller takes care of the child
        }
    }

    /** Waits for the watcher's end, the child's exit code; then makes sure that the child itself is gone. */
    int awaitExit(Part part) throws InterruptedException {
        int code = process.waitFor();
        stop();
        long graceMs = part.stopGrace().plus(Duration.ofSeconds(2)).toMillis();
        if (!Sweep.awaitGone(pid, part.marker(), graceMs)) {
            Sweep.kill(pid, part.marker());
        }
        return code;
    }

    boolean awaitExit(Duration atMost) throws InterruptedException {
        return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The last resort at the end of a stop that took longer than its bound. */
    void destroy(Part part) {
        Sweep.kill(pid, part.marker());
        process.destroyForcibly();
    }
}
