package io.danmaku.room.room;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;

/**
 * Removes records that are of no more use from all groups that are active here: all there are, a bounded number a turn, so that other changes
 * come in between. On the state context.
 */
public final class Sweep<T> {
    /** Records removed in one turn. */
    private static final int TURN_MAX = 100;

    private final StateGroups groups;
    private final Useless<T> useless;
    private final Function<T, String> key;
    private Future<?> running = Future.succeededFuture();

    /** Finds what is of no more use. */
    @FunctionalInterface
    public interface Useless<T> {
        /** Up to {@code limit} records of the table. */
        List<T> find(RoomTable table, long nowMs, int limit);
    }

    /** @param key the state key of a record */
    public Sweep(StateGroups groups, Useless<T> useless, Function<T, String> key) {
        this.groups = groups;
        this.useless = useless;
        this.key = key;
    }

    /** Begins, unless it has not come to its end yet. */
    public void run() {
        if (!running.isComplete()) {
            return;
        }
        running = groups.sweepActive((table, nowMs) -> {
            List<T> found = useless.find(table, nowMs, TURN_MAX);
            return StateChange.write(
                    found.size() == TURN_MAX,
                    found.stream()
                            .map(record -> StateChange.Write.delete(key.apply(record)))
                            .toArray(StateChange.Write[]::new));
        });
    }
}
