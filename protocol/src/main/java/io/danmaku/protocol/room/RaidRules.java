package io.danmaku.protocol.room;

import java.util.HashSet;
import java.util.List;

/**
 * The ladder of a room against raids, as its host declared it, and by which signs it is climbed. Signs are looked at over
 * {@link io.danmaku.protocol.log.RaidSigns#WINDOW_S} seconds.
 *
 * @param steps in which order, 1..5 of {@link RaidStep}, each once
 * @param stepSeconds how long a step stands when nothing speaks for it any more, 10..86,400
 * @param auto whether signs raise a step; by hand it always can be
 * @param joinsPerSecond so many come in a second, on all edges, 1..100,000
 * @param similarPercent so many of the users who speak say the same, 1..100
 * @param youngPercent so many of those who come have young accounts, 1..100
 * @param youngDays an account is young for so long, 1..3,650
 */
public record RaidRules(
        List<RaidStep> steps,
        int stepSeconds,
        boolean auto,
        int joinsPerSecond,
        int similarPercent,
        int youngPercent,
        int youngDays) {

    public static final int STEP_SECONDS_MIN = 10;
    public static final int STEP_SECONDS_MAX = 86_400;
    public static final int JOINS_PER_SECOND_MAX = 100_000;
    public static final int YOUNG_DAYS_MAX = 3_650;

    public static final RaidRules DEFAULT = new RaidRules(RaidStep.ALL, 300, false, 50, 40, 50, 7);

    private static final long DAY_S = 86_400;

    public RaidRules {
        steps = steps == null ? RaidStep.ALL : List.copyOf(steps);
        if (steps.isEmpty() || new HashSet<>(steps).size() != steps.size()) {
            throw new IllegalArgumentException(
                    "raid.steps are 1.." + RaidStep.ALL.size() + " of unique, slow, members, held, silent, each once");
        }
        within(stepSeconds, STEP_SECONDS_MIN, STEP_SECONDS_MAX, "stepSeconds");
        within(joinsPerSecond, 1, JOINS_PER_SECOND_MAX, "joinsPerSecond");
        within(similarPercent, 1, 100, "similarPercent");
        within(youngPercent, 1, 100, "youngPercent");
        within(youngDays, 1, YOUNG_DAYS_MAX, "youngDays");
    }

    private static void within(long value, long min, long max, String name) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("raid." + name + " is " + min + ".." + max);
        }
    }

    public long stepMs() {
        return stepSeconds * 1_000L;
    }

    /** The number of a step on this ladder, from 1; 0 when it is not on it. */
    public int number(RaidStep step) {
        return steps.indexOf(step) + 1;
    }

    /**
     * Whether an account is young. One of which the token says nothing is not: a product that does not tell must not have all its users taken for
     * new ones.
     *
     * @param sinceS Unix time at which it was made, 0 = not known
     */
    public boolean isYoung(long sinceS, long nowMs) {
        return sinceS > 0 && nowMs / 1_000 - sinceS < youngDays * DAY_S;
    }
}
