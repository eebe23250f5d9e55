package io.danmaku.protocol.room;

import java.util.List;
import java.util.Locale;

/** What a step against a raid adds to a room's rules. It never makes one laxer, whatever the room's own are. */
public enum RaidStep {
    /** What a user said is not said again for a minute. */
    UNIQUE,
    /** Slow mode: half a minute for viewers, ten seconds for members. */
    SLOW,
    /** Members and above send. */
    MEMBERS,
    /** What those below moderator send waits for a moderator. */
    HELD,
    /** Moderators and above send. */
    SILENT;

    static final int UNIQUE_SECONDS_MIN = 60;
    static final long SLOW_MODE_MS_MIN = 30_000;
    static final long MEMBER_SLOW_MODE_MS_MIN = 10_000;

    /** All of them, mildest first. */
    public static final List<RaidStep> ALL = List.of(values());

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The step of a wire name, or null. */
    public static RaidStep ofWireName(String name) {
        for (RaidStep step : ALL) {
            if (step.wireName().equals(name)) {
                return step;
            }
        }
        return null;
    }

    /** The rules with this step on them. */
    RoomPolicy over(RoomPolicy rules) {
        return switch (this) {
            case UNIQUE -> rules.atLeast(UNIQUE_SECONDS_MIN, 0, 0, WhoMaySend.EVERYONE);
            case SLOW -> rules.atLeast(0, SLOW_MODE_MS_MIN, MEMBER_SLOW_MODE_MS_MIN, WhoMaySend.EVERYONE);
            case MEMBERS -> rules.atLeast(0, 0, 0, WhoMaySend.MEMBERS);
            case HELD -> rules.holdingAll();
            case SILENT -> rules.atLeast(0, 0, 0, WhoMaySend.MODERATORS);
        };
    }
}
