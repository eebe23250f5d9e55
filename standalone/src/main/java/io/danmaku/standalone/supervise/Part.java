package io.danmaku.standalone.supervise;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One process of the hub on this machine, as it is to be started; it can be started many times.
 *
 * @param name what people, logs and {@code up.json} call it, for example {@code edge-1}
 * @param tier when it is stopped
 * @param marker text that is in its command line and in no other process's, by which a left-over process is known again
 * @param command the program and its arguments
 * @param environment variables set besides the launcher's own
 * @param directory where it runs
 * @param log where its output goes
 * @param ports the ports it listens on, by what they are for
 * @param probe answers whether it is ready
 * @param stopGrace how long it may take to end by itself after TERM
 * @param beforeStart what its data needs before each start, the one after a kill included
 */
public record Part(
        String name,
        Tier tier,
        String marker,
        List<String> command,
        Map<String, String> environment,
        Path directory,
        Path log,
        Map<String, Integer> ports,
        Probe probe,
        Duration stopGrace,
        Preparation beforeStart) {

    /** What is to be done while the part does not run. */
    @FunctionalInterface
    public interface Preparation {
        Preparation NONE = () -> {};

        /** @throws IOException when the part cannot be started so; its message is told */
        void run() throws IOException;
    }

    /** Parts are stopped tier by tier, in this order: who takes in work first, who keeps it last. */
    public enum Tier {
        EDGE,
        DM_SERVICE,
        ROOM_SERVICE,
        ENGINE
    }

    /**
     * In {@link #environment}: by how many nanoseconds sleeping threads of the part may wake late, so that the kernel can wake many at once
     * (Linux, {@code PR_SET_TIMERSLACK}). Elsewhere it does nothing.
     */
    public static final String TIMER_SLACK_NS = "TIMER_SLACK_NS";

    /** Grace that keeps a whole stop below ten seconds, the KILL and the reaping included. */
    public static final Duration STOP_GRACE = Duration.ofSeconds(8);

    public Part {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.stream().noneMatch(word -> word.contains(marker))) {
            throw new IllegalArgumentException(name + ": the command line does not carry its marker " + marker);
        }
    }
}
