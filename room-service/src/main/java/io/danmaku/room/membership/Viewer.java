package io.danmaku.room.membership;

import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import java.util.Comparator;

/**
 * A user who is in a room.
 *
 * @param role in the room; over several edges the highest
 * @param level {@code Profile.NO_LEVEL} = none
 * @param kind what one of the connections is on, the last one that came where all are on one edge
 * @param connections on all edges
 */
public record Viewer(String user, Role role, int level, DeviceKind kind, int connections) {
    /** Who ranks highest first. */
    static final Comparator<Viewer> RANK = Comparator.comparing(Viewer::role)
            .thenComparing(Viewer::level)
            .reversed()
            .thenComparing(Viewer::user);
}
