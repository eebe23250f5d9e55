package io.danmaku.standalone.check;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.machine.FreePorts;
import io.danmaku.standalone.machine.Jdk;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import io.danmaku.standalone.supervise.UpRecord.PartRecord;
import io.danmaku.standalone.supervise.UpRecord.PartState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A hub that a check starts for itself with {@code up}, on a folder and ports of its own, and whose parts it may kill. It ends with this
 * process, however that ends. Main thread only.
 */
final class OwnHub implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofMinutes(4);
    private static final Duration STOP_MAX = Duration.ofSeconds(60);
    private static final Duration TOKEN_TTL = Duration.ofDays(1);
    private static final long LOOK_MS = 100;
    /** Few users are to send what many would: limits for persons are not what is checked. */
    private static final Map<String, String> LIMITS = Map.of(
            "DANMAKU_EDGE_SENDS_PER_SECOND", "1000",
            "DANMAKU_EDGE_COMMANDS_PER_SECOND", "2000",
            "DANMAKU_DM_SENDS_PER_SECOND", "1000",
            "DANMAKU_DIRECT_NEW_PEERS_PER_HOUR", "0");

    private final DataFolder folder;
    private final Process up;
    private final Tokens tokens;
    private String killed = "";
    /** Process that stands still, or null. */
    private PartRecord paused;

    private int restartsBefore;

    private OwnHub(DataFolder folder, Process up, Tokens tokens) {
        this.folder = folder;
        this.up = up;
        this.tokens = tokens;
    }

    /**
     * Starts one with new data and waits until it is ready.
     *
     * @param data its data folder; what an earlier check left there is deleted
     * @param output where goes what {@code up} says
     * @throws IOException when it does not start
     */
    static OwnHub start(Path data, Path output) throws IOException, InterruptedException {
        DataFolder folder = new DataFolder(data);
        if (Files.exists(folder.root())) {
            if (folder.isLocked()) {
                throw new IOException("a hub runs on " + folder.root() + ": is another check running?");
            }
            delete(folder.root());
        }
        List<String> command = Jdk.command("-Ddanmaku.home=" + Home.find().root());
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.danmaku.standalone.Danmaku"));
        command.addAll(List.of("up", "--stop-with-stdin", "--data=" + folder.root()));
        command.addAll(List.of("--edges=" + Plan.EDGES, "--dm-services=" + Plan.DM_SERVICES));
        command.addAll(FreePorts.options(Plan.EDGES, Plan.DM_SERVICES));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DANMAKU_") && !name.equals(Secret.VARIABLE));
        Jdk.forShortLives(builder.environment());
        builder.environment().putAll(LIMITS);
        Process up = builder.start();
        try {
            awaitReady(folder, up, output);
            return new OwnHub(folder, up, new Tokens(Secret.find(folder).orElseThrow()));
        } catch (IOException | InterruptedException | RuntimeException failed) {
            end(up);
            throw failed;
        }
    }

    private static void awaitReady(DataFolder folder, Process up, Path output)
            throws IOException, InterruptedException {
        UpFile file = new UpFile(folder.upFile());
        long until = System.nanoTime() + START_MAX.toNanos();
        while (file.read()
                .filter(record -> record.launcher() == up.pid() && record.state() == UpRecord.State.READY)
                .isEmpty()) {
            if (up.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
                throw new IOException("the hub does not start, see " + output + ":\n"
                        + Files.readString(output).strip());
            }
            if (System.nanoTime() > until) {
                throw new IOException("the hub was not ready in " + START_MAX.toMinutes() + " minutes, see " + output);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    List<URI> edges() throws IOException {
        return record().edges();
    }

    /** The token of a person with no rights besides. */
    String token(int user) {
        String name = Plan.name(user);
        long expiresAtMs = System.currentTimeMillis() + TOKEN_TTL.toMillis();
        return tokens.sign(new Claims(name, name, Ids.DEFAULT_TENANT, Map.of(), false, expiresAtMs));
    }

    /** Kills a part's process, {@code kill -9}; {@code up} starts it again. */
    void kill(String part) throws IOException {
        PartRecord victim = part(part);
        killed = victim.name();
        restartsBefore = victim.restarts();
        if (!ProcessHandle.of(victim.pid()).map(ProcessHandle::destroyForcibly).orElse(false)) {
            throw new IOException(killed + " cannot be killed: " + victim);
        }
    }

    /** Kills Redis, which comes back without anything that it had. */
    void killAndEmptyRedis() throws IOException, InterruptedException {
        // it stands still before, so that it writes nothing between the deletion and its end
        signal(part("redis"), "STOP");
        delete(folder.of("redis").resolve("appendonlydir"));
        kill("redis");
    }

    /** Lets a part's process stand still: it neither answers nor ends until {@link #resume}. */
    void pause(String part) throws IOException, InterruptedException {
        PartRecord victim = part(part);
        signal(victim, "STOP");
        paused = victim;
    }

    void resume() throws IOException, InterruptedException {
        PartRecord sleeping = paused;
        paused = null;
        signal(sleeping, "CONT");
    }

    private static void signal(PartRecord part, String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(part.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException(part.name() + " takes no signal: " + part);
        }
    }

    /** Whether what was killed last is ready again, and all else too. */
    boolean isWhole() throws IOException {
        if (!up.isAlive()) {
            throw new IOException("the hub has ended by itself");
        }
        UpRecord record = record();
        return record.parts().stream()
                .allMatch(part -> part.state() == PartState.READY
                        && !(part.name().equals(killed) && part.restarts() == restartsBefore));
    }

    private PartRecord part(String name) throws IOException {
        PartRecord part = record().part(name.equals("cql") ? "cassandra" : name);
        if (part == null || part.pid() == 0) {
            throw new IOException(name + " does not run");
        }
        return part;
    }

    private UpRecord record() throws IOException {
        return new UpFile(folder.upFile()).read().orElseThrow(() -> new IOException("no " + folder.upFile()));
    }

    @Override
    public void close() {
        try {
            if (paused != null) {
                resume();
            }
        } catch (IOException gone) {
            // then there is nothing to wake
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
        }
        try {
            end(up);
        } catch (InterruptedException cut) {
            up.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** As Ctrl-C does; not {@code Process.destroy}, which closes the child's standard input first. */
    private static void end(Process up) throws InterruptedException {
        up.toHandle().destroy();
        if (!up.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
            up.destroyForcibly();
        }
    }
}
