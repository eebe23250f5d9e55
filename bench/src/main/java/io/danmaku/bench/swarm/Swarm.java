package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * The process of the viewers. It is told in lines of JSON what to do: {@code prepare} (a {@link SwarmPlan}), {@code go}, {@code measure},
 * {@code count}, {@code finish}; it ends with its standard input.
 */
public final class Swarm {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long NS_PER_MS = 1_000_000;
    private static final long TOKEN_MS = 24 * 3_600_000L;
    /** Viewers that connect at a time: fewer than a listening socket's backlog, beyond which connecting takes a second. */
    private static final int CONNECTING_MAX = 100;

    private static final long ARRIVE_NS_MAX = 20_000 * NS_PER_MS;

    private final PrintStream out;
    private final Histogram joinUs = new ConcurrentHistogram(3);
    private final Semaphore connecting = new Semaphore(CONNECTING_MAX);
    private final AtomicInteger settled = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final List<SwarmLoop> loops = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private SwarmPlan plan;
    private volatile long startNs;

    private Swarm(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        // what is said is JSON and nothing else: logs go the other way
        PrintStream out = System.out;
        System.setOut(System.err);
        Swarm swarm = new Swarm(out);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            swarm.carryOut(JSON.readTree(line));
        }
        System.exit(0);
    }

    private void carryOut(JsonNode command) {
        switch (command.path("do").asText()) {
            case "prepare" -> prepare(SwarmPlan.of(command));
            case "go" -> {
                Thread connects = new Thread(() -> go(command.path("rampMs").asLong()), "connects");
                connects.setDaemon(true);
                connects.start();
            }
            case "measure" ->
                loops.forEach(loop -> loop.measure(
                        command.path("fromNs").asLong(), command.path("toNs").asLong()));
            case "count" -> say("counted", counts());
            case "finish" -> finish(command.path("heads"));
            default -> throw new IllegalArgumentException("what is " + command + "?");
        }
    }

    private void prepare(SwarmPlan told) {
        plan = told;
        boolean epoll = Epoll.isAvailable();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                plan.loops(), epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        Class<? extends Channel> kind = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        for (int i = 0; i < plan.loops(); i++) {
            loops.add(new SwarmLoop(group.next(), kind));
        }
        if (!plan.rooms().isEmpty()) {
            Tokens signer = new Tokens(plan.secret());
            long expiresAtMs = System.currentTimeMillis() + TOKEN_MS;
            for (int i = 0; i < plan.viewers(); i++) {
                String user = "viewer" + i;
                tokens.add(signer.sign(new Claims(user, user, Ids.DEFAULT_TENANT, Map.of(), false, expiresAtMs)));
            }
        }
        say("ready", JSON.createObjectNode().put("transport", epoll ? "epoll" : "nio"));
    }

    /** Connects all, the i-th at its share of the ramp. */
    private void go(long rampMs) {
        startNs = System.nanoTime();
        for (int i = 0; i < plan.viewers(); i++) {
            long dueNs = startNs + rampMs * NS_PER_MS * i / plan.viewers();
            for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            connecting.acquireUninterruptibly();
            open(i);
        }
    }

    private void open(int i) {
        SwarmLoop loop = loops.get(i % loops.size());
        if (plan.rooms().isEmpty()) {
            loop.openRaw(plan, () -> settle(null), cause -> settle(cause.toString()));
            return;
        }
        long fromNs = System.nanoTime();
        String room = plan.rooms().get(i % plan.rooms().size());
        loop.open(plan, room, tokens.get(i), plan.checks(i), new ViewerChannel.Life() {
            @Override
            public void joined(ViewerChannel viewer) {
                joinUs.recordValue((System.nanoTime() - fromNs) / 1_000);
                settle(null);
            }

            @Override
            public void failed(ViewerChannel viewer, String why) {
                settle(why);
            }
        });
    }

    private void settle(String failure) {
        if (failure != null && failures.incrementAndGet() == 1) {
            System.err.println("a viewer did not join: " + failure);
        }
        connecting.release();
        if (settled.incrementAndGet() == plan.viewers()) {
            say(
                    "joined",
                    JSON.createObjectNode()
                            .put("failed", failures.get())
                            .put("ms", (System.nanoTime() - startNs) / NS_PER_MS)
                            .put("joinP50Us", joinUs.getValueAtPercentile(50))
                            .put("joinP99Us", joinUs.getValueAtPercentile(99)));
        }
    }

    private ObjectNode counts() {
        Counts sum = new Counts();
        loops.forEach(loop -> loop.addTo(sum));
        ObjectNode said = JSON.createObjectNode().put("atNs", System.nanoTime());
        sum.write(said);
        return said;
    }

    /** Waits until every viewer has its room up to the head named, for a bounded time; what has not come by then is lost. */
    private void finish(JsonNode told) {
        Map<String, Long> heads = new HashMap<>();
        told.properties()
                .forEach(head -> heads.put(head.getKey(), head.getValue().asLong()));
        long endNs = System.nanoTime() + ARRIVE_NS_MAX;
        long missing = missing(heads);
        while (missing > 0 && System.nanoTime() < endNs) {
            LockSupport.parkNanos(20 * NS_PER_MS);
            missing = missing(heads);
        }
        ObjectNode said = counts();
        said.put("lost", said.path("lost").asLong() + missing);
        Histogram latencyUs = new Histogram(3);
        loops.forEach(loop -> loop.addTo(latencyUs));
        ByteBuffer packed = ByteBuffer.allocate(latencyUs.getNeededByteBufferCapacity());
        int bytes = latencyUs.encodeIntoCompressedByteBuffer(packed);
        said.put("latencyUs", Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(packed.array(), bytes)));
        loops.forEach(SwarmLoop::close);
        say("finished", said);
    }

    private long missing(Map<String, Long> heads) {
        return loops.stream().mapToLong(loop -> loop.missing(heads)).sum();
    }

    private synchronized void say(String is, ObjectNode line) {
        out.println(line.put("is", is));
        out.flush();
    }
}
