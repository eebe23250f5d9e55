package io.danmaku.standalone.supervise;

import io.danmaku.standalone.supervise.UpRecord.PartState;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps one part running: starts it, waits until it is ready, waits for its death, starts it again. Its own thread does all of that;
 * other threads only ask it to stop and look at it.
 */
final class Child implements Runnable {
    static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
    /** A part that dies so often before it was ever ready does not start on this machine. */
    static final int DEATHS_BEFORE_GIVING_UP = 3;
    /** What a service ends with when its configuration is bad: trying again cannot help. */
    private static final int EXIT_BAD_CONFIGURATION = 2;
    /** What a shell says when it finds no such program, or may not run it. */
    private static final int EXIT_NO_PROGRAM = 126;

    private static final int EXIT_SIGNAL = 128;
    /** Past the child's own grace: the kill, the reaping and the thread's end. */
    private static final Duration STOP_SLACK = Duration.ofSeconds(4);

    private final Part part;
    private final Supervisor supervisor;
    private final CompletableFuture<Optional<String>> started = new CompletableFuture<>();
    private final Thread thread;

    private PartState state = PartState.STARTING;
    private Watcher watcher;
    private int restarts;
    private long readyMs;
    private boolean stopping;

    Child(Part part, Supervisor supervisor) {
        this.part = part;
        this.supervisor = supervisor;
        this.thread = new Thread(this, "child " + part.name());
        thread.setDaemon(true);
    }

    Part part() {
        return part;
    }

    void start() {
        thread.start();
    }

    /** Completed once: empty when the part was ready for the first time, or why it will not be. */
    CompletableFuture<Optional<String>> started() {
        return started;
    }

    /** Asks for the end; {@link #awaitStopped} waits for it. */
    synchronized void stop() {
        stopping = true;
        if (watcher != null) {
            watcher.stop();
        }
        notifyAll();
    }

    /** See {@link Background}. */
    void lowerBackground() throws InterruptedException {
        long pid;
        synchronized (this) {
            pid = watcher == null ? 0 : watcher.pid();
        }
        try {
            Background.lower(pid);
        } catch (IOException cannot) {
            supervisor.tell(
                    "cannot lower the priority of what " + part.name() + " does besides: " + cannot.getMessage());
        }
    }

    void awaitStopped() throws InterruptedException {
        thread.join(part.stopGrace().plus(STOP_SLACK).toMillis());
        Watcher left;
        synchronized (this) {
            left = watcher;
        }
        if (left != null) {
            left.destroy(part);
        }
    }

    synchronized UpRecord.PartRecord record() {
        return new UpRecord.PartRecord(
                part.name(),
                state,
                watcher == null ? 0 : watcher.pid(),
                watcher == null ? 0 : watcher.watcherPid(),
                part.marker(),
                restarts,
                readyMs,
                part.ports(),
                part.log().toString());
    }

    @Override
    public void run() {
        try {
            keepRunning();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            become(PartState.STOPPED);
            started.complete(Optional.of(part.name() + " was stopped before it was ready"));
        }
    }

    private void keepRunning() throws InterruptedException {
        Backoff backoff = new Backoff();
        for (int deaths = 1; ; deaths++) {
            long startedAt = System.nanoTime();
            int code = runOnce(startedAt);
            if (isStopping()) {
                return;
            }
            boolean hopeless = code == EXIT_BAD_CONFIGURATION || code == EXIT_NO_PROGRAM || code == EXIT_NO_PROGRAM + 1;
            if (!started.isDone() && (hopeless || deaths == DEATHS_BEFORE_GIVING_UP)) {
                started.complete(Optional.of(part.name() + " does not start (" + meaning(code) + "), see " + part.log()
                        + LogEnd.of(part.log())));
                return;
            }
            Duration wait = backoff.afterRun(Duration.ofNanos(System.nanoTime() - startedAt));
            supervisor.tell(String.format(
                    Locale.ROOT, "%s died (%s); next start in %.1f s", part.name(), meaning(code), seconds(wait)));
            become(PartState.BACKOFF);
            if (!pause(wait)) {
                return;
            }
            synchronized (this) {
                restarts++;
            }
        }
    }

    /** One life of the child; returns its exit code. */
    private int runOnce(long startedAt) throws InterruptedException {
        Watcher running;
        synchronized (this) {
            if (stopping) {
                return 0;
            }
            try {
                part.beforeStart().run();
                running = Watcher.start(supervisor.script(), part);
            } catch (IOException cannot) {
                supervisor.tell(cannot.getMessage());
                return EXIT_NO_PROGRAM;
            }
            watcher = running;
            readyMs = 0;
        }
        become(PartState.STARTING);
        while (running.isAlive() && !isStopping()) {
            if (probe()) {
                becomeReady(startedAt);
                break;
            }
            running.awaitExit(PROBE_INTERVAL);
        }
        int code = running.awaitExit(part);
        synchronized (this) {
            watcher = null;
        }
        return code;
    }

    private boolean probe() {
        try {
            return part.probe().ready();
        } catch (IOException notYet) {
            return false;
        }
    }

    private void becomeReady(long startedAt) {
        long ms = (System.nanoTime() - startedAt) / 1_000_000;
        boolean again;
        synchronized (this) {
            readyMs = ms;
            again = restarts > 0;
        }
        become(PartState.READY);
        supervisor.tell(String.format(
                Locale.ROOT, again ? "%s is back after %.1f s" : "%-12s ready after %4.1f s", part.name(), ms / 1e3));
        started.complete(Optional.empty());
    }

    private void become(PartState next) {
        synchronized (this) {
            state = next;
        }
        supervisor.changed();
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    /** False when the stop came before the time was over. */
    private synchronized boolean pause(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        while (!stopping) {
            long leftMs = (until - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return true;
            }
            wait(leftMs);
        }
        return false;
    }

    private static String meaning(int code) {
        return code > EXIT_SIGNAL ? "signal " + (code - EXIT_SIGNAL) : "exit code " + code;
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1e3;
    }
}
