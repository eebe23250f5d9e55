package io.danmaku.bench.fanout;

import io.danmaku.standalone.supervise.UpRecord;
import java.net.URI;
import java.util.List;

/**
 * The hub that is measured.
 *
 * @param watched edge that all viewers are on
 * @param watchedPid its process
 * @param published edge that publishers send through
 */
public record Hub(URI watched, long watchedPid, URI published) {

    /**
     * Viewers on the first edge, publishers on the last.
     *
     * @param edges to use in place of the hub's own order; empty: all that it has
     * @throws IllegalArgumentException when one of them is no edge of this hub
     */
    public static Hub of(UpRecord up, List<URI> edges) {
        List<URI> used = edges.isEmpty() ? up.edges() : edges;
        for (URI edge : used) {
            if (!up.edges().contains(edge)) {
                throw new IllegalArgumentException(edge + " is no edge of this hub, only " + up.edges());
            }
        }
        URI watched = used.get(0);
        long pid = up.parts().stream()
                .filter(part ->
                        part.name().startsWith("edge-") && part.ports().getOrDefault("http", 0) == watched.getPort())
                .mapToLong(UpRecord.PartRecord::pid)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the hub did not start " + watched + " itself"));
        return new Hub(watched, pid, used.get(used.size() - 1));
    }

    /** Whether viewers and publishers are on one edge. */
    public boolean allInOne() {
        return watched.equals(published);
    }
}
