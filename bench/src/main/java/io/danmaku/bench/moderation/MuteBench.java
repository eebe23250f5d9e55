package io.danmaku.bench.moderation;

import io.danmaku.bench.machine.Machine;
import io.danmaku.bench.machine.Sleep;
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
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Recorder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code danmaku bench mute}: a user who is connected to every edge speaks on each at fixed times while the room's API mutes him. Told is
 * when the API answered, and when the first of his messages was refused, both counted from when the API was asked: the time until it is in
 * force, or up to a gap between two messages more.
 */
@Command(
        name = "mute",
        mixinStandardHelpOptions = true,
        description = {
            "How soon a mute by the room's API stops the user's next message on every edge.",
            "Exit code 1 when one was not in force everywhere within a second."
        })
public final class MuteBench implements Callable<Integer> {
    private static final int TIMES_MAX = 5_000;
    /** When he speaks. A viewer may send so many at once, and five a second more. */
    private static final int[] SAID_AT_MS = {0, 4, 8, 12, 18, 25, 40, 80, 250, 1_000};

    private static final int MUTED_S = 600;
    private static final long NS_PER_MS = 1_000_000;
    private static final long NS_PER_US = 1_000;
    private static final long ANSWER_S_MAX = 30;
    private static final long TOKEN_MS = 3_600_000;

    @Mixin
    private DataOption data;

    @Option(names = "--times", defaultValue = "200", description = "Users that are muted (default: ${DEFAULT-VALUE}).")
    private int times;

    @Spec
    private CommandSpec spec;

    private final Recorder answeredUs = new Recorder(3);

    /** One of the edges. */
    private record Edge(URI address, Recorder inForceUs) {}

    @Override
    public Integer call() throws Exception {
        Bounds.within(spec, "--times", times, 1, TIMES_MAX);
        UpRecord up = data.running();
        if (up == null) {
            return 1;
        }
        String secret = Secret.of(data.folder());
        RoomClient api = new RoomClient(up.addresses().get("roomService").toString(), secret);
        String room = "bench-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        RoomClient.Answer made = api.create(Map.of("id", room, "title", "bench"));
        if (!made.ok()) {
            System.err.println("no room: " + made.problem());
            return 1;
        }
        List<Edge> edges = up.edges().stream()
                .map(address -> new Edge(address, new Recorder(3)))
                .toList();
        int late = 0;
        try (Clients clients = new Clients(1)) {
            for (int i = 0; i < times; i++) {
                late += mute(clients, api, new Tokens(secret), edges, room, "user" + i);
            }
        } finally {
            api.close(room);
        }
        System.out.println(Machine.describe());
        System.out.println(Percentiles.line("answered", answeredUs.getIntervalHistogram()));
        for (int i = 0; i < edges.size(); i++) {
            System.out.println(Percentiles.line(
                    "in force, edge " + (i + 1), edges.get(i).inForceUs.getIntervalHistogram()));
        }
        System.out.println(late + " of " + times * edges.size() + " not in force within "
                + SAID_AT_MS[SAID_AT_MS.length - 1] + " ms");
        return late == 0 ? 0 : 1;
    }

    /** @return edges that took all of the user's messages */
    private int mute(Clients clients, RoomClient api, Tokens tokens, List<Edge> edges, String room, String user)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        String token = tokens.sign(
                new Claims(user, user, Ids.DEFAULT_TENANT, Map.of(), false, System.currentTimeMillis() + TOKEN_MS));
        List<HubClient> speaking = new ArrayList<>();
        try {
            for (Edge edge : edges) {
                HubClient client = clients.open(
                        ClientOptions.of(List.of(edge.address), () -> token).sendingOnly(), new HubListener() {});
                speaking.add(client);
                Answer joined = client.join(room).get(ANSWER_S_MAX, TimeUnit.SECONDS);
                if (!joined.acknowledged()) {
                    throw new IOException("cannot join: " + joined);
                }
            }
            long askedNs = System.nanoTime();
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> ask(api, room, user))
                    .thenRun(() -> answeredUs.recordValue((System.nanoTime() - askedNs) / NS_PER_US));
            List<List<CompletableFuture<Long>>> refused = speak(speaking, room, askedNs);
            answered.get(ANSWER_S_MAX, TimeUnit.SECONDS);
            int late = 0;
            for (int i = 0; i < edges.size(); i++) {
                long first = Long.MAX_VALUE;
                for (CompletableFuture<Long> one : refused.get(i)) {
                    first = Math.min(first, one.get(ANSWER_S_MAX, TimeUnit.SECONDS));
                }
                if (first == Long.MAX_VALUE) {
                    late++;
                } else {
                    edges.get(i).inForceUs.recordValue((first - askedNs) / NS_PER_US);
                }
            }
            return late;
        } finally {
            speaking.forEach(HubClient::close);
        }
    }

    /** When each message was refused as of somebody muted, by client; {@code Long.MAX_VALUE} of one that was not. */
    private static List<List<CompletableFuture<Long>>> speak(List<HubClient> speaking, String room, long fromNs) {
        List<List<CompletableFuture<Long>>> refused = new ArrayList<>();
        speaking.forEach(client -> refused.add(new ArrayList<>()));
        for (int said = 0; said < SAID_AT_MS.length; said++) {
            Sleep.until(fromNs + SAID_AT_MS[said] * NS_PER_MS);
            for (int i = 0; i < speaking.size(); i++) {
                refused.get(i)
                        .add(speaking.get(i)
                                .chat(room, "c" + i + "-" + said, "am I heard?")
                                .thenApply(
                                        answer -> "muted".equals(answer.code()) ? System.nanoTime() : Long.MAX_VALUE));
            }
            if (refused.stream().allMatch(MuteBench::anyRefused)) {
                break;
            }
        }
        return refused;
    }

    private static boolean anyRefused(List<CompletableFuture<Long>> said) {
        return said.stream().anyMatch(one -> one.getNow(Long.MAX_VALUE) != Long.MAX_VALUE);
    }

    private static void ask(RoomClient api, String room, String user) {
        try {
            RoomClient.Answer answer =
                    api.sanction(room, Map.of("user", user, "kind", "mute", "seconds", MUTED_S, "reason", "bench"));
            if (!answer.ok()) {
                throw new IOException(answer.problem());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
            throw new CompletionException(cut);
        }
    }
}
