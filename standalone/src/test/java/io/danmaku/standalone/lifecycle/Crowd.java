package io.danmaku.standalone.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** Many viewers of one room. Each keeps account of every offset, and of when it was lost and came back. */
final class Crowd implements AutoCloseable {
    private static final Duration JOIN_MAX = Duration.ofSeconds(60);

    /** One of them. Its client checks that frames follow on one another; here it is counted what they hold. */
    private static final class Member implements HubListener {
        private final List<String> problems = new ArrayList<>();
        private HubClient client;
        private URI edge;
        private long head = -1;
        private long covered;
        private long newest;
        private long accounted;
        private int connects;
        private long lostNs;
        private long backNs;

        @Override
        public synchronized void connected(URI to, JsonNode auth) {
            edge = to;
            if (++connects == 2) {
                backNs = System.nanoTime();
            }
        }

        @Override
        public synchronized void disconnected(URI from, String why) {
            if (connects == 1 && lostNs == 0) {
                lostNs = System.nanoTime();
            }
        }

        @Override
        public synchronized void joined(String room, JsonNode ok) {
            if (head < 0) {
                head = ok.get("head").asLong();
                covered = head;
            }
        }

        @Override
        public synchronized void batch(String room, JsonNode batch) {
            for (JsonNode event : batch.get("events")) {
                long offset = event.get("o").asLong();
                if (offset <= newest) {
                    problems.add(offset + " after " + newest);
                }
                newest = offset;
                accounted++;
            }
            batch.path("skipped").properties().forEach(reason -> {
                if (!"repeat".equals(reason.getKey())) {
                    problems.add("skipped: " + reason);
                }
                accounted += reason.getValue().asLong();
            });
            covered = batch.get("to").asLong();
        }

        @Override
        public synchronized void gap(String room, long from, long to, String reason) {
            problems.add("gap " + from + ".." + to);
        }

        @Override
        public synchronized void violated(String room, String what) {
            problems.add(what);
        }

        @Override
        public synchronized void left(String room, String reason) {
            problems.add("left: " + reason);
        }

        private synchronized long covered() {
            return covered;
        }

        /** What is wrong if it should have been told of all offsets up to this one, each once. */
        private synchronized List<String> wrong(long last) {
            List<String> wrong = new ArrayList<>(problems);
            if (covered < last || accounted != covered - head) {
                wrong.add(head + " to " + covered + " of " + last + ", told of " + accounted);
            }
            return wrong;
        }
    }

    private final List<Member> members;

    /** Connects so many to the first of the edges and joins the room, which an edge knows already. */
    Crowd(Clients clients, TestHub hub, String room, int size, List<URI> edges) {
        members = IntStream.range(0, size).mapToObj(i -> new Member()).toList();
        List<CompletableFuture<Answer>> joins = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String token = hub.token("crowd-" + i);
            Member member = members.get(i);
            member.client = clients.open(ClientOptions.of(edges, () -> token), member);
            joins.add(member.client.join(room));
        }
        for (CompletableFuture<Answer> join : joins) {
            Answer answer =
                    join.orTimeout(JOIN_MAX.toSeconds(), TimeUnit.SECONDS).join();
            if (!answer.acknowledged()) {
                throw new AssertionError("cannot join: " + answer);
            }
        }
    }

    int size() {
        return members.size();
    }

    /** Waits until each has been told of every offset up to this one, and fails unless it was once, and in order. */
    void assertToldOnce(long last, Duration atMost) {
        Eventually.await(
                atMost,
                "everybody is told up to " + last,
                () -> members.stream().allMatch(member -> member.covered() >= last));
        for (Member member : members) {
            List<String> wrong = member.wrong(last);
            if (!wrong.isEmpty()) {
                throw new AssertionError(wrong.toString());
            }
        }
    }

    /** When each lost its connection the first time, in milliseconds since then, in order; who did not is left out. */
    List<Long> lostMs(long sinceNs) {
        return times(member -> member.lostNs, sinceNs);
    }

    /** When each was connected again, in milliseconds since then, in order; who was not is left out. */
    List<Long> backMs(long sinceNs) {
        return times(member -> member.backNs, sinceNs);
    }

    private List<Long> times(ToLongFunction<Member> time, long sinceNs) {
        List<Long> times = new ArrayList<>();
        for (Member member : members) {
            synchronized (member) {
                if (time.applyAsLong(member) != 0) {
                    times.add(TimeUnit.NANOSECONDS.toMillis(time.applyAsLong(member) - sinceNs));
                }
            }
        }
        return times.stream().sorted().toList();
    }

    /** How many are at this edge, or were there last. */
    long at(URI edge) {
        return members.stream()
                .filter(member -> {
                    synchronized (member) {
                        return edge.equals(member.edge);
                    }
                })
                .count();
    }

    @Override
    public void close() {
        members.forEach(member -> member.client.close());
    }
}
