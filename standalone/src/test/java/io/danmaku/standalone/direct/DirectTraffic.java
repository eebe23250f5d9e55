package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.hub.Eventually;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * Many senders at once, each of which sends its messages one after another and asks again with the same cid until it is
 * acknowledged, as a good client does; and the check of what must be there afterwards.
 */
final class DirectTraffic implements AutoCloseable {
    private static final Duration ONE_MESSAGE_MAX = Duration.ofMinutes(2);
    private static final Duration ALL_MAX = Duration.ofMinutes(5);
    private static final Duration MARKED_MAX = Duration.ofSeconds(30);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int ASK_TWICE_EACH = 7;

    private final List<DirectClient> users = new ArrayList<>();
    private final int messagesEach;
    private final List<URI> instances;
    private volatile long pauseBetweenNs;
    private final ExecutorService senders;
    private final List<Future<?>> running = new ArrayList<>();
    /** Answers by sender and cid. */
    private final Map<String, JsonNode> acknowledged = new ConcurrentHashMap<>();

    private final AtomicInteger askedAgain = new AtomicInteger();
    /** By sender and recipient: how many are acknowledged. */
    private final Map<String, Integer> acknowledgedByPair = new ConcurrentHashMap<>();

    private final AtomicLong longestWaitNs = new AtomicLong();

    /** @param instances where requests go, in turn; every user writes to every other one */
    DirectTraffic(String name, int userCount, int messagesEach, List<URI> instances) {
        for (int i = 0; i < userCount; i++) {
            users.add(new DirectClient(name + "-" + i));
        }
        this.messagesEach = messagesEach;
        this.instances = new CopyOnWriteArrayList<>(instances);
        senders = Executors.newFixedThreadPool(userCount * (userCount - 1));
    }

    /** Each sender waits so long between two messages, until {@link #hurry}. */
    DirectTraffic slowly(Duration pauseBetween) {
        pauseBetweenNs = pauseBetween.toNanos();
        return this;
    }

    void hurry() {
        pauseBetweenNs = 0;
    }

    /** Requests go to this one too from now on. */
    void alsoTo(URI instance) {
        instances.add(instance);
    }

    DirectTraffic start() {
        for (DirectClient from : users) {
            for (DirectClient to : users) {
                if (from != to) {
                    acknowledgedByPair.put(pair(from, to), 0);
                    running.add(senders.submit(() -> sendAll(from, to)));
                }
            }
        }
        return this;
    }

    private Void sendAll(DirectClient from, DirectClient to) throws InterruptedException {
        for (int i = 0; i < messagesEach; i++) {
            String cid = "m" + i;
            long beganNs = System.nanoTime();
            JsonNode first = sendUntilAcknowledged(from, to, cid, i);
            longestWaitNs.accumulateAndGet(System.nanoTime() - beganNs, Math::max);
            acknowledged.put(pair(from, to) + " " + cid, first);
            acknowledgedByPair.merge(pair(from, to), 1, Integer::sum);
            if (i % ASK_TWICE_EACH == 0) { // somebody whose answer got lost
                assertEquals(first, sendUntilAcknowledged(from, to, cid, i + 1), "a repeat has the first answer");
            }
            LockSupport.parkNanos(pauseBetweenNs);
        }
        return null;
    }

    private JsonNode sendUntilAcknowledged(DirectClient from, DirectClient to, String cid, int turn)
            throws InterruptedException {
        long until = System.nanoTime() + ONE_MESSAGE_MAX.toNanos();
        String last = "";
        for (int attempt = turn; System.nanoTime() < until; attempt++) {
            try {
                URI at = instances.get(attempt % instances.size());
                DirectClient.Answer answer = from.send(at, to.user(), cid, text(from, to, cid));
                if (answer.status() == 201) {
                    return answer.body();
                }
                if (answer.status() < 500) {
                    throw new AssertionError("refused: " + answer);
                }
                last = answer.toString();
            } catch (IOException away) {
                last = away.toString();
            }
            askedAgain.incrementAndGet();
            LockSupport.parkNanos(PAUSE_NS);
        }
        throw new AssertionError("never acknowledged: " + last);
    }

    private static String pair(DirectClient from, DirectClient to) {
        return from.user() + " " + to.user();
    }

