package io.danmaku.room.moderation;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.token.Claims;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomBounds;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.room.Sweep;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;

/**
 * Gives and takes roles in rooms. They hold beside those of tokens: the higher one counts. Somebody gives and takes only what is below
 * the own role, an owner also that of an owner.
 */
public final class Roles {
    /** How long a role that was taken stays in the topic: see {@link Grant}. */
    private static final long TAKEN_KEPT_MS = 24 * 3_600_000L;

    private static final long FULL_RETRY_MS = 10_000;

    private final StateGroups groups;
    private final RoomBounds bounds;
    private final Sweep<Grant> outdated;

    public Roles(StateGroups groups, RoomBounds bounds) {
        this.groups = groups;
        this.bounds = bounds;
        outdated = new Sweep<>(
                groups,
                (table, nowMs, limit) -> table.takenBefore(nowMs - TAKEN_KEPT_MS, limit),
                grant -> StateKeys.grant(grant.room(), grant.user()));
    }

    /** What somebody is in a room, as this instance has read it. */
    public Role of(Claims claims, RoomKey key) {
        return of(groups.table(key), claims, key);
    }

    static Role of(RoomTable table, Claims claims, RoomKey key) {
        return claims.roleIn(key.room()).or(granted(table, key, claims.user()));
    }

    /** The role that a user has in a room as its owner or because it was given; {@code VIEWER} when none was, or there is no such room. */
    static Role granted(RoomTable table, RoomKey key, String user) {
        RoomState room = table.room(key);
        if (room != null && room.owner().equals(user)) {
            return Role.OWNER;
        }
        Grant grant = room == null ? null : table.grant(room, user);
        return grant == null ? Role.VIEWER : grant.role();
    }

    /** @param role {@code VIEWER} takes what the user has */
    public Future<Result<Grant>> give(RoomKey key, String user, Role role, Actor by) {
        return groups.change(key, (table, nowMs) -> {
            RoomState room = table.room(key);
            Refusal refusal = Rooms.openOr(key, room);
            if (refusal != null) {
                return StateChange.<Grant>refuse(refusal);
            }
            Role own = of(table, by.claims(), key);
            Role present = granted(table, key, user);
            if (!own.may(Permission.APPOINT) || !own.governs(role) || !own.governs(present)) {
                return StateChange.<Grant>refuse(
                        ErrorCode.FORBIDDEN, "a role is given and taken by who has a higher one");
            }
            Grant grant = new Grant(key, room.epoch(), user, role, by.user(), nowMs);
            if (present == role) {
                return StateChange.nothing(grant);
            }
            if (table.grant(room, user) == null && table.grants(key).size() >= bounds.grantsPerRoomMax()) {
                return StateChange.<Grant>refuse(Refusal.retry(
                        ErrorCode.BUSY, "a room keeps at most " + bounds.grantsPerRoomMax() + " roles", FULL_RETRY_MS));
            }
            return StateChange.write(
                    grant,
                    StateChange.Write.put(
                            by.act(role == Role.VIEWER ? "role.taken" : "role.given", key, user, ""),
                            StateKeys.grant(key, user),
                            grant));
        });
    }

    /** Roles that were given and not taken, by user, with users after {@code afterUser} (null = from the first). */
    public Result<List<Grant>> list(RoomKey key, String afterUser, int limit) {
        Result<RoomState> room = groups.read(key);
        if (room.isRefused()) {
            return Result.refused(room.refusal());
        }
        return Result.of(groups.table(key).grants(key).stream()
                .filter(grant -> grant.role() != Role.VIEWER)
                .filter(grant -> grant.epoch().equals(room.value().epoch()))
                .filter(grant -> afterUser == null || grant.user().compareTo(afterUser) > 0)
                .sorted(Comparator.comparing(Grant::user))
                .limit(limit)
                .toList());
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }
}
