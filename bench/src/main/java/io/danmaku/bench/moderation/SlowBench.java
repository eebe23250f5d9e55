package io.danmaku.bench.moderation;

import io.danmaku.bench.machine.Machine;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.options.Bounds;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code danmaku bench slow}: users who are connected to two edges chat in a room of slow mode over one, and some milliseconds later over the
 * other. Told is how many of these second chats were taken, by how much later they came: so far an edge is behind what the other one took.
 */
@Command(
        name = "slow",
        mixinStandardHelpOptions = true,
        description = {
            "How far slow mode may be exceeded by a user with connections to two edges.",
            "Exit code 1 when a first chat was refused, or a second one for anything but slow mode."
        })
public final class SlowBench implements Callable<Integer> {
    private static final int TIMES_MAX = 5_000;
    /** How much later the second chat is sent. */
    private static final int[] GAPS_MS = {0, 2, 5, 10, 20, 40};
    /** Within what an edge reads when it opens the room. */
    private static final int SLOW_MODE_MS = 60_000;

    private static final long NS_PER_MS = 1_000_000;
    private static final long ANSWER_S_MAX = 30;
    private static final long TOKEN_MS = 3_600_000;

    @Mixin
    private DataOption data;

    @Option(names = "--times", defaultValue = "100", description = "Pairs of each gap (default: ${DEFAULT-VALUE}).")
    private int times;

    @Spec
    private CommandSpec spec;

    private int failed;

    @Override
    public Integer call() throws Exception {
        Bounds.within(spec, "--times", times, 1, TIMES_MAX);
        UpRecord up = data.running();
        if (up == null) {
            return 1;
        }
        if (up.edges().size() < 2) {
            System.err.println("it takes two edges: danmaku up --edges 2");
            return 1;
        }
        Tokens tokens = new Tokens(Secret.of(data.folder()));
        RoomClient api = new RoomClient(up.addresses().get("roomService").toString(), Secret.of(data.folder()));
        String room = "bench-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        RoomClient.Answer made =
                api.create(Map.of("id", room, "title", "bench", "policy", Map.of("slowModeMs", SLOW_MODE_MS)));
        if (!made.ok()) {
            System.err.println("no room: " + made.problem());
            return 1;
        }
        int[] both = new int[GAPS_MS.length];
        try (Clients clients = new Clients(1)) {
            // gaps take turns, and edges: what else the machine does meets all alike
            for (int i = 0; i < times * GAPS_MS.length; i++) {
                int gap = i % GAPS_MS.length;
                String user = "user" + i;
                String token = tokens.sign(new Claims(
                        user, user, Ids.DEFAULT_TENANT, Map.of(), false, System.currentTimeMillis() + TOKEN_MS));
                boolean swapped = i / GAPS_MS.length % 2 == 1;
                List<URI> edges = swapped
                        ? List.of(up.edges().get(1), up.edges().get(0))
                        : up.edges().subList(0, 2);
                both[gap] += pair(clients, edges, token, room, GAPS_MS[gap]) ? 1 : 0;
            }
        } finally {
            api.close(room);
        }
        System.out.println(Machine.describe());
        for (int gap = 0; gap < GAPS_MS.length; gap++) {
            System.out.printf(
                    Locale.ROOT,
                    "second chat %2d ms after the first: both taken in %d of %d (%.1f %%)%n",
                    GAPS_MS[gap],
                    both[gap],
                    times,
                    100.0 * both[gap] / times);
        }
        System.out.println(failed + " pairs went otherwise");
        return failed == 0 ? 0 : 1;
    }

    /** @return whether both chats were taken */
    private boolean pair(Clients clients, List<URI> edges, String token, String room, int gapMs)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        HubClient first = open(clients, edges.get(0), token);
        HubClient second = open(clients, edges.get(1), token);
        try {
            for (HubClient client : List.of(first, second)) {
                Answer joined = join(client, room);
                if (!joined.acknowledged()) {
                    throw new IOException("cannot join: " + joined);
                }
            }
            long sentNs = System.nanoTime();
            CompletableFuture<Answer> one = first.chat(room, "c1", "one");
            Sleep.until(sentNs + gapMs * NS_PER_MS);
            CompletableFuture<Answer> two = second.chat(room, "c2", "two");
            Answer firstly = one.get(ANSWER_S_MAX, TimeUnit.SECONDS);
            Answer secondly = two.get(ANSWER_S_MAX, TimeUnit.SECONDS);
            // either may come first: an edge may have been busy
            boolean oneTaken = firstly.acknowledged() || secondly.acknowledged();
            Answer other = firstly.acknowledged() ? secondly : firstly;
            boolean both = firstly.acknowledged() && secondly.acknowledged();
            if (!oneTaken || !(both || "slow_mode".equals(other.code()))) {
                failed++;
                System.err.println(firstly + ", " + secondly);
            }
            return both;
        } finally {
            first.close();
            second.close();
        }
    }

    private static HubClient open(Clients clients, URI edge, String token) {
        return clients.open(ClientOptions.of(List.of(edge), () -> token).sendingOnly(), new HubListener() {});
    }

    /** With patience for a room that was made just now and is not known on every edge yet. */
    private static Answer join(HubClient client, String room)
            throws InterruptedException, ExecutionException, TimeoutException {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_S_MAX);
        Answer joined;
        do {
            joined = client.join(room).get(ANSWER_S_MAX, TimeUnit.SECONDS);
        } while ("no_such_room".equals(joined.code()) && System.nanoTime() < untilNs);
        return joined;
    }
}
