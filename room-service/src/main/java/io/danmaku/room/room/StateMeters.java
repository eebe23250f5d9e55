package io.danmaku.room.room;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** What is counted about state topics. */
final class StateMeters {
    /** From the decision until the record was acknowledged and read back. */
    final Timer writes;
    /** Writes whose outcome is not known. */
    final Counter unknown;
    /** Changes refused because too many waited. */
    final Counter busy;
    /** Changes that failed by a fault of the code. */
    final Counter faults;
    /** Groups taken over, the first time included. */
    final Counter claims;
    /** Groups lost to another instance or to a silent broker. */
    final Counter losses;
    /** Groups whose owner hung and was thrown out. */
    final Counter thrownOut;
    /** Records that were not of their form. */
    final Counter unreadable;

    StateMeters(MeterRegistry registry) {
        writes = registry.timer("danmaku.state.write");
        unknown = registry.counter("danmaku.state.write.unknown");
        busy = registry.counter("danmaku.state.busy");
        faults = registry.counter("danmaku.state.faults");
        claims = registry.counter("danmaku.state.claims");
        losses = registry.counter("danmaku.state.losses");
        thrownOut = registry.counter("danmaku.state.thrown.out");
        unreadable = registry.counter("danmaku.state.unreadable");
    }
}
