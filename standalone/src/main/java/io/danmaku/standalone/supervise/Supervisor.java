package io.danmaku.standalone.supervise;

import io.danmaku.standalone.supervise.UpRecord.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * All children of one {@code up}: starts them, keeps {@code up.json} true, stops them tier by tier. Children report from their own
 * threads; start and stop are called by the launcher's main thread and its shutdown hook.
 */
public final class Supervisor {
    private final UpFile file;
    private final Consumer<String> told;
    private final Path script;
    private final Map<String, Object> addresses;
    private final long startedAt = System.currentTimeMillis();
    private final List<Child> children = new ArrayList<>();

    private State state = State.STARTING;
    private long readyMs;
    private boolean stopped;

    /**
     * @param file where the record goes
     * @param scripts folder for the watcher's script
     * @param addresses what the record says about where to reach what
     * @param told takes every line that is for people
     */
    public Supervisor(UpFile file, Path scripts, Map<String, Object> addresses, Consumer<String> told)
            throws IOException {
        this.file = file;
        this.told = told;
        this.addresses = addresses;
        this.script = Watcher.install(scripts);
    }

    /** Starts these parts together and waits until all are ready; says what went wrong, or empty. */
    public Optional<String> start(List<Part> parts, Duration atMost) throws InterruptedException {
        List<Child> starting;
        synchronized (this) {
            if (state != State.STARTING) {
                return Optional.of("stopped before " + parts.get(0).name() + " was started");
            }
            starting = parts.stream().map(part -> new Child(part, this)).toList();
            children.addAll(starting);
            starting.forEach(Child::start);
        }
        long until = System.nanoTime() + atMost.toNanos();
        for (Child child : starting) {
            Optional<String> problem = awaitStarted(child, until - System.nanoTime());
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> awaitStarted(Child child, long atMostNs) throws InterruptedException {
        try {
            return child.started().get(Math.max(0, atMostNs), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            return Optional.of(child.part().name() + " was not ready in time, see "
                    + child.part().log());
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The hub serves: everything that was started is ready. */
    public void ready() {
        synchronized (this) {
            if (state != State.STARTING) {
                return;
            }
            state = State.READY;
            readyMs = System.currentTimeMillis() - startedAt;
        }
        changed();
    }

    /** Lets messages go before what all parts do besides; to be called again and again, since threads come and go. */
    public void lowerBackground() throws InterruptedException {
        List<Child> all;
        synchronized (this) {
            all = List.copyOf(children);
        }
        for (Child child : all) {
            child.lowerBackground();
        }
    }

    public synchronized long readyMs() {
        return readyMs;
    }

    /** Stops every child, tier by tier, each within its bound. Does nothing the second time. */
    public void stop() throws InterruptedException {
        List<Child> all;
        synchronized (this) {
            if (stopped) {
                return;
            }
            stopped = true;
            state = State.STOPPING;
            all = List.copyOf(children);
        }
        changed();
        for (Part.Tier tier : Part.Tier.values()) {
            List<Child> together =
                    all.stream().filter(child -> child.part().tier() == tier).toList();
            long since = System.nanoTime();
            together.forEach(Child::stop);
            for (Child child : together) {
                child.awaitStopped();
                tell(String.format(
                        Locale.ROOT,
                        "%-12s stopped after %.1f s",
                        child.part().name(),
                        (System.nanoTime() - since) / 1e9));
            }
        }
        synchronized (this) {
            state = State.STOPPED;
        }
        changed();
    }

    Path script() {
        return script;
    }

    void tell(String line) {
        told.accept(line);
    }

    /** Brings the record up to date. A full disk must not take the hub down, so it is told and the hub goes on. */
    synchronized void changed() {
        List<UpRecord.PartRecord> parts = children.stream().map(Child::record).toList();
        try {
            file.write(new UpRecord(state, ProcessHandle.current().pid(), startedAt, readyMs, addresses, parts));
        } catch (IOException cannot) {
            tell("cannot write " + file.path() + ": " + cannot.getMessage());
        }
    }
}
