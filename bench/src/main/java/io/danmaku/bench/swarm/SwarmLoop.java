package io.danmaku.bench.swarm;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/** One event loop of the swarm with its viewers and what they count. Its state is touched on the loop only. */
final class SwarmLoop {
    private static final int READ_BYTES = 64 * 1024;
    /** Of who stops reading: what the system holds for it must not hide that for long. */
    private static final int STOPPER_RECEIVE_BYTES = 16 * 1024;
    /**
     * TCP_MAXSEG (tcp(7)), as over Ethernet. Loopback's segments are 64 KiB, and a sender's buffer is a number of segments: the edge's could
     * take megabytes that nobody reads.
     */
    private static final IntegerUnixChannelOption MAX_SEGMENT = new IntegerUnixChannelOption("TCP_MAXSEG", 6, 2);

    private static final int SEGMENT_BYTES = 1_460;
    /** Each viewer pings once in so many turns of a second: well within the minute that an edge waits. */
    private static final int PING_TURNS = 20;

    private static final long ANSWER_S_MAX = 30;

    private final EventLoop loop;
    private final Class<? extends Channel> kind;
    private final Returns returns;
    private final Counts counts = new Counts();
    private final Latency latency = new Latency();
    /** Of those who stop; their latencies tell nothing. */
    private final Counts stoppersCounts = new Counts();

    private final Latency stoppersLatency = new Latency();
    private final Scan scan = new Scan();
    private final Inflation inflation = new Inflation();
    private final List<Viewer> viewers = new ArrayList<>();
    private int turn;

    SwarmLoop(EventLoop loop, Class<? extends Channel> kind, Returns returns) {
        this.loop = loop;
        this.kind = kind;
        this.returns = returns;
        loop.scheduleAtFixedRate(this::ping, 1, 1, TimeUnit.SECONDS);
    }

    private void ping() {
        turn++;
        for (int i = turn % PING_TURNS; i < viewers.size(); i += PING_TURNS) {
            viewers.get(i).ping();
        }
    }

    /** Connects a viewer; from any thread. */
    void open(SwarmPlan plan, int number, String room, String token, Consumer<String> settled) {
        loop.execute(() -> {
            boolean stops = plan.stops(number);
            Watch watch = new Watch(room, plan.checks(number), countsOf(stops), stops ? stoppersLatency : latency);
            Viewer viewer = new Viewer(this, plan, room, token, stops, watch, returns, settled);
            viewers.add(viewer);
            viewer.connect();
        });
    }

    private Counts countsOf(boolean stops) {
        return stops ? stoppersCounts : counts;
    }

    ViewerChannel connect(Hello hello, Watch watch, boolean stops, ViewerChannel.Life life) {
        ViewerChannel channel = new ViewerChannel(hello, watch, countsOf(stops), scan, inflation, life);
        int colon = hello.address().lastIndexOf(':');
        connect(
                hello.address().substring(0, colon),
                Integer.parseInt(hello.address().substring(colon + 1)),
                stops,
                channel,
                cause -> life.failed("cannot connect: " + cause, 0),
                () -> {});
        return channel;
    }

    void schedule(Runnable work, long delay, TimeUnit unit) {
        loop.schedule(work, delay, unit);
    }

    /** Connects one that only counts bytes; from any thread. */
    void openRaw(SwarmPlan plan, Runnable opened, Consumer<Throwable> failed) {
        connect(plan.host(), plan.port(), false, new RawChannel(counts), failed, opened);
    }

    private void connect(
            String host, int port, boolean small, ChannelHandler handler, Consumer<Throwable> failed, Runnable opened) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(kind)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(handler);
        if (small) {
            bootstrap.option(ChannelOption.SO_RCVBUF, STOPPER_RECEIVE_BYTES);
            if (kind == EpollSocketChannel.class) {
                bootstrap.option(MAX_SEGMENT, SEGMENT_BYTES);
            }
        }
        bootstrap.connect(host, port).addListener(done -> {
            if (done.isSuccess()) {
                opened.run();
            } else {
                failed.accept(done.cause());
            }
        });
    }

    void measure(long fromNs, long toNs, int parts) {
        loop.execute(() -> latency.measure(fromNs, toNs, parts));
    }

    /** @return how many stop, or go on */
    long reading(boolean on) {
        return ask(() -> {
            List<Viewer> stoppers = viewers.stream().filter(Viewer::stops).toList();
            stoppers.forEach(viewer -> viewer.reading(on));
            return (long) stoppers.size();
        });
    }

    /** @param stoppers adds those of who stops to this, of the others to {@code sum} */
    void addTo(Counts sum, Counts stoppers) {
        ask(() -> {
            sum.add(counts);
            stoppers.add(stoppersCounts);
            return null;
        });
    }

    /** @return by part of the measured stretch */
    List<Histogram> latenciesUs() {
        return ask(() -> {
            List<Histogram> copies = new ArrayList<>();
            for (int part = 0; part < latency.parts(); part++) {
                copies.add(latency.us(part).copy());
            }
            return copies;
        });
    }

    /** Offsets that joined viewers have not got yet of rooms that are known to have come so far. */
    long missing(Map<String, Long> heads) {
        return sum(viewer -> {
            long next = viewer.watch().next();
            return next < 0 ? 0 : Math.max(0, heads.getOrDefault(viewer.room(), 0L) + 1 - next);
        });
    }

    /** RELIABLE events that checking viewers do not have. */
    long missingReliable(Map<String, long[]> offsets) {
        return sum(viewer -> viewer.watch().missing(offsets.getOrDefault(viewer.room(), new long[0])));
    }

    /** Keys whose newest message a checking viewer does not have. */
    long stale(Map<String, int[]> numbers) {
        return sum(viewer -> viewer.watch().stale(numbers.getOrDefault(viewer.room(), new int[0])));
    }

    private long sum(ToLongFunction<Viewer> figure) {
        return ask(() -> viewers.stream().mapToLong(figure).sum());
    }

    void close() {
        ask(() -> {
            viewers.forEach(Viewer::close);
            return null;
        });
    }

    private <T> T ask(Supplier<T> question) {
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, loop);
        try {
            return answer.get(ANSWER_S_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(cut);
        } catch (java.util.concurrent.ExecutionException | TimeoutException stuck) {
            throw new IllegalStateException("an event loop of the swarm does not answer", stuck);
        }
    }
}
