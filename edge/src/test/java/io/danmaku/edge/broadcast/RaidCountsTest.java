package io.danmaku.edge.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RaidSigns;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.RaidRules;
import io.danmaku.protocol.room.RaidStep;
import io.danmaku.protocol.room.RoomKey;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RaidCountsTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final RaidRules AUTO = new RaidRules(RaidStep.ALL, 300, true, 50, 40, 50, 7);
    private static final long NOW_MS = 1_000L * 86_400_000;

    private final RaidCounts counts = new RaidCounts(0);

    RaidCountsTest() {
        counts.want(AUTO);
    }

    private static long ns(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    private void say(String user, String text, boolean ranking, boolean shadowed, double atS) {
        byte[] json =
                EventDetail.fragment(EventType.CHAT, user, user, Json.object().put("text", text));
        counts.said(new RoomRecord(EventType.CHAT, ranking, shadowed, 1, 0, 0, user, "c", "", json), ns(atS));
    }

    private void say(String user, String text, double atS) {
        say(user, text, false, false, atS);
    }

    private RaidSigns signs(double atS) {
        return counts.signs("abc", ROOM, "k3", ns(atS));
    }

    @Test
    void whoComesIsCountedForTheTimeOfTheWindow() {
        for (int i = 0; i < 40; i++) {
            counts.joined(0, NOW_MS, ns(1));
            counts.joined(NOW_MS / 1_000 - 86_400, NOW_MS, ns(2));
        }
        assertEquals(new RaidSigns("abc", ROOM, "k3", 80, 40, 0, 0), signs(3));
        assertEquals(80, signs(10.9).joins());
        assertEquals(40, signs(11.5).joins(), "the first second is past");
        assertNull(signs(12));
        for (int i = 0; i < 50; i++) {
            counts.joined(0, NOW_MS, ns(17));
        }
        assertEquals(50, signs(18).joins(), "a second has the place of the one 16 before");
    }

    @Test
    void usersWhoSayTheSameAreCountedAndNotHowOftenOneSaysIt() {
        for (int i = 0; i < 30; i++) {
            say("u" + i, i % 2 == 0 ? "Follow me" : "FOLLOW  me", i * 0.1);
            say("u0", "hello", i * 0.1);
        }
        assertEquals(new RaidSigns("abc", ROOM, "k3", 0, 0, 30, 30), signs(3));
        for (int i = 0; i < 40; i++) {
            say("v" + i, "something " + i, 5);
        }
        assertEquals(new RaidSigns("abc", ROOM, "k3", 0, 0, 70, 30), signs(6));
        assertNull(signs(14), "those who said the same have done so long ago");
    }

    @Test
    void oneWhoFloodsIsNoRaid() {
        for (int i = 0; i < 1_000; i++) {
            say("u", "spam", i * 0.01);
        }
        assertNull(signs(10));
    }

    @Test
    void whatModeratorsAndShadowBannedOnesSayIsNoSign() {
        for (int i = 0; i < 30; i++) {
            say("u" + i, "hi", true, false, 1);
            say("v" + i, "hi", false, true, 1);
        }
        assertNull(signs(1));
    }

    @Test
    void aSecondIsLookedAtUpToABound() {
        for (int i = 0; i < 10 * RaidCounts.CHATS_PER_SECOND_MAX; i++) {
            say("u" + i, "hi", 1.5);
        }
        assertEquals(RaidCounts.CHATS_PER_SECOND_MAX, signs(2).speakers());
    }

    @Test
    void nothingIsCountedWhereThePolicyDoesNotAskForIt() {
        counts.want(RaidRules.DEFAULT);
        for (int i = 0; i < 1_000; i++) {
            counts.joined(0, NOW_MS, ns(1));
            say("u" + i, "hi", 1 + i * 0.005);
        }
        assertNull(signs(3));
        counts.want(AUTO);
        assertNull(signs(3));
        for (int i = 0; i < 500; i++) {
            counts.joined(0, NOW_MS, ns(4));
        }
        assertNotNull(signs(5));
    }
}
