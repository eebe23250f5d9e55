package io.danmaku.bench.fanout;

import io.danmaku.bench.load.Stream;
import io.danmaku.bench.load.Texts;
import io.danmaku.bench.swarm.Habits;
import io.danmaku.standalone.folder.DataFolder;
import java.util.List;
import java.util.Locale;

/** Loads with a name: what {@link FanoutBench} takes where no option says otherwise, what happens in them, and what their viewers do. */
enum Scenario {
    // viewers, rooms, budget, seconds measured, percent that check, seconds of the bare loop, what is sent

    /** One room, everybody in it. */
    HOT_ROOM(1_000, 1, 0, 30, 10, 10, Stream.chat(100)),
    /** Rooms of two viewers each. */
    MANY_ROOMS(1_000, 500, 0, 30, 10, 10, Stream.chat(500)),
    /** A room that runs already, and everybody comes within five seconds. What that costs is no steady rate for a bare loop to write at. */
    FLASH_CROWD(5_000, 1, 0, 30, 10, 0, Stream.chat(100)),
    /** One viewer of ten stops reading. */
    SLOW_VIEWERS(1_000, 1, 0, 60, 10, 0, Stream.chat(100), Stream.gifts(5, 1)),
    /** A hundred gifts at once, each second, beside chat above the room's budget. */
    GIFT_STORM(1_000, 1, 100, 30, 10, 0, Stream.chat(200, Texts.PLAIN), Stream.gifts(100, 100)),
    /** A thousand keys, each with a new value every second. */
    LOCATION(200, 1, 0, 30, 100, 0, Stream.places(1_000)),
    /** The viewers' edge is killed. */
    RECONNECT_STORM(5_000, 1, 0, 40, 10, 0, Stream.chat(50), Stream.gifts(5, 1)),
    /** Chat in Chinese, then in English, each first plain and then compressed. */
    COMPRESSION(500, 1, 0, 20, 10, 0, Stream.chat(100, Texts.CHINESE)),
    /** Twice as much from step to step, until it is too much. */
    STEP_LOAD(1_000, 1, 0, 15, 10, 0, Stream.chat(50)),
    /** Long, to see what grows. */
    SOAK(500, 1, 0, 600, 10, 0, Stream.chat(50), Stream.gifts(5, 1));

    private static final int STOP_PERCENT = 10;

    final int viewers;
    final int rooms;
    /** The rooms' BEST_EFFORT events a second, 0: no limit. */
    final int bestEffortPerSecond;

    final int seconds;
    final int checkedPercent;
    final int ceilingSeconds;

    @SuppressWarnings("ImmutableEnumChecker") // nobody can change it
    final List<Stream> streams;

    Scenario(
            int viewers,
            int rooms,
            int bestEffortPerSecond,
            int seconds,
            int checkedPercent,
            int ceilingSeconds,
            Stream... streams) {
        this.viewers = viewers;
        this.rooms = rooms;
        this.bestEffortPerSecond = bestEffortPerSecond;
        this.seconds = seconds;
        this.checkedPercent = checkedPercent;
        this.ceilingSeconds = ceilingSeconds;
        this.streams = List.of(streams);
    }

    /** A new one for each run. */
    Happening happening(DataFolder folder) {
        return switch (this) {
            case FLASH_CROWD -> new Arrival();
            case SLOW_VIEWERS, LOCATION -> new Stopping();
            case RECONNECT_STORM -> new Storm(folder);
            case SOAK -> new Soak();
            case HOT_ROOM, MANY_ROOMS, GIFT_STORM -> new Watching();
            case COMPRESSION, STEP_LOAD -> Happening.NOTHING; // they make their passes themselves
        };
    }

    Habits habits(Hub hub, Load asked) {
        return switch (this) {
            // who is closed as too slow comes back to the same edge
            case SLOW_VIEWERS, LOCATION ->
                new Habits(STOP_PERCENT, List.of(hub.addresses().get(0)), 0, 1_000, false);
            case RECONNECT_STORM -> new Habits(0, hub.addresses(), 0, asked.returnMsMax(), false);
            case HOT_ROOM, MANY_ROOMS, FLASH_CROWD, GIFT_STORM, COMPRESSION, STEP_LOAD, SOAK -> Habits.NONE;
        };
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
