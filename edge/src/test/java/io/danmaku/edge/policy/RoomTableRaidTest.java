package io.danmaku.edge.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Raid;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a step against a raid means on an edge: another policy, for whoever reads it. */
class RoomTableRaidTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final long MINUTE_MS = 60_000;
    private static final RoomState OWN = new RoomState(
            ROOM,
            "k3",
            "t",
            Durability.LOGGED,
            true,
            PolicyJson.merged(RoomPolicy.DEFAULT, Json.object().put("slowModeMs", 5_000)),
            1,
            1);
    private static final Raid SLOW = Raid.byHand(2, MINUTE_MS, "m", "", 0);

    private final List<RoomState> told = new ArrayList<>();
    private final RoomTable table = new RoomTable(null, new RoomTable.Decided() {
        @Override
        public void room(RoomState room) {
            told.add(room);
        }
    });

    private void take(RoomState room) {
        table.take(StateKeys.room(ROOM), Json.bytes(room));
    }

    @Test
    void aStepIsInForceUntilItIsTakenBack() {
        take(OWN);
        assertEquals(5_000, table.room(ROOM).policy().slowModeMs());
        RoomState raided = OWN.raided(SLOW);
        take(raided);
        assertEquals(30_000, table.room(ROOM).policy().slowModeMs());
        assertEquals(60, table.room(ROOM).policy().uniqueSeconds());
        assertEquals(30_000, told.get(1).policy().slowModeMs(), "so also for what is open");
        take(raided.raided(null));
        assertEquals(5_000, table.room(ROOM).policy().slowModeMs());
        assertEquals(0, table.room(ROOM).policy().uniqueSeconds());
        assertNull(told.get(2).raid());
    }

    @Test
    void aStepThatRoomServiceForgetsEndsByItself() {
        take(OWN.raided(SLOW));
        table.endOverdue(MINUTE_MS + Raid.OVERDUE_MS);
        assertEquals(30_000, table.room(ROOM).policy().slowModeMs());
        table.endOverdue(MINUTE_MS + Raid.OVERDUE_MS + 1);
        assertEquals(5_000, table.room(ROOM).policy().slowModeMs());
        assertNull(table.room(ROOM).raid());
        assertEquals(5_000, told.get(1).policy().slowModeMs());
        table.endOverdue(Long.MAX_VALUE);
        assertEquals(2, told.size(), "once");
        // room-service is back, and goes on one step down
        Raid down = SLOW.onTime(OWN.policy().raid(), 10 * MINUTE_MS);
        take(OWN.raided(SLOW).raided(down));
        assertEquals(60, table.room(ROOM).policy().uniqueSeconds());
        assertEquals(5_000, table.room(ROOM).policy().slowModeMs());
    }

    @Test
    void whatIsDecidedMeanwhileIsNotUndone() {
        take(OWN.raided(SLOW));
        take(OWN.raided(SLOW).raided(Raid.byHand(1, 60 * MINUTE_MS, "m", "", 0)));
        table.endOverdue(10 * MINUTE_MS);
        assertEquals(60, table.room(ROOM).policy().uniqueSeconds());
    }
}
