package io.danmaku.bench.room;

import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.machine.Machine;
import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.options.Bounds;
import io.danmaku.bench.report.Percentiles;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.command.DataOption;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.service.RoomClient;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code danmaku bench room}: sends at a fixed rate whatever happens, and measures each delivery from the time at which its message was
 * <em>meant</em> to be sent, so that a stall is seen and not waited out (coordinated omission).
 */
@Command(
        name = "room",
        mixinStandardHelpOptions = true,
        description =
                "One room, many viewers, messages at a fixed rate: latency, and processor time and memory by process.")
public final class RoomBench implements Callable<Integer> {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long TOKEN_MS = 3_600_000;
    private static final long JOIN_S_MAX = 60;
    private static final long ARRIVE_S_MAX = 20;
    private static final int VIEWERS_MAX = 20_000;
    private static final int RATE_MAX = 100_000;
    private static final int SECONDS_MAX = 86_400;
    private static final int SENDERS_MAX = 1_000;

    @Mixin
    private DataOption data;

    @Option(names = "--viewers", defaultValue = "200", description = "Viewers (default: ${DEFAULT-VALUE}).")
    private int viewers;

    @Option(names = "--rate", defaultValue = "50", description = "Messages a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(names = "--seconds", defaultValue = "60", description = "Measured time (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "20",
            description = "Seconds of the same load before measuring (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--senders", defaultValue = "5", description = "Sending connections (default: ${DEFAULT-VALUE}).")
    private int senders;

    private final Recorder latencyUs = new Recorder(3);
    private final Recorder acknowledgedUs = new Recorder(3);
    private final AtomicLong refused = new AtomicLong();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Bounds.within(spec, "--viewers", viewers, 1, VIEWERS_MAX);
        Bounds.within(spec, "--rate", rate, 1, RATE_MAX);
        Bounds.within(spec, "--seconds", seconds, 1, SECONDS_MAX);
        Bounds.within(spec, "--warm-up", warmUp, 0, SECONDS_MAX);
        Bounds.within(spec, "--senders", senders, 1, SENDERS_MAX);
        UpRecord up = data.running();
        if (up == null) {
            return 1;
        }
        String secret = Secret.of(data.folder());
        String room = "bench-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        RoomClient rooms = new RoomClient(up.addresses().get("roomService").toString(), secret);
        RoomClient.Answer made =
                rooms.create(Map.of("id", room, "title", "bench", "policy", Map.of("bestEffortPerSecond", 0)));
        if (!made.ok()) {
            System.err.println("no room: " + made.problem());
            return 1;
        }
        try (Clients clients = new Clients(1)) {
            return run(clients, up, new Tokens(secret), room);
        } finally {
            rooms.close(room);
        }
    }

    private int run(Clients clients, UpRecord up, Tokens tokens, String room) throws Exception {
        LatencyViewer viewer = new LatencyViewer(latencyUs);
        List<HubClient> watching = new ArrayList<>();
        for (int i = 0; i < viewers; i++) {
            URI edge = up.edges().get(i % up.edges().size());
            String token = token(tokens, "viewer" + i, room, Role.VIEWER);
            watching.add(clients.open(ClientOptions.of(List.of(edge), () -> token), viewer));
        }
        List<HubClient> sending = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            URI edge = up.edges().get(i % up.edges().size());
            String token = token(tokens, "sender" + i, room, Role.HOST);
            sending.add(
                    clients.open(ClientOptions.of(List.of(edge), () -> token).sendingOnly(), new HubListener() {}));
        }
        for (HubClient client : watching) {
            join(client, room);
        }
        for (HubClient client : sending) {
            join(client, room);
        }
        System.err.printf(
                "%d viewers on %d edges, %d messages/s%n", viewers, up.edges().size(), rate);

        Schedule warm = new Schedule(System.nanoTime(), rate, warmUp);
        Schedule measured = new Schedule(warm.endNs(), rate, seconds);
        viewer.measure(measured.fromNs(), measured.endNs());
        send(sending, viewer, room, warm);
        Map<String, ProcessUse> before = use(up);
        send(sending, viewer, room, measured);
        Map<String, ProcessUse> after = use(up);
        long expected = measured.count() * viewers;
        long end = System.nanoTime() + ARRIVE_S_MAX * NS_PER_S;
        while (viewer.events() < expected && System.nanoTime() < end) {
            LockSupport.parkNanos(NS_PER_S / 100);
        }
        report(viewer, expected, before, after);
        return viewer.events() == expected && viewer.uncounted() == 0 && refused.get() == 0 ? 0 : 1;
    }

    private static String token(Tokens tokens, String user, String room, Role role) {
        Map<String, Role> roles = role == Role.VIEWER ? Map.of() : Map.of(room, role);
        return tokens.sign(
                new Claims(user, user, Ids.DEFAULT_TENANT, roles, false, System.currentTimeMillis() + TOKEN_MS));
    }

    private static void join(HubClient client, String room) throws Exception {
        long end = System.nanoTime() + JOIN_S_MAX * NS_PER_S;
        while (true) {
            Answer answer = client.join(room).get(JOIN_S_MAX, TimeUnit.SECONDS);
            if (answer.acknowledged()) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IOException("cannot join: " + answer);
            }
            LockSupport.parkNanos(NS_PER_S / 10); // the room is not known on every edge yet
        }
    }

    private void send(List<HubClient> sending, LatencyViewer viewer, String room, Schedule schedule) {
        for (long i = 0; i < schedule.count(); i++) {
            long meant = schedule.atNs(i);
            Sleep.until(meant);
            CompletableFuture<Answer> answer =
                    sending.get((int) (i % sending.size())).chat(room, "b" + meant, LatencyViewer.MARK + meant);
            answer.thenAccept(told -> {
                if (!told.acknowledged()) {
                    refused.incrementAndGet();
                } else if (viewer.isMeasured(meant)) {
                    acknowledgedUs.recordValue((System.nanoTime() - meant) / 1_000);
                }
            });
        }
    }

    private static Map<String, ProcessUse> use(UpRecord up) throws IOException {
        Map<String, ProcessUse> use = new LinkedHashMap<>();
        for (UpRecord.PartRecord part : up.parts()) {
            use.put(part.name(), ProcessUse.of(part.pid()));
        }
        use.put("(this harness)", ProcessUse.of(ProcessHandle.current().pid()));
        return use;
    }

    private void report(
            LatencyViewer viewer, long expected, Map<String, ProcessUse> before, Map<String, ProcessUse> after) {
        System.out.println(Machine.describe());
        System.out.printf(
                Locale.ROOT,
                "%d deliveries of %d, %.2f events a frame, %d uncounted, %d sends refused%n",
                viewer.events(),
                expected,
                viewer.events() / (double) Math.max(1, viewer.frames()),
                viewer.uncounted(),
                refused.get());
        System.out.println(Percentiles.line("end to end", latencyUs.getIntervalHistogram()));
        System.out.println(Percentiles.line("acknowledged", acknowledgedUs.getIntervalHistogram()));
        System.out.printf("%-16s %10s %10s%n", "process", "CPU s/s", "RSS MiB");
        after.forEach((name, use) -> System.out.printf(
                Locale.ROOT,
                "%-16s %10.3f %10.0f%n",
                name,
                (use.cpuS() - before.get(name).cpuS()) / seconds,
                use.rssMib()));
    }
}
