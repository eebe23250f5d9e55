package io.danmaku.standalone.replay;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** How far a replay is: a bar that redraws itself on a terminal, a line now and then elsewhere. Owns one thread. */
final class Progress {
    private static final int BAR_CHARS = 30;
    private static final long BAR_MS = 250;
    private static final long LINE_MS = 5_000;

    private final PrintStream out;
    private final boolean terminal;
    private final Tally tally;
    private final long total;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "progress");
        thread.setDaemon(true);
        return thread;
    });

    /** @param total comments of one pass, 0 = no end is known */
    Progress(PrintStream out, boolean terminal, Tally tally, long total) {
        this.out = out;
        this.terminal = terminal;
        this.tally = tally;
        this.total = total;
    }

    /** Whether standard error is a terminal; where that cannot be told (Java only knows of input and output), lines do. */
    static boolean isTerminal() {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException notLinux) {
            return false;
        }
    }

    void start() {
        long everyMs = terminal ? BAR_MS : LINE_MS;
        timer.scheduleAtFixedRate(this::show, everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    private void show() {
        if (terminal) {
            out.print("\r" + line() + "\u001b[K");
            out.flush();
        } else {
            out.println(line());
        }
    }

    String line() {
        long done = tally.sentCount() + tally.unsupportedCount();
        String counts = "acknowledged " + tally.acknowledgedCount() + ", refused " + tally.refusedCount() + ", waiting "
                + tally.waitingCount();
        if (total == 0) {
            return "sent " + done + ", " + counts;
        }
        long share = Math.min(total, done);
        int filled = (int) (share * BAR_CHARS / total);
        return "[" + "#".repeat(filled) + "-".repeat(BAR_CHARS - filled) + "] " + share * 100 / total + " % of " + total
                + ", " + counts;
    }

    /** Shows the end, and no more. */
    void stop() {
        timer.shutdownNow();
        if (terminal) {
            show();
            out.println();
        }
    }
}
