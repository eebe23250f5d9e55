package io.danmaku.edge;

import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.broadcast.Pace;
import io.danmaku.edge.connection.ConnectionLoops;
import io.danmaku.edge.connection.RingOverflow;
import io.danmaku.edge.connection.SocketTransport;
import io.danmaku.edge.roomlog.OpenRooms;
import io.danmaku.node.words.WordFilters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** What an edge counts, as Prometheus sees it; docs/operations.md explains each. */
record EdgeMeters(
        MeterRegistry registry,
        SocketTransport transport,
        ConnectionLoops loops,
        OpenRooms rooms,
        Broadcaster broadcaster,
        Pace pace,
        Deliveries deliveries,
        WordFilters words) {

    private static final double NS_PER_S = 1e9;
    /** Bounds of the buckets: fine where an edge usually is. */
    private static final int[] TOLD_MS = {
        1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100, 110, 120, 150, 200,
        300, 500, 1_000, 2_000, 5_000
    };

    /** From the reading of an event until all viewers of an event loop have been written to: the oldest of each batch counts. */
    static LongConsumer told(MeterRegistry registry) {
        Timer told = Timer.builder("danmaku.told")
                .serviceLevelObjectives(
                        IntStream.of(TOLD_MS).mapToObj(Duration::ofMillis).toArray(Duration[]::new))
                .register(registry);
        return ns -> told.record(ns, TimeUnit.NANOSECONDS);
    }

    void bind() {
        Gauge.builder("danmaku.transport", () -> 1)
                .tag("kind", transport.toString())
                .register(registry);
        if (transport == SocketTransport.IO_URING) {
            Gauge.builder("danmaku.ring.overflow", RingOverflow::waiting).register(registry);
        }
        Gauge.builder("danmaku.connections", loops, ConnectionLoops::connections)
                .register(registry);
        Gauge.builder("danmaku.connections.packets", loops, ConnectionLoops::packetConnections)
                .register(registry);
        Gauge.builder("danmaku.connections.guests", loops, ConnectionLoops::guests)
                .register(registry);
        FunctionCounter.builder("danmaku.connections.drained", loops, ConnectionLoops::departed)
                .register(registry);
        Gauge.builder("danmaku.rooms.open", rooms, OpenRooms::size).register(registry);
        FunctionCounter.builder("danmaku.likes.lost", rooms, OpenRooms::likesLost)
                .register(registry);
        Gauge.builder("danmaku.words.terms", words, WordFilters::terms).register(registry);
        Gauge.builder("danmaku.ring.waiting", broadcaster, Broadcaster::waiting).register(registry);
        Gauge.builder("danmaku.frame.interval", pace, p -> p.intervalNs() / NS_PER_S)
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("danmaku.loop.lag", pace, p -> p.lagNs() / NS_PER_S)
                .baseUnit("seconds")
                .register(registry);
        FunctionCounter.builder("danmaku.records.read", broadcaster, Broadcaster::records)
                .register(registry);
        FunctionCounter.builder("danmaku.records.repeated", broadcaster, Broadcaster::repeats)
                .register(registry);
        FunctionCounter.builder("danmaku.events.sampled", broadcaster, Broadcaster::sampled)
                .register(registry);
        FunctionCounter.builder("danmaku.events.shed", broadcaster, Broadcaster::shed)
                .register(registry);
        FunctionCounter.builder("danmaku.batches", broadcaster, Broadcaster::batches)
                .register(registry);
        FunctionCounter.builder("danmaku.frames.delivered", deliveries, Deliveries::frames)
                .register(registry);
        FunctionCounter.builder("danmaku.events.delivered", deliveries, Deliveries::events)
                .register(registry);
        FunctionCounter.builder("danmaku.bytes.delivered", deliveries, Deliveries::bytes)
                .baseUnit("bytes")
                .register(registry);
        FunctionCounter.builder("danmaku.bytes.saved", deliveries, Deliveries::bytesSaved)
                .baseUnit("bytes")
                .register(registry);
        FunctionCounter.builder(
                        "danmaku.batches.compressed",
                        deliveries,
                        d -> d.framesCompressed().sum())
                .register(registry);
    }
}
