package io.danmaku.room.room;

import io.danmaku.node.http.Bearer;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.room.room.StateChange.Decision;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.pulsar.client.api.PulsarClient;

/** All groups of rooms. On the state context, except where it says otherwise. */
public final class StateGroups implements Bearer.Keys {
    private final Vertx vertx;
    private final Context context;
    private final Owner self;
    private final StateBounds bounds;
    private final OwnerWatch watch;
    private final Instances instances;
    private final Clock clock;
    private final List<StateGroup> groups = new ArrayList<>(Topics.STATE_GROUPS);
    /** Copies for other threads, refreshed by every tick. */
    private volatile int served;

    private volatile int active;
    private volatile int rooms;
    private volatile int sanctions;
    private volatile int grants;
    private volatile int deletions;
    private volatile int posted;
    private volatile int reports;
    private Consumer<RoomTable> claimed = table -> {};
    private long timer = -1;

    public StateGroups(
            Vertx vertx,
            Context context,
            PulsarClient client,
            HttpClient looks,
            Owner self,
            Instances instances,
            StateBounds bounds,
            MeterRegistry registry,
            Clock clock) {
        this.vertx = vertx;
        this.context = context;
        this.self = self;
        this.instances = instances;
        this.bounds = bounds;
        this.clock = clock;
        // a look that fails is over when the next tick asks
        watch = new OwnerWatch(looks, bounds.watchIntervalMs() * 3 / 4);
        StateMeters meters = new StateMeters(registry);
        for (int i = 0; i < Topics.STATE_GROUPS; i++) {
            groups.add(new StateGroup(
                    vertx,
                    context,
                    client,
                    Topics.state(i),
                    self,
                    bounds,
                    meters,
                    clock,
                    table -> claimed.accept(table)));
        }
        registry.gauge("danmaku.state.groups.active", this, g -> g.active);
        registry.gauge("danmaku.rooms", this, g -> g.rooms);
        registry.gauge("danmaku.sanctions", this, g -> g.sanctions);
        registry.gauge("danmaku.roles", this, g -> g.grants);
        registry.gauge("danmaku.deletions", this, g -> g.deletions);
        registry.gauge("danmaku.posted", this, g -> g.posted);
        registry.gauge("danmaku.reports", this, g -> g.reports);
    }

    /** Who is told when a group is decided here from now on, with its table; before {@link #start}. */
    void whenClaimed(Consumer<RoomTable> told) {
        claimed = told;
    }

    /** Starts to ask for all groups; from any thread. */
    public void start() {
        context.runOnContext(v -> {
            tick();
            timer = vertx.setPeriodic(bounds.watchIntervalMs(), t -> tick());
        });
    }

    private void tick() {
        instances.tick(watch, clock.millis());
        Set<Owner> others = new HashSet<>(instances.others());
        for (StateGroup group : groups) {
            group.tick(watch);
            if (group.otherOwner() != null) {
                others.add(group.otherOwner());
            }
        }
        watch.look(others);
        served = (int) groups.stream().filter(StateGroup::isServed).count();
        active = (int) groups.stream().filter(StateGroup::isActive).count();
        rooms = groups.stream().mapToInt(g -> g.table().roomCount()).sum();
        sanctions = groups.stream().mapToInt(g -> g.table().sanctions().count()).sum();
        grants = groups.stream().mapToInt(g -> g.table().grantCount()).sum();
        deletions = groups.stream().mapToInt(g -> g.table().deletionCount()).sum();
        posted = groups.stream().mapToInt(g -> g.table().events().postedCount()).sum();
        reports = groups.stream().mapToInt(g -> g.table().reports().count()).sum();
    }

    /** Whether every group has somebody who decides, as of the last tick; from any thread. */
    public boolean areServed() {
        return served == groups.size();
    }

    /** This instance, as it tells the others. */
    public Owner self() {
        return self;
    }

    public boolean isActive(RoomKey room) {
        return group(room).isActive();
    }

    /** The other instance that decides for a room, or null while none is known. */
    public Owner otherOwner(RoomKey room) {
        return group(room).otherOwner();
    }

    /** Whether an instance is silent for so long that its groups are taken from it. */
    public boolean isHung(Owner owner) {
        return watch.isHung(owner);
    }

    /** The owner of this room's group does not answer. */
    public void suspectOwner(RoomKey room) {
        group(room).suspectOwner();
    }

    /** What this instance read of the room's group; complete only while it is active for it. */
    public RoomTable table(RoomKey room) {
        return group(room).table();
    }

    /**
     * What this instance has read of the room's group when that is all that the topic had when this was asked, whoever decides for it. Fails when
     * the topic is not read here at the moment; bound it by a time.
     */
    public Future<RoomTable> upToDate(RoomKey room) {
        return group(room).upToDate();
    }

