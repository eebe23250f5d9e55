package io.danmaku.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RaidStep;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.WhoMaySend;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A room's ladder, as it is read and as it is laid over the room's rules. */
final class RaidJsonTest {
    private static final List<String> TOUCHED =
            List.of("slowModeMs", "memberSlowModeMs", "whoMaySend", "uniqueSeconds", "holdAll");

    private static RaidRules merged(String fields) throws JsonProcessingException {
        return RaidJson.merged(RaidRules.DEFAULT, Json.MAPPER.readTree(fields));
    }

    private static RoomPolicy policy(
            long slowMs, long memberSlowMs, WhoMaySend who, int uniqueSeconds, RaidRules raid) {
        ObjectNode fields = Json.object()
                .put("slowModeMs", slowMs)
                .put("memberSlowModeMs", memberSlowMs)
                .put("whoMaySend", who.wireName())
                .put("uniqueSeconds", uniqueSeconds)
                .put("links", "refused");
        fields.set("raid", RaidJson.of(raid));
        return PolicyJson.merged(RoomPolicy.DEFAULT, fields);
    }

    @Test
    void aLadderIsReadFieldByField() throws JsonProcessingException {
        assertEquals(RaidRules.DEFAULT, merged("{}"));
        assertEquals(
                new RaidRules(List.of(RaidStep.SILENT, RaidStep.SLOW), 10, true, 1, 2, 3, 4),
                merged("{\"steps\":[\"silent\",\"slow\"],\"stepSeconds\":10,\"auto\":true,\"joinsPerSecond\":1,"
                        + "\"similarPercent\":2,\"youngPercent\":3,\"youngDays\":4}"));
        assertEquals(
                "{\"steps\":[\"unique\",\"slow\",\"members\",\"held\",\"silent\"],\"stepSeconds\":300,\"auto\":false,"
                        + "\"joinsPerSecond\":50,\"similarPercent\":40,\"youngPercent\":50,\"youngDays\":7}",
                RaidJson.of(RaidRules.DEFAULT).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"steps\":[]}",
                "{\"steps\":\"slow\"}",
                "{\"steps\":[\"slow\",\"slow\"]}",
                "{\"steps\":[\"fast\"]}",
                "{\"steps\":[3]}",
                "{\"steps\":[\"slow\",\"slow\",\"slow\",\"slow\",\"slow\",\"slow\"]}",
                "{\"stepSeconds\":9}",
                "{\"stepSeconds\":86401}",
                "{\"stepSeconds\":\"60\"}",
                "{\"auto\":1}",
                "{\"joinsPerSecond\":0}",
                "{\"similarPercent\":101}",
                "{\"youngPercent\":0}",
                "{\"youngDays\":3651}",
                "{\"minutes\":1}"
            })
    void whatIsNotOfItsFormIsRefusedByName(String fields) {
        String why = assertThrows(IllegalArgumentException.class, () -> merged(fields))
                .getMessage();
        assertTrue(why.startsWith("raid"), why);
    }

    @Test
    void aPolicyOfBeforeThereWereLaddersHasTheUsualOne() {
        RoomPolicy old = Json.read(
                ("{\"slowModeMs\":5,\"whoMaySend\":\"HOST\",\"textLengthMax\":20,\"bestEffortPerSecond\":7,"
                                + "\"retentionHours\":48}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                RoomPolicy.class);
        assertEquals(RaidRules.DEFAULT, old.raid());
        RoomPolicy own =
                policy(0, 0, WhoMaySend.EVERYONE, 0, new RaidRules(List.of(RaidStep.SLOW), 60, true, 5, 6, 7, 8));
        assertEquals(own, Json.read(Json.bytes(own), RoomPolicy.class));
    }

    @Test
    void eachStepAddsItsRule() {
        RoomPolicy bare = policy(0, 0, WhoMaySend.EVERYONE, 0, RaidRules.DEFAULT);
        assertEquals(bare, bare.overlaid(0));
        assertEquals(60, bare.overlaid(1).uniqueSeconds());
        assertEquals(30_000, bare.overlaid(2).slowModeMs());
        assertEquals(10_000, bare.overlaid(2).memberSlowModeMs());
        assertEquals(60, bare.overlaid(2).uniqueSeconds(), "with those below it");
        assertEquals(WhoMaySend.MEMBERS, bare.overlaid(3).whoMaySend());
        assertFalse(bare.overlaid(3).holdAll());
        assertTrue(bare.overlaid(4).holdAll());
        assertEquals(WhoMaySend.MODERATORS, bare.overlaid(5).whoMaySend());
        assertEquals(bare.overlaid(5), bare.overlaid(9), "a ladder that became shorter");
        RoomPolicy own = policy(
                0,
                0,
                WhoMaySend.EVERYONE,
                0,
                new RaidRules(List.of(RaidStep.SILENT, RaidStep.SLOW), 60, true, 5, 6, 7, 8));
        assertEquals(WhoMaySend.MODERATORS, own.overlaid(1).whoMaySend());
        assertEquals(0, own.overlaid(1).slowModeMs());
        assertEquals(0, own.overlaid(2).uniqueSeconds());
    }

    /** Of two policies neither of which may be anything but the other with some rules more. */
    private static void assertNotLaxer(RoomPolicy than, RoomPolicy is) {
        assertTrue(is.slowModeMs() >= than.slowModeMs());
        assertTrue(is.memberSlowModeMs() >= than.memberSlowModeMs());
        assertTrue(is.whoMaySend().weakest().atLeast(than.whoMaySend().weakest()));
        assertTrue(is.uniqueSeconds() >= than.uniqueSeconds());
        assertTrue(is.holdAll() || !than.holdAll());
        assertEquals(PolicyJson.of(than).without(TOUCHED), PolicyJson.of(is).without(TOUCHED));
    }

    @Property
    void aStepMakesNothingLaxerAndTheNextOneNeither(
            @ForAll @LongRange(max = RoomPolicy.SLOW_MODE_MS_MAX) long slowMs,
            @ForAll @LongRange(max = RoomPolicy.SLOW_MODE_MS_MAX) long memberSlowMs,
            @ForAll WhoMaySend who,
            @ForAll @IntRange(max = RoomPolicy.UNIQUE_SECONDS_MAX) int uniqueSeconds,
            @ForAll @Size(min = 1, max = 5) @UniqueElements List<RaidStep> steps) {
        RoomPolicy own = policy(slowMs, memberSlowMs, who, uniqueSeconds, new RaidRules(steps, 60, false, 5, 6, 7, 8));
        RoomPolicy below = own;
        for (int step = 0; step <= steps.size(); step++) {
            RoomPolicy now = own.overlaid(step);
            assertNotLaxer(below, now);
            assertEquals(now, now.overlaid(step), "twice is once");
            below = now;
        }
    }
}
