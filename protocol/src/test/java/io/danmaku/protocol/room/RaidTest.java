package io.danmaku.protocol.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Steps are raised by signs and by hand, and go down by time alone. */
final class RaidTest {
    private static final long MINUTE_MS = 60_000;
    private static final RaidRules RULES =
            new RaidRules(List.of(RaidStep.SLOW, RaidStep.MEMBERS, RaidStep.SILENT), 60, true, 50, 40, 50, 7);

    @Test
    void signsRaiseOneStepAtOnceAndFurtherOnesWithAPauseUpToTheLast() {
        Raid first = Raid.onSigns(null, RULES, "many", 1_000);
        assertEquals(new Raid(1, 1_000, 1_000 + MINUTE_MS, 0, 0, "", "many"), first);
        assertEquals(first, Raid.onSigns(first, RULES, "more", 10_999), "not before its effect can be seen");
        Raid second = Raid.onSigns(first, RULES, "more", 11_000);
        assertEquals(new Raid(2, 11_000, 11_000 + MINUTE_MS, 0, 0, "", "more"), second);
        Raid third = Raid.onSigns(second, RULES, "more", 30_000);
        assertEquals(3, third.step());
        assertEquals(third, Raid.onSigns(third, RULES, "more", 40_000));
        Raid renewed = Raid.onSigns(third, RULES, "more", 50_000);
        assertEquals(new Raid(3, 30_000, 50_000 + MINUTE_MS, 0, 0, "", "more"), renewed, "there is none above it");
    }

    @Test
    void withoutSignsItGoesDownOneStepAtATime() {
        Raid second = new Raid(2, 0, MINUTE_MS, 0, 0, "", "many");
        assertEquals(second, second.onTime(RULES, MINUTE_MS - 1));
        Raid first = second.onTime(RULES, MINUTE_MS);
        assertEquals(new Raid(1, MINUTE_MS, 2 * MINUTE_MS, 0, 0, "", "many"), first);
        assertNull(first.onTime(RULES, 2 * MINUTE_MS));
    }

    @Test
    void whatAModeratorSetStandsForItsTimeBelowWhatSignsPutOnIt() {
        Raid set = Raid.byHand(1, 60 * MINUTE_MS, "m", "raid", 0);
        assertEquals(set, set.onTime(RULES, 59 * MINUTE_MS));
        Raid raised = Raid.onSigns(set, RULES, "many", MINUTE_MS);
        assertEquals(2, raised.step());
        assertEquals(2 * MINUTE_MS, raised.untilMs(), "the step of the signs has their time");
        Raid back = raised.onTime(RULES, 2 * MINUTE_MS);
        assertEquals(1, back.step());
        assertEquals(60 * MINUTE_MS, back.untilMs(), "and the moderator's has its own");
        assertNull(back.onTime(RULES, 60 * MINUTE_MS));
    }

    @Test
    void whatAModeratorReleasedIsLeftAloneForTheTimeOfAStep() {
        Raid released = Raid.released(RULES, "m", 0);
        assertFalse(released.stands());
        assertEquals(released, Raid.onSigns(released, RULES, "many", MINUTE_MS - 1));
        assertEquals(1, Raid.onSigns(released, RULES, "many", MINUTE_MS).step());
        assertNull(released.onTime(RULES, MINUTE_MS));
    }

    @Test
    void aLadderThatBecameShorterIsLeftFromItsTop() {
        RaidRules shorter = new RaidRules(List.of(RaidStep.SLOW), 60, true, 50, 40, 50, 7);
        Raid third = new Raid(3, 0, MINUTE_MS, 3, MINUTE_MS, "m", "");
        assertNull(third.onTime(shorter, MINUTE_MS));
        assertEquals(1, Raid.onSigns(third, shorter, "many", MINUTE_MS - 1).step());
        Raid held = new Raid(3, 0, MINUTE_MS, 3, 9 * MINUTE_MS, "m", "");
        assertEquals(1, held.onTime(shorter, MINUTE_MS).step());
        assertTrue(held.onTime(shorter, MINUTE_MS).untilMs() > MINUTE_MS);
    }

    /** Whatever happened before: with no more signs it is over after the moderator's time and that of the steps. */
    @Property
    void itAlwaysComesToAnEnd(@ForAll @Size(max = 40) List<@IntRange(max = 5) Integer> happened) {
        Raid now = null;
        long nowMs = 0;
        for (int what : happened) {
            nowMs += 7_000L * (what + 1);
            now = switch (what) {
                case 0, 1, 2 -> Raid.onSigns(now, RULES, "many", nowMs);
                case 3 -> Raid.byHand(1 + (int) (nowMs % 3), 5 * MINUTE_MS, "m", "", nowMs);
                case 4 -> Raid.released(RULES, "m", nowMs);
                default -> now == null ? null : now.onTime(RULES, nowMs);
            };
            if (now != null) {
                assertTrue(now.step() <= 3 && now.step() >= 0, now::toString);
                assertEquals(now, now.onTime(RULES, now.untilMs() - 1));
            }
        }
        long endMs = nowMs + 9 * MINUTE_MS;
        List<Integer> steps = new ArrayList<>();
        for (; now != null && nowMs <= endMs; nowMs += 1_000) {
            Raid next = now.onTime(RULES, nowMs);
            if (next != null) {
                assertTrue(next.step() >= now.step() - 1 && next.step() <= now.step(), "one at a time");
                steps.add(next.step());
            }
            now = next;
        }
        assertNull(now, steps::toString);
    }

    @Test
    void anAccountOfWhichNothingIsKnownIsNotYoung() {
        long nowMs = 100L * 86_400_000;
        assertFalse(RULES.isYoung(0, nowMs));
        assertTrue(RULES.isYoung(94L * 86_400, nowMs));
        assertTrue(RULES.isYoung(101L * 86_400, nowMs), "a clock that is ahead");
        assertFalse(RULES.isYoung(93L * 86_400, nowMs));
    }

    @Test
    void itIsOverdueAMinuteAfterItsTime() {
        Raid raid = Raid.byHand(1, MINUTE_MS, "m", "", 0);
        assertNotNull(raid);
        assertFalse(raid.isOverdue(2 * MINUTE_MS));
        assertTrue(raid.isOverdue(2 * MINUTE_MS + 1));
    }
}
