package io.danmaku.edge.overload;

import java.util.Locale;

/** How far an edge is from doing all it is asked to, least first. A later step does all that the earlier ones do. */
public enum OverloadStep {
    /** All is done. */
    NORMAL(0),
    /** Rooms are held between two frames for longer, quiet ones too. */
    STRETCH(1),
    /** Rooms have a smaller budget of BEST_EFFORT events. */
    SAMPLE(2),
    /** Likes, and enters of viewers, are left out. */
    SHED(3),
    /** Nobody joins a room or connects. */
    REFUSE(4);

    private final int level;

    OverloadStep(int level) {
        this.level = level;
    }

    /** Its place, from 0 on, as the gauge tells it. */
    public int level() {
        return level;
    }

    /** As metrics and logs name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean atLeast(OverloadStep other) {
        return compareTo(other) >= 0;
    }

    /** The next step; the last one is its own. */
    OverloadStep above() {
        return switch (this) {
            case NORMAL -> STRETCH;
            case STRETCH -> SAMPLE;
            case SAMPLE -> SHED;
            case SHED, REFUSE -> REFUSE;
        };
    }

    /** The step before; the first one is its own. */
    OverloadStep below() {
        return switch (this) {
            case NORMAL, STRETCH -> NORMAL;
            case SAMPLE -> STRETCH;
            case SHED -> SAMPLE;
            case REFUSE -> SHED;
        };
    }
}
