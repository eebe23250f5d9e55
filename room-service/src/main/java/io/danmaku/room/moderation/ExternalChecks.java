package io.danmaku.room.moderation;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.room.Sweep;
import io.vertx.core.Future;

/** Keeps which service of a tenant's own edges ask about chats, one for a tenant. On the state context. */
public final class ExternalChecks {
    /** How long one that was removed stays in the topic: see {@link ExternalCheck}. */
    private static final long REMOVED_KEPT_MS = 600_000;

    private final StateGroups groups;
    private final Sweep<ExternalCheck> outdated;

    public ExternalChecks(StateGroups groups) {
        this.groups = groups;
        outdated = new Sweep<>(
                groups,
                (table, nowMs, limit) -> table.hooks().removedChecks(nowMs - REMOVED_KEPT_MS, limit),
                check -> StateKeys.check(check.tenant()));
    }

    /** Puts a service in the place of the one before. */
    public Future<Result<ExternalCheck>> put(String tenant, CheckForm.Wanted wanted, Actor by) {
        return groups.change(
                RoomKey.ofTenant(tenant),
                (table, nowMs) -> write(
                        "check.set",
                        new ExternalCheck(
                                tenant,
                                wanted.url(),
                                wanted.secret(),
                                wanted.timeoutMs(),
                                wanted.whenDown(),
                                by.user(),
                                nowMs),
                        by));
    }

    /** Removes it; {@code not_found} when there is none. */
    public Future<Result<ExternalCheck>> remove(String tenant, Actor by) {
        return groups.change(RoomKey.ofTenant(tenant), (table, nowMs) -> {
            ExternalCheck check = table.hooks().check(tenant);
            return check == null
                    ? StateChange.<ExternalCheck>refuse(none())
                    : write(
                            "check.removed",
                            new ExternalCheck(tenant, "", "", check.timeoutMs(), check.whenDown(), by.user(), nowMs),
                            by);
        });
    }

    private static StateChange<ExternalCheck> write(String action, ExternalCheck check, Actor by) {
        return StateChange.write(
                check,
                StateChange.Write.put(
                        by.act(action, RoomKey.ofTenant(check.tenant()), "", ""),
                        StateKeys.check(check.tenant()),
                        check));
    }

    /** The service in force, as this instance has read it. */
    public Result<ExternalCheck> read(String tenant) {
        Result<RoomTable> known = groups.readTable(RoomKey.ofTenant(tenant));
        if (known.isRefused()) {
            return Result.refused(known.refusal());
        }
        ExternalCheck check = known.value().hooks().check(tenant);
        return check == null ? Result.refused(none()) : Result.of(check);
    }

    private static Refusal none() {
        return Refusal.of(ErrorCode.NOT_FOUND, "no service is asked about chats");
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }
}