    private static String text(DirectClient from, DirectClient to, String cid) {
        return from.user() + " to " + to.user() + " " + cid;
    }

    int acknowledged() {
        return acknowledged.size();
    }

    /** How often a request failed and was sent again. */
    int askedAgain() {
        return askedAgain.get();
    }

    /** How long the unluckiest message waited from its first request until it was acknowledged. */
    Duration longestWait() {
        return Duration.ofNanos(longestWaitNs.get());
    }

    /**
     * Waits until each sender has sent a message to each recipient from now on and it is acknowledged, where it is not through. The first one
     * that is acknowledged may have been on its way.
     */
    void awaitAllGoOn(Duration atMost) {
        Map<String, Integer> before = Map.copyOf(acknowledgedByPair);
        Eventually.await(
                atMost,
                "all senders go on",
                () -> failure() != null
                        || before.entrySet().stream()
                                .allMatch(pair -> acknowledgedByPair.get(pair.getKey())
                                        >= Math.min(messagesEach, pair.getValue() + 2)));
        Throwable failed = failure();
        if (failed != null) {
            throw new AssertionError(failed);
        }
    }

    int total() {
        return users.size() * (users.size() - 1) * messagesEach;
    }

    void awaitAcknowledged(double share) {
        Eventually.await(
                ALL_MAX, "acknowledged: " + share, () -> failure() != null || acknowledged() >= share * total());
        Throwable failed = failure();
        if (failed != null) {
            throw new AssertionError(failed);
        }
    }

    private Throwable failure() {
        for (Future<?> sender : running) {
            if (sender.isDone()) {
                try {
                    sender.get();
                } catch (Exception failed) {
                    return failed;
                }
            }
        }
        return null;
    }

    /** Everything acknowledged is there once, in both indexes, without a gap, in sync and in the unread counts. */
    void check(URI at) throws IOException, InterruptedException {
        assertEquals(total(), acknowledged());
        for (int a = 0; a < users.size(); a++) {
            for (int b = a + 1; b < users.size(); b++) {
                checkConversation(at, users.get(a), users.get(b));
            }
        }
        for (DirectClient user : users) {
            checkSync(at, user);
        }
    }

    private void checkConversation(URI at, DirectClient a, DirectClient b) throws IOException, InterruptedException {
        List<JsonNode> messages = a.history(at, b.user(), 100);
        assertEquals(messages, b.history(at, a.user(), 77), "both sides see the same");
        assertEquals(
                LongStream.rangeClosed(1, 2L * messagesEach).boxed().toList(),
                messages.stream().map(m -> m.get("seq").asLong()).toList(),
                "numbers without a gap");
        assertEquals(
                messages.size(),
                messages.stream().map(m -> m.get("body")).distinct().count(),
                "each message once");
        for (JsonNode message : messages) {
            String from = message.get("from").asText();
            String to = message.get("to").asText();
            String cid = message.get("body")
                    .asText()
                    .substring(message.get("body").asText().lastIndexOf(' ') + 1);
            JsonNode answer = acknowledged.get(from + " " + to + " " + cid);
            assertEquals(answer.get("seq"), message.get("seq"));
            assertEquals(answer.get("mid"), message.get("mid"));
            assertEquals(answer.get("ts"), message.get("ts"));
        }
        for (DirectClient owner : List.of(a, b)) {
            JsonNode contact = owner.contact(at, (owner == a ? b : a).user());
            assertEquals(messagesEach, contact.get("unread").asLong(), contact.toString());
            assertEquals(2L * messagesEach, contact.get("last").get("seq").asLong(), contact.toString());
        }
    }

    private void checkSync(URI at, DirectClient user) {
        int expected = 2 * (users.size() - 1) * messagesEach;
        Eventually.await(MARKED_MAX, "sync tells all to " + user.user(), () -> {
            List<JsonNode> all = user.sync(at, null, 200).messages();
            // what is late is under the finished marks soon; what is doubled would stay
            assertEquals(expected, all.size());
            assertEquals(
                    expected, all.stream().map(m -> m.get("mid")).distinct().count());
            return true;
        });
    }

    @Override
    public void close() {
        senders.shutdownNow();
    }
}
