package io.danmaku.bench.fanout;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * The hub that is measured.
 *
 * @param edges in use; all viewers are on the first, publishers send through the last
 * @param watchedPid process of the first
 */
public record Hub(List<URI> edges, long watchedPid) {
    public Hub {
        edges = List.copyOf(edges);
    }

    /**
     * The hub that runs on the folder now.
     *
     * @throws IOException when none does
     */
    static Hub running(DataFolder folder, List<URI> edges) throws IOException {
        UpRecord up = UpFile.running(folder).orElseThrow(() -> new IOException("no hub runs on " + folder.root()));
        return of(up, edges);
    }

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
        return new Hub(used, part(up, used.get(0)).pid());
    }

    /** What the record says of an edge. */
    static UpRecord.PartRecord part(UpRecord up, URI edge) {
        return up.parts().stream()
                .filter(part ->
                        part.name().startsWith("edge-") && part.ports().getOrDefault("http", 0) == edge.getPort())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the hub did not start " + edge + " itself"));
    }

    public URI watched() {
        return edges.get(0);
    }

    public URI published() {
        return edges.get(edges.size() - 1);
    }

    /** Of all edges in use, {@code host:port}. */
    List<String> addresses() {
        return edges.stream().map(edge -> edge.getHost() + ":" + edge.getPort()).toList();
    }

    /** Whether viewers and publishers are on one edge. */
    public boolean allInOne() {
        return watched().equals(published());
    }
}
