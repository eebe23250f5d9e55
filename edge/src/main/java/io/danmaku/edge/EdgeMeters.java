package io.danmaku.edge;

import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.broadcast.Pace;
import io.danmaku.edge.connection.ConnectionLoops;
import io.danmaku.edge.roomlog.OpenRooms;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What an edge counts, as Prometheus sees it; docs/operations.md explains each. */
record EdgeMeters(
        MeterRegistry registry,
        ConnectionLoops loops,
        OpenRooms rooms,
        Broadcaster broadcaster,
        Pace pace,
        Deliveries deliveries) {

    private static final double NS_PER_S = 1e9;

    void bind() {
        Gauge.builder("danmaku.connections", loops, ConnectionLoops::connections)
                .register(registry);
        Gauge.builder("danmaku.rooms.open", rooms, OpenRooms::size).register(registry);
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
