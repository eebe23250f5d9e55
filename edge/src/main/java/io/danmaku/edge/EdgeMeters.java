package io.danmaku.edge;

import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.connection.ConnectionLoops;
import io.danmaku.edge.roomlog.OpenRooms;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** What an edge counts, as Prometheus sees it; docs/operations.md explains each. */
record EdgeMeters(
        MeterRegistry registry,
        ConnectionLoops loops,
        OpenRooms rooms,
        Broadcaster broadcaster,
        LongAdder deliveredEvents,
        LongAdder deliveredBytes) {

    void bind() {
        Gauge.builder("danmaku.connections", loops, ConnectionLoops::connections)
                .register(registry);
        Gauge.builder("danmaku.rooms.open", rooms, OpenRooms::size).register(registry);
        Gauge.builder("danmaku.ring.waiting", broadcaster, Broadcaster::waiting).register(registry);
        FunctionCounter.builder("danmaku.records.read", broadcaster, Broadcaster::records)
                .register(registry);
        FunctionCounter.builder("danmaku.records.repeated", broadcaster, Broadcaster::repeats)
                .register(registry);
        FunctionCounter.builder("danmaku.events.sampled", broadcaster, Broadcaster::sampled)
                .register(registry);
        FunctionCounter.builder("danmaku.batches", broadcaster, Broadcaster::batches)
                .register(registry);
        FunctionCounter.builder("danmaku.events.delivered", deliveredEvents, LongAdder::sum)
                .register(registry);
        FunctionCounter.builder("danmaku.bytes.delivered", deliveredBytes, LongAdder::sum)
                .baseUnit("bytes")
                .register(registry);
    }
}
