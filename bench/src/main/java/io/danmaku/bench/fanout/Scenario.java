package io.danmaku.bench.fanout;

import java.util.Locale;

/** Loads with a name: what {@link FanoutBench} takes where no option says otherwise. */
enum Scenario {
    /** One room, everybody in it. */
    HOT_ROOM(1_000, 1, 100, 0),
    /** Rooms of two viewers each. */
    MANY_ROOMS(1_000, 500, 500, 0),
    /** A room that runs already, and everybody comes within five seconds. */
    FLASH_CROWD(1_000, 1, 100, 5_000);

    final int viewers;
    final int rooms;
    final int rate;
    /** Milliseconds in which the viewers come while messages flow; 0: before them. */
    final int rampMs;

    Scenario(int viewers, int rooms, int rate, int rampMs) {
        this.viewers = viewers;
        this.rooms = rooms;
        this.rate = rate;
        this.rampMs = rampMs;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The scenario of this name, or null. */
    static Scenario of(String name) {
        for (Scenario scenario : values()) {
            if (scenario.toString().equals(name)) {
                return scenario;
            }
        }
        return null;
    }
}
