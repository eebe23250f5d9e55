package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rooms of one client: what is said of them goes through their coverage to the listener. Event loop only. */
final class Rooms {
    private static final Logger LOG = LoggerFactory.getLogger(Rooms.class);

    private final Map<String, RoomWatch> watches = new LinkedHashMap<>();
    /** How many leaves of a room have no answer yet: till then, all that is said of it belongs to the stay that ends. */
    private final Map<String, Integer> leaving = new HashMap<>();

    private final HubListener listener;
    private final Outbox outbox;
    private final boolean watching;

    Rooms(HubListener listener, Outbox outbox, boolean watching) {
        this.listener = listener;
        this.outbox = outbox;
        this.watching = watching;
    }

    /** @return false when the room is watched already */
    boolean add(RoomWatch watch) {
        RoomWatch before = watches.get(watch.room);
        if (before != null && before.state != RoomWatch.State.ENDED) {
            return false;
        }
        watches.put(watch.room, watch);
        return true;
    }

    /** Until {@link #left} is told as often, nothing that is said of the room is heard. */
    void leaving(String room) {
        leaving.merge(room, 1, Integer::sum);
        RoomWatch watch = watches.remove(room);
        if (watch != null) {
            watch.state = RoomWatch.State.ENDED;
            watch.first.complete(Answer.refused("not_joined", "left before it was joined", false));
        }
    }

    /** The hub has answered a leave, or never will. */
    void left(String room) {
        leaving.computeIfPresent(room, (id, count) -> count > 1 ? count - 1 : null);
    }

    boolean isJoining(String room) {
        RoomWatch watch = watches.get(room);
        return watch != null && (watch.state == RoomWatch.State.WAITING || watch.state == RoomWatch.State.JOINING);
    }

    /** Rooms to join now. */
    List<RoomWatch> due(long nowMs) {
        return watches.values().stream()
                .filter(watch -> watch.state == RoomWatch.State.WAITING && watch.dueMs <= nowMs)
                .toList();
    }

    void lost() {
        watches.values().forEach(RoomWatch::lost);
    }

    /** A push about a room. */
    void take(JsonNode said) {
        RoomWatch watch = watches.get(said.get("room").asText());
        if (watch == null || watch.state == RoomWatch.State.ENDED || leaving.containsKey(watch.room)) {
            return;
        }
        if (said.has("from")) {
            if (watching) {
                batch(watch, said);
            }
        } else if (said.has("left")) {
            end(watch, said.get("left").asText(), "the hub ended it");
        } else if (said.has("role")) {
            listener.role(watch.room, said.get("role").asText());
        } else if (said.has("held")) {
            listener.held(watch.room, said.get("held"));
        } else if (said.has("stats")) {
            listener.stats(watch.room, said.get("stats"));
        }
    }

    private void batch(RoomWatch watch, JsonNode said) {
        report(watch, watch.coverage.check(said));
        if (said.has("gap")) {
            listener.gap(
                    watch.room,
                    said.get("from").asLong(),
                    said.path("to").asLong(),
                    said.get("gap").asText());
        } else {
            listener.batch(watch.room, said);
        }
    }

    void joined(RoomWatch watch, String violation, Answer answer) {
        report(watch, violation);
        watch.first.complete(answer);
        listener.joined(watch.room, answer.ok());
    }

    void end(RoomWatch watch, String code, String message) {
        watch.state = RoomWatch.State.ENDED;
        outbox.end(watch.room, code, message);
        listener.left(watch.room, code);
    }

    void endAll(String why) {
        for (RoomWatch watch : watches.values()) {
            watch.state = RoomWatch.State.ENDED;
            watch.first.complete(Answer.refused("disconnected", why, false));
        }
    }

    private void report(RoomWatch watch, String violation) {
        if (violation != null) {
            LOG.error("room {}: {}", watch.room, violation);
            listener.violated(watch.room, violation);
        }
    }
}
