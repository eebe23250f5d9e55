package io.danmaku.bench.room;

import io.danmaku.bench.load.Together;
import io.danmaku.bench.machine.Machine;
import io.danmaku.bench.machine.ProcessUse;
import io.danmaku.bench.options.Bounds;
import io.danmaku.bench.report.Percentiles;
import io.danmaku.protocol.room.Ids;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Recorder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code danmaku bench rooms}: what rooms cost that exist, and those that are live: time to make and to open one, and memory of every process. */
@Command(
        name = "rooms",
        mixinStandardHelpOptions = true,
        description =
                "Makes rooms, then lets one viewer join some of them and say something: times, and memory by process.")
public final class RoomsBench implements Callable<Integer> {
    private static final int ROOMS_MAX = 200_000;
    /** An edge lets a connection be in 20 rooms. */
    private static final int ROOMS_A_CONNECTION = 20;

    private static final long ANSWER_S_MAX = 60;
    private static final long TOKEN_MS = 24 * 3_600_000L;
    private static final long NS_PER_US = 1_000;
    private static final double NS_PER_S = 1e9;

    @Mixin
    private DataOption data;

    @Option(names = "--rooms", defaultValue = "10000", description = "Rooms to make (default: ${DEFAULT-VALUE}).")
    private int rooms;

    @Option(names = "--live", defaultValue = "2000", description = "Of them joined (default: ${DEFAULT-VALUE}).")
    private int live;

    @Option(names = "--keep", description = "Leave the rooms open at the end, to see what a start with them costs.")
    private boolean keep;

    @Spec
    private CommandSpec spec;

    private final Recorder madeUs = new Recorder(3);
    private final Recorder joinedUs = new Recorder(3);
    private final Recorder saidUs = new Recorder(3);
    private final Map<String, List<Double>> rssMib = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        Bounds.within(spec, "--rooms", rooms, 1, ROOMS_MAX);
        Bounds.within(spec, "--live", live, 0, rooms);
        UpRecord up = data.running();
        if (up == null) {
            return 1;
        }
        String secret = Secret.of(data.folder());
        RoomClient api = new RoomClient(up.addresses().get("roomService").toString(), secret);
        String prefix = "bench-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "-";
        try (Clients clients = new Clients(1)) {
            memory(up);
            System.out.println(Machine.describe());
            long fromNs = System.nanoTime();
            Together.run(rooms, i -> make(api, prefix + i));
            tell("made", rooms, fromNs, madeUs);
            memory(up);
            List<HubClient> connections = connect(clients, up, new Tokens(secret));
            fromNs = System.nanoTime();
            Together.run(live, i -> join(connections.get(i / ROOMS_A_CONNECTION), prefix + i));
            tell("joined first", live, fromNs, joinedUs);
            fromNs = System.nanoTime();
            Together.run(live, i -> say(connections.get(i / ROOMS_A_CONNECTION), prefix + i));
            tell("said first", live, fromNs, saidUs);
            memory(up);
            connections.forEach(HubClient::close);
        } finally {
            if (!keep) {
                Together.run(rooms, i -> api.close(prefix + i));
            }
        }
        System.out.printf("%-16s %14s %14s %14s%n", "RSS, MiB", "before", rooms + " made", live + " live");
        rssMib.forEach((part, mib) -> System.out.printf(
                Locale.ROOT, "%-16s %14.1f %14.1f %14.1f%n", part, mib.get(0), mib.get(1), mib.get(2)));
        return 0;
    }

    private static void tell(String what, int count, long fromNs, Recorder us) {
        System.out.printf(
                Locale.ROOT,
                "%s, %.1f s in all%n",
                Percentiles.line(count + " " + what, us.getIntervalHistogram()),
                (System.nanoTime() - fromNs) / NS_PER_S);
    }

    private void memory(UpRecord up) throws IOException {
        for (UpRecord.PartRecord part : up.parts()) {
            rssMib.computeIfAbsent(part.name(), name -> new ArrayList<>())
                    .add(ProcessUse.of(part.pid()).rssMib());
        }
    }

    private void make(RoomClient api, String room) throws IOException, InterruptedException {
        long fromNs = System.nanoTime();
        RoomClient.Answer made = api.create(Map.of("id", room, "title", "bench"));
        if (!made.ok()) {
            throw new IOException("no room: " + made.problem());
        }
        took(madeUs, fromNs);
    }

    private static void took(Recorder us, long fromNs) {
        us.recordValue((System.nanoTime() - fromNs) / NS_PER_US);
    }

    /** As many as the live rooms take, all edges in turn. */
    private List<HubClient> connect(Clients clients, UpRecord up, Tokens tokens) {
        List<HubClient> connections = new ArrayList<>();
        for (int i = 0; i * ROOMS_A_CONNECTION < live; i++) {
            URI edge = up.edges().get(i % up.edges().size());
            String user = "opener" + i;
            String token = tokens.sign(
                    new Claims(user, user, Ids.DEFAULT_TENANT, Map.of(), true, System.currentTimeMillis() + TOKEN_MS));
            connections.add(clients.open(ClientOptions.of(List.of(edge), () -> token), new HubListener() {}));
        }
        return connections;
    }

    private void join(HubClient client, String room) throws IOException, InterruptedException {
        long fromNs = System.nanoTime();
        expect(client.join(room), "cannot join " + room);
        took(joinedUs, fromNs);
    }

    private void say(HubClient client, String room) throws IOException, InterruptedException {
        long fromNs = System.nanoTime();
        expect(client.chat(room, "c", "the first"), "cannot speak in " + room);
        took(saidUs, fromNs);
    }

    private static void expect(CompletableFuture<Answer> asked, String otherwise)
            throws IOException, InterruptedException {
        try {
            Answer answer = asked.get(ANSWER_S_MAX, TimeUnit.SECONDS);
            if (!answer.acknowledged()) {
                throw new IOException(otherwise + ": " + answer);
            }
        } catch (ExecutionException | TimeoutException lost) {
            throw new IOException(otherwise, lost);
        }
    }
}
