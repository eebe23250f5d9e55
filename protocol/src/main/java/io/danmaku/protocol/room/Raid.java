package io.danmaku.protocol.room;

/**
 * How far up its ladder against raids a room is. A step stands until its time is over, then the one below it, and so on down: by time alone, so that
 * whoever decides for the room after a crash goes on with it.
 *
 * @param step 1.. of {@link RaidRules#steps}; 0 = none: a moderator has released it, and signs are not looked at until {@code untilMs}
 * @param sinceMs Unix time at which it came to this step
 * @param untilMs Unix time at which it goes down one
 * @param heldStep not below this step until {@code heldUntilMs}, because a moderator said so; 0 = no such word
 * @param by the user who raised it last; empty = signs did
 * @param why what the moderator gave as the reason, or which sign it was
 */
public record Raid(int step, long sinceMs, long untilMs, int heldStep, long heldUntilMs, String by, String why) {
    /** Signs that last raise no further step sooner: what the one before does has to be seen first. */
    public static final long RAISE_EVERY_MS = 10_000;

    /** So long after a step's time an edge lets all of it end that has not heard from room-service. */
    public static final long OVERDUE_MS = 60_000;

    /** Longest time that somebody can set a step for: a day. */
    public static final int MINUTES_MAX = 1_440;

    /** In UTF-16 units. */
    public static final int WHY_CHARS_MAX = 200;

    /** At a step that a moderator wants, for so long. */
    public static Raid byHand(int step, long lastsMs, String by, String why, long nowMs) {
        return new Raid(step, nowMs, nowMs + lastsMs, step, nowMs + lastsMs, by, why);
    }

    /** Released by a moderator: nothing is on, and signs have to wait. */
    public static Raid released(RaidRules rules, String by, long nowMs) {
        return new Raid(0, nowMs, nowMs + rules.stepMs(), 0, 0, by, "");
    }

    /**
     * What becomes of a room where a sign is above its threshold.
     *
     * @param now null = nothing is on
     * @param why which sign it is
     * @return {@code now} itself when nothing changes
     */
    public static Raid onSigns(Raid now, RaidRules rules, String why, long nowMs) {
        if (now != null && now.step == 0 && now.untilMs > nowMs) {
            return now;
        }
        int step = now == null ? 0 : Math.min(now.step, rules.steps().size());
        long endMs = nowMs + rules.stepMs();
        if (step == 0) {
            return new Raid(1, nowMs, endMs, 0, 0, "", why);
        }
        if (step < rules.steps().size() && nowMs - now.sinceMs >= RAISE_EVERY_MS) {
            return new Raid(step + 1, nowMs, endMs, now.heldStep, now.heldUntilMs, "", why);
        }
        // each renewal is a record that all edges read: one for every quarter of a step's time
        return now.untilMs - nowMs < rules.stepMs() * 3 / 4
                ? new Raid(step, now.sinceMs, endMs, now.heldStep, now.heldUntilMs, now.by, now.why)
                : now;
    }

    /**
     * What becomes of it by time.
     *
     * @return itself when nothing changes, null when nothing is on any more
     */
    public Raid onTime(RaidRules rules, long nowMs) {
        if (untilMs > nowMs) {
            return this;
        }
        int below = Math.min(step, rules.steps().size()) - 1;
        int held = heldUntilMs > nowMs ? Math.min(heldStep, rules.steps().size()) : 0;
        if (held > Math.max(0, below)) {
            return new Raid(held, step == held ? sinceMs : nowMs, heldUntilMs, heldStep, heldUntilMs, by, why);
        }
        if (below < 1) {
            return null;
        }
        long endMs = below == held ? heldUntilMs : nowMs + rules.stepMs();
        return new Raid(below, nowMs, endMs, heldStep, heldUntilMs, by, why);
    }

    /** Whether a step stands. */
    public boolean stands() {
        return step > 0;
    }

    /** Whether it should long be over. */
    public boolean isOverdue(long nowMs) {
        return untilMs + OVERDUE_MS < nowMs;
    }
}