    /** The stream that runs in a room as this instance has read it, {@link LiveStream#NONE}, or null while that is not known; from any thread. */
    public LiveStream live(RoomKey room) {
        return group(room).live(room);
    }

    /** A room, open or closed, as this instance has read it. */
    public Result<RoomState> read(RoomKey key) {
        RoomState room = table(key).room(key);
        if (room != null) {
            return Result.of(room);
        }
        return isActive(key)
                ? Result.refused(Rooms.noRoom(key))
                : Result.unavailable("nobody decides for this room at the moment, and it is not known here");
    }

    @Override
    public ApiKey key(String id) {
        for (StateGroup group : groups) {
            ApiKey key = group.table().apiKeys().byId(id);
            if (key != null) {
                return key;
            }
        }
        return null;
    }

    @Override
    public boolean knowsAllKeys() {
        return groups.stream().allMatch(StateGroup::isRead);
    }

    /** Decides on a room's group when its turn comes. The future never fails. */
    public <T> Future<Result<T>> change(RoomKey room, Decision<T> decision) {
        return group(room).change(decision);
    }

    /** Decides the same on every group that is active here. */
    public <T> void changeActive(Decision<T> decision) {
        for (StateGroup group : groups) {
            if (group.isActive()) {
                group.change(decision);
            }
        }
    }

    /**
     * Decides the same on every group that is active here, a slice a turn, so that other changes come in between.
     *
     * @param slice answers whether there may be more
     * @return completes when there is no more, or no turn for it; never fails
     */
    public Future<?> sweepActive(Decision<Boolean> slice) {
        return Future.join(groups.stream()
                .filter(StateGroup::isActive)
                .map(group -> sweep(group, slice))
                .toList());
    }

    private static Future<Void> sweep(StateGroup group, Decision<Boolean> slice) {
        return group.change(slice)
                .compose(result ->
                        !result.isRefused() && result.value() ? sweep(group, slice) : Future.<Void>succeededFuture());
    }

    /** Those of the rooms that are decided here which are not at rest on their ladder against raids. */
    public List<RoomState> raided() {
        return groups.stream()
                .filter(StateGroup::isActive)
                .flatMap(group -> group.table().raided().stream())
                .toList();
    }

    int roomCount() {
        return groups.stream().mapToInt(g -> g.table().roomCount()).sum();
    }

    int roomCount(String tenant) {
        return groups.stream().mapToInt(g -> g.table().roomCount(tenant)).sum();
    }

    /** Sanctions kept of a tenant, of rooms and for all rooms of owners, as far as this instance has read them. */
    public int sanctionCount(String tenant) {
        return groups.stream()
                .mapToInt(g -> g.table().sanctions().count(tenant))
                .sum();
    }

    /** Words of all lists kept of a tenant, as far as this instance has read them: see {@link WordTable#words}. */
    public int wordCount(String tenant) {
        return groups.stream().mapToInt(g -> g.table().words().words(tenant)).sum();
    }

    /** A page of those of a tenant's rooms that are wanted, by id: on a standby some milliseconds old, but never a part of them. */
    Result<List<RoomState>> rooms(String tenant, String afterId, int limit, Predicate<RoomState> wanted) {
        if (!knowsAllKeys()) {
            return Result.unavailable("not all rooms are read here yet");
        }
        List<RoomState> all = new ArrayList<>();
        for (StateGroup group : groups) {
            all.addAll(group.table().rooms(tenant, afterId, limit, wanted));
        }
        all.sort(Comparator.comparing(room -> room.key().room()));
        return Result.of(List.copyOf(all.subList(0, Math.min(limit, all.size()))));
    }

    /** Whether an owner has a room, open or closed; refused while not all rooms are read here. */
    public Result<Boolean> hasRoomOf(RoomKey owned) {
        return groups.stream().allMatch(StateGroup::isRead)
                ? Result.of(groups.stream().anyMatch(group -> group.table().hasRoomOf(owned)))
                : Result.unavailable("not all rooms are read here yet");
    }

    /** The table of a place that is no room, as this instance has read it; refused while it may lack something. */
    public Result<RoomTable> readTable(RoomKey place) {
        return group(place).isRead()
                ? Result.of(table(place))
                : Result.unavailable("nobody decides for this at the moment, and it is not known here");
    }

    private StateGroup group(RoomKey room) {
        return groups.get(Topics.stateGroup(room));
    }

    /** Gives all groups up in order; from any thread. */
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        context.runOnContext(v -> {
            vertx.cancelTimer(timer);
            Future.join(groups.stream().map(StateGroup::close).toList())
                    .<Void>mapEmpty()
                    .onComplete(closed);
        });
        return closed.future();
    }
}
