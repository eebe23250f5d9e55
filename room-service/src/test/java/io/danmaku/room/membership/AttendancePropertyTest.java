package io.danmaku.room.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.Membership.Kind;
import io.danmaku.protocol.log.MembershipRequest;
import io.danmaku.protocol.log.RoomStats;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.LiveStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever gets lost, and whoever starts to count when: once the edges have answered, the numbers are theirs. */
class AttendancePropertyTest {
    private static final int EDGES = 3;
    private static final int ROOMS = 2;
    private static final MembershipBounds BOUNDS = new MembershipBounds(8, 1_000, 1_000, 2_000, 3_600_000, 10_000);
    private static final String TICK = Attendance.TICK_PREFIX + "me";

    /**
     * @param what a join, a leave, either of them lost, a kill of the edge, answered requests, or a take-over
     */
    record Step(int edge, int room, int user, int what) {}

    /** An edge as it should be: numbers its records and knows its users' connections. */
    private static final class ModelEdge {
        String name;
        final Map<RoomKey, Map<String, Integer>> connections = new HashMap<>();
        final Map<RoomKey, Long> numbers = new HashMap<>();

        Membership record(Kind kind, RoomKey room, List<String> joined, List<String> left) {
            long n = numbers.merge(room, 1L, Long::sum);
            return new Membership(name, kind, room, n, viewers(room), joined, left, 0);
        }

        Map<String, Integer> in(RoomKey room) {
            return connections.computeIfAbsent(room, r -> new HashMap<>());
        }

        int viewers(RoomKey room) {
            return in(room).values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private final List<ModelEdge> edges = new ArrayList<>();
    private Attendance attendance;
    private int incarnations;
    private long nowMs;

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, EDGES - 1),
                        Arbitraries.integers().between(0, ROOMS - 1),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.frequency(
                                Tuple.of(8, 0),
                                Tuple.of(8, 1),
                                Tuple.of(2, 2),
                                Tuple.of(1, 3),
                                Tuple.of(1, 4),
                                Tuple.of(2, 5),
                                Tuple.of(2, 6)))
                .as(Step::new)
                .list()
                .ofMaxSize(80);
    }

    @Property(tries = 400)
    void theNumbersBecomeThoseOfTheEdges(@ForAll("steps") List<Step> steps) {
        edges.clear();
        incarnations = 0;
        nowMs = 1_795_000_000_000L;
        takeOver();
        for (int i = 0; i < EDGES; i++) {
            edges.add(new ModelEdge());
            edges.get(i).name = "e" + incarnations++;
        }
        steps.forEach(this::step);
        // a loss shows with the next record of the same edge and room
        edges.forEach(edge ->
                edge.connections.keySet().forEach(r -> on(edge.record(Kind.DELTA, r, List.of(), List.of()))));
        for (int second = 0; second < 6; second++) {
            nowMs += 1_000;
            on(Membership.lease(TICK));
            edges.forEach(edge -> on(Membership.lease(edge.name)));
            attendance.sweep();
            attendance.requests(100).forEach(this::answer);
        }
        for (int r = 0; r < ROOMS; r++) {
            RoomKey room = room(r);
            Set<String> users = new HashSet<>();
            int online = 0;
            for (ModelEdge edge : edges) {
                users.addAll(edge.in(room).keySet());
                online += edge.viewers(room);
            }
            RoomStats stats = attendance.stats(room);
            assertEquals(online, stats == null ? 0 : stats.online(), "online in " + room);
            assertEquals(users.size(), stats == null ? 0 : stats.users(), "users in " + room);
        }
    }

    private void takeOver() {
        Set<String> former = attendance == null ? null : Set.copyOf(attendance.watchedEdges());
        attendance = new Attendance(
                TICK,
                BOUNDS,
                new Attendance.Watcher() {
                    @Override
                    public void hole() {}

                    @Override
                    public void died(String edge) {}

                    @Override
                    public void dropped(String why) {}
                },
                List.of(),
                former,
                room -> LiveStream.NONE);
    }

    private void step(Step step) {
        ModelEdge edge = edges.get(step.edge());
        RoomKey room = room(step.room());
        String user = "u" + step.user();
        nowMs += 10;
        switch (step.what()) {
            case 0, 2 -> {
                boolean first = edge.in(room).merge(user, 1, Integer::sum) == 1;
                Membership record = edge.record(Kind.DELTA, room, first ? List.of(user) : List.of(), List.of());
                if (step.what() == 0) {
                    on(record);
                }
            }
            case 1, 5 -> {
                if (edge.in(room).containsKey(user)) {
                    edge.in(room).computeIfPresent(user, (u, n) -> n == 1 ? null : n - 1);
                    boolean gone = !edge.in(room).containsKey(user);
                    Membership record = edge.record(Kind.DELTA, room, List.of(), gone ? List.of(user) : List.of());
                    if (step.what() == 1) {
                        on(record);
                    }
                }
            }
            case 3 -> {
                // killed: a new incarnation without viewers; the old one dies by its lease
                ModelEdge fresh = new ModelEdge();
                fresh.name = "e" + incarnations++;
                edges.set(step.edge(), fresh);
            }
            case 6 -> attendance.requests(100).forEach(this::answer);
            default -> takeOver();
        }
    }

    private void answer(MembershipRequest request) {
        for (ModelEdge edge : edges) {
            if (request.isFor(edge.name)) {
                for (int r = 0; r < ROOMS; r++) {
                    RoomKey room = room(r);
                    boolean named = room.equals(request.room());
                    if (named || (request.room() == null && edge.viewers(room) > 0)) {
                        on(edge.record(
                                Kind.SNAPSHOT, room, List.copyOf(edge.in(room).keySet()), List.of()));
                    }
                }
            }
        }
    }

    private void on(Membership record) {
        attendance.on(record, nowMs);
    }

    private static RoomKey room(int number) {
        return new RoomKey("default", "r" + number);
    }
}
