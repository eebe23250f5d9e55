package io.danmaku.protocol.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomKey;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class TopicsTest {

    @Test
    void aRoomsStateGroupNeverChanges() {
        // these numbers are in every installed hub's data: another hash would orphan rooms
        assertEquals(5, Topics.stateGroup(new RoomKey("default", "42")));
        assertEquals(8, Topics.stateGroup(new RoomKey("default", "lobby")));
        assertEquals(12, Topics.stateGroup(new RoomKey("acme", "42")));
    }

    @Property
    void everyRoomHasAStateGroup(@ForAll @AlphaChars @StringLength(min = 1, max = 64) String room) {
        int group = Topics.stateGroup(new RoomKey("default", room));
        assertTrue(group >= 0 && group < Topics.STATE_GROUPS);
    }

    @Test
    void aRoomsTopicCarriesTenantAndEpoch() {
        assertEquals(
                "persistent://danmaku/room/default.42.k3",
                Topics.room(new RoomKey("default", "42"), "k3", Durability.LOGGED));
        assertEquals(
                "non-persistent://danmaku/room/default.42.k3",
                Topics.room(new RoomKey("default", "42"), "k3", Durability.EPHEMERAL));
        assertNotEquals(
                Topics.room(new RoomKey("default", "42"), "k3", Durability.LOGGED),
                Topics.room(new RoomKey("default", "42"), "k4", Durability.LOGGED));
    }
}
