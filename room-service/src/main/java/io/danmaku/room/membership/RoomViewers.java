package io.danmaku.room.membership;

import io.danmaku.protocol.log.Mark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Answers who is in a room, from what edges said of it. */
final class RoomViewers {
    /** A room of more users is not listed: a sample of it is told. */
    static final int LISTED_MAX = 1_000;

    static final int SAMPLE_MAX = 200;
    static final int TOP_MAX = 20;
    /** How long a sample is told again: making it looks at all who are there. */
    private static final long SAMPLE_MS = 2_000;

    private final RoomAttendance room;
    private final Collection<EdgeRoom> edges;

    RoomViewers(RoomAttendance room, Collection<EdgeRoom> edges) {
        this.room = room;
        this.edges = edges;
    }

    /**
     * A page of the users by id, or of a sample of them.
     *
     * @param after null = from the first
     * @param limit at most {@link #SAMPLE_MAX}
     */
    ViewerPage page(String after, int limit, long nowMs) {
        boolean listed = room.users().users() <= LISTED_MAX
                && !room.users().isEstimated()
                && edges.stream().noneMatch(edge -> edge.uncounted);
        if (!listed) {
            if (room.sample == null || nowMs - room.sampledAtMs >= SAMPLE_MS) {
                room.sample = sample();
                room.sampledAtMs = nowMs;
            }
            List<Viewer> all = room.sample.viewers();
            return new ViewerPage(all.subList(0, Math.min(limit, all.size())), true, room.sample.top(), null);
        }
        TreeSet<String> ids = new TreeSet<>();
        edges.forEach(edge -> ids.addAll(edge.users().keySet()));
        List<Viewer> page = new ArrayList<>();
        for (String user : after == null ? ids : ids.tailSet(after, false)) {
            if (page.size() == limit) {
                return new ViewerPage(
                        page, false, List.of(), page.get(limit - 1).user());
            }
            page.add(find(user));
        }
        return new ViewerPage(page, false, List.of(), null);
    }

    private ViewerPage sample() {
        List<Viewer> some = new ArrayList<>();
        for (String user : room.users().remembered()) {
            if (some.size() == SAMPLE_MAX) {
                break;
            }
            some.add(find(user));
        }
        return new ViewerPage(some, true, top(), null);
    }

    private List<Viewer> top() {
        TreeSet<Viewer> best = new TreeSet<>(Viewer.RANK);
        for (EdgeRoom edge : edges) {
            for (Map.Entry<String, Mark> one : edge.users().entrySet()) {
                Viewer viewer = viewer(one.getKey(), one.getValue());
                if (best.size() < TOP_MAX || Viewer.RANK.compare(viewer, best.last()) < 0) {
                    best.add(viewer);
                    if (best.size() > TOP_MAX) {
                        best.pollLast();
                    }
                }
            }
        }
        Set<String> told = new HashSet<>();
        return best.stream().map(Viewer::user).filter(told::add).map(this::find).toList();
    }

    /** A user who is here, or null. */
    Viewer find(String user) {
        Viewer found = null;
        for (EdgeRoom edge : edges) {
            Mark mark = edge.users().get(user);
            if (mark != null) {
                Viewer here = viewer(user, mark);
                found = found == null
                        ? here
                        : new Viewer(
                                user,
                                found.role().or(here.role()),
                                Math.max(found.level(), here.level()),
                                here.kind(),
                                found.connections() + here.connections());
            }
        }
        return found;
    }

    private static Viewer viewer(String user, Mark mark) {
        return new Viewer(user, mark.role(), mark.level(), mark.kind(), mark.connections());
    }
}
