package io.danmaku.edge.audience;

import io.danmaku.edge.tail.Batch;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where a viewer finds what has left the tail: the boundary to the log. */
public interface CatchUp {

    /**
     * Reads the next stretch of a room's log, shared with all who need it.
     *
     * @param from first offset wanted
     * @param tailFirst first offset that the tail has: nothing from there on is wanted
     * @return batches without holes between them, the first of which covers {@code from} (what is no longer kept: as a
     *     gap), each retained for the caller; fails when too many read at a time or the log is away: try again later
     */
    CompletionStage<List<Batch>> read(long from, long tailFirst);
}
