package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.bench.machine.ChildLines;
import io.danmaku.bench.machine.PackedHistogram;
import io.danmaku.bench.machine.Sleep;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * The process of the viewers. It is told in lines of JSON what to do: {@code prepare} (a {@link SwarmPlan}), {@code go}, {@code measure},
 * {@code count}, {@code stop} and {@code resume} (reading), {@code back}, {@code finish}; it ends with its standard input.
 */
public final class Swarm {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long NS_PER_MS = 1_000_000;
    private static final long NS_PER_S = 1_000_000_000L;
    /** Viewers that connect at a time: fewer than a listening socket's backlog, beyond which connecting takes a second. */
    private static final int CONNECTING_MAX = 100;

    private static final long ARRIVE_NS_MAX = 20_000 * NS_PER_MS;
    private static final long POLL_NS = 20 * NS_PER_MS;

    private final ChildLines parent;
    private final Histogram joinUs = new ConcurrentHistogram(3);
    private final Semaphore connecting = new Semaphore(CONNECTING_MAX);
    private final AtomicInteger settled = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final Returns returns = new Returns();
    private final List<SwarmLoop> loops = new ArrayList<>();
    private List<String> tokens = List.of();
    private SwarmPlan plan;
    private volatile long startNs;

    private Swarm(ChildLines parent) {
        this.parent = parent;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ChildLines parent = new ChildLines();
        parent.follow(new Swarm(parent)::carryOut);
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
                        command.path("fromNs").asLong(),
                        command.path("toNs").asLong(),
                        Math.max(1, command.path("parts").asInt())));
            case "count" -> parent.say("counted", counts());
            case "stop" -> reading(false, "stopped");
            case "resume" -> reading(true, "resumed");
            case "back" ->
                back(command.path("of").asInt(), command.path("secondsMax").asLong());
            case "finish" -> finish(command);
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
            loops.add(new SwarmLoop(group.next(), kind, returns));
        }
        if (!plan.rooms().isEmpty()) {
            tokens = ViewerTokens.of(plan.secret(), plan.viewers());
        }
        parent.say("ready", JSON.createObjectNode().put("transport", epoll ? "epoll" : "nio"));
    }

    /** Connects all, the i-th at its share of the ramp. */
    private void go(long rampMs) {
        startNs = System.nanoTime();
        for (int i = 0; i < plan.viewers(); i++) {
            long dueNs = startNs + rampMs * NS_PER_MS * i / plan.viewers();
            Sleep.until(dueNs);
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
        loop.open(plan, i, room, tokens.get(i), failure -> {
            if (failure == null) {
                joinUs.recordValue((System.nanoTime() - fromNs) / 1_000);
            }
            settle(failure);
        });
    }

    private void settle(String failure) {
        if (failure != null && failures.incrementAndGet() == 1) {
            System.err.println("a viewer did not join: " + failure);
        }
        connecting.release();
        if (settled.incrementAndGet() == plan.viewers()) {
            parent.say(
                    "joined",
                    JSON.createObjectNode()
                            .put("failed", failures.get())
                            .put("ms", (System.nanoTime() - startNs) / NS_PER_MS)
                            .put("joinP50Us", joinUs.getValueAtPercentile(50))
                            .put("joinP99Us", joinUs.getValueAtPercentile(99)));
        }
    }

    private void reading(boolean on, String is) {
        parent.say(is, JSON.createObjectNode().put("viewers", sum(loop -> loop.reading(on))));
    }

    /** Waits until so many have come back and nobody is away, for a bounded time. */
    private void back(int of, long secondsMax) {
        long endNs = System.nanoTime() + secondsMax * NS_PER_S;
        while ((returns.back() < of || returns.away() > 0) && System.nanoTime() < endNs) {
            LockSupport.parkNanos(POLL_NS);
        }
        parent.say("back", returns.write(JSON.createObjectNode()));
    }

    private ObjectNode counts() {
        Counts sum = new Counts();
        Counts stoppers = new Counts();
        loops.forEach(loop -> loop.addTo(sum, stoppers));
        sum.add(stoppers);
        ObjectNode said = JSON.createObjectNode().put("atNs", System.nanoTime());
        sum.write(said);
        said.set("stoppers", stoppers.write(JSON.createObjectNode()));
        return said;
    }

    /** Waits until every viewer has its room up to the head named, for a bounded time; what has not come by then is lost. */
    private void finish(JsonNode due) {
        Map<String, Long> heads = new HashMap<>();
        due.path("heads")
                .properties()
                .forEach(head -> heads.put(head.getKey(), head.getValue().asLong()));
        long endNs = System.nanoTime() + ARRIVE_NS_MAX;
        long missing = sum(loop -> loop.missing(heads));
        while (missing > 0 && System.nanoTime() < endNs) {
            LockSupport.parkNanos(POLL_NS);
            missing = sum(loop -> loop.missing(heads));
        }
        Map<String, long[]> reliable = new HashMap<>();
        due.path("reliable").properties().forEach(room -> reliable.put(room.getKey(), offsets(room.getValue())));
        Map<String, int[]> newest = new HashMap<>();
        due.path("newest").properties().forEach(room -> newest.put(room.getKey(), numbers(room.getValue())));
        ObjectNode said = counts();
        said.put("lost", said.path("lost").asLong() + missing);
        said.put("reliableMissing", sum(loop -> loop.missingReliable(reliable)));
        said.put("stale", sum(loop -> loop.stale(newest)));
        said.put("away", returns.away());
        ArrayNode parts = said.putArray("latenciesUs");
        List<List<Histogram>> byLoop =
                loops.stream().map(SwarmLoop::latenciesUs).toList();
        for (int part = 0; part < byLoop.get(0).size(); part++) {
            Histogram us = new Histogram(3);
            for (List<Histogram> loop : byLoop) {
                us.add(loop.get(part));
            }
            parts.add(PackedHistogram.of(us));
        }
        loops.forEach(SwarmLoop::close);
        parent.say("finished", said);
    }

    private static long[] offsets(JsonNode told) {
        long[] offsets = new long[told.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = told.get(i).asLong();
        }
        return offsets;
    }

    /** By key; -1 where nothing was acknowledged. */
    private static int[] numbers(JsonNode byKey) {
        int[] numbers = new int[0];
        for (Map.Entry<String, JsonNode> last : byKey.properties()) {
            int key = Integer.parseInt(last.getKey());
            if (key >= numbers.length) {
                int before = numbers.length;
                numbers = Arrays.copyOf(numbers, Math.max(key + 1, before * 2));
                Arrays.fill(numbers, before, numbers.length, -1);
            }
            numbers[key] = last.getValue().asInt();
        }
        return numbers;
    }

    private long sum(ToLongFunction<SwarmLoop> figure) {
        return loops.stream().mapToLong(figure).sum();
    }
}
