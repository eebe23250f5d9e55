package io.danmaku.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.broadcast.Broadcaster;
import io.danmaku.edge.connection.ConnectionLoops;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.edge.policy.Spoken;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.edge.roomlog.OpenRooms;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.ProfileJson;
import io.danmaku.protocol.log.HeldJson;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import java.util.function.Consumer;

/** What is open on this edge follows what room-service decided. The table answers for everything that comes later. */
final class DecisionsCarriedOut implements RoomTable.Decided {
    private final OpenRooms rooms;
    private final ConnectionLoops loops;
    private final Broadcaster broadcaster;
    private final WordFilters filters;

    DecisionsCarriedOut(OpenRooms rooms, ConnectionLoops loops, Broadcaster broadcaster, WordFilters filters) {
        this.filters = filters;
        this.rooms = rooms;
        this.loops = loops;
        this.broadcaster = broadcaster;
    }

    @Override
    public void room(RoomState state) {
        OpenRoom open = rooms.find(state.key());
        if (open == null) {
            return;
        }
        boolean tookGuests = open.live().policy(state.policy());
        if (!state.open() || !state.epoch().equals(open.stateEpoch())) {
            loops.endRoom(open);
            if (state.end() == RoomState.End.ERASED) {
                rooms.drop(state);
            }
        } else if (tookGuests && !state.policy().guests()) {
            loops.excludeGuests(open);
        }
    }

    /**
     * Tells viewers what their rooms are where that has changed since the last time, however often it has: a profile says nothing about the order of
     * events, so it need not be in the log. Called every second, by one thread.
     */
    void tellProfiles(RoomTable table) {
        for (OpenRoom open : rooms.allOpen()) {
            RoomState state = table.room(open.live().key());
            if (state != null && state.epoch().equals(open.stateEpoch()) && open.becomes(state.profile())) {
                ObjectNode frame = Json.object().put("room", state.key().room());
                frame.set("profile", ProfileJson.of(state.profile()));
                open.live().tell(loops.eventLoops(), BatchWriter.textFrame(Json.bytes(frame)));
            }
        }
    }

    @Override
    public void sanction(Sanction sanction) {
        if (!sanction.kind().excludes()) {
            return;
        }
        if (sanction.room().namesOwner()) {
            loops.exclude(Spoken.of(sanction));
        } else {
            ifOpen(sanction.room(), sanction.epoch(), open -> loops.exclude(Spoken.of(sanction)));
        }
    }

    @Override
    public void grant(Grant grant) {
        ifOpen(grant.room(), grant.epoch(), open -> {
            loops.tellRole(open, grant.user());
            // a ban that did not hold for a host holds for who is none any more
            loops.exclude(open, grant.user());
        });
    }

    @Override
    public void deletion(Deletion deletion) {
        ifOpen(deletion.room(), deletion.epoch(), open -> broadcaster.deleted(open.live(), deletion));
    }

    @Override
    public void held(HeldAnswer answer) {
        if (answer.settled()) {
            ifOpen(answer.room(), answer.epoch(), open -> loops.tellModerators(open.live(), HeldJson.push(answer)));
        }
    }

    @Override
    public void words(String key, byte[] value) {
        filters.take(key, value);
    }

    private void ifOpen(RoomKey room, String epoch, Consumer<OpenRoom> step) {
        OpenRoom open = rooms.find(room);
        if (open != null && open.stateEpoch().equals(epoch)) {
            step.accept(open);
        }
    }
}
