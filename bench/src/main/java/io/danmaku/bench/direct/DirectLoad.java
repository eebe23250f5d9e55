package io.danmaku.bench.direct;

import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Conversations of two users each, both with a device, who write by turns: each the next message when the one before is acknowledged, or at fixed times whatever happens. Started and asked by one thread; answers
 * come on the clients' loops.
 */
final class DirectLoad implements AutoCloseable {
    private static final long NS_PER_MS = 1_000_000;
    private static final long NS_PER_US = 1_000;
    private static final long MS_PER_S = 1_000;
    private static final long CONNECT_S_MAX = 60;
    private static final long REST_S_MAX = 30;
    private static final long TOKEN_MS = 24 * 3_600_000L;
    /** One that is not acknowledged by then is counted as such. */
    private static final long ACKNOWLEDGED_MS_MAX = 20_000;

    private static final int LOOPS = 2;

    private final Clients clients = new Clients(LOOPS);
    private final List<Conversation> conversations = new ArrayList<>();
    private final String body;
    private final Recorder latencyUs = new Recorder(3);
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder secondsMoved = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicLong underWay = new AtomicLong();
    private volatile boolean closedLoop;
    private volatile String firstFailure = "";

    /**
     * So far.
     *
     * @param secondsMoved how often a message of a conversation was in another second than the one before
     */
    record Count(long acknowledged, long secondsMoved, long failed) {}

    private static final class Conversation {
        final HubClient[] clients = new HubClient[2];
        final String[] users;
        final AtomicLong sent = new AtomicLong();
        private long lastSecond;

        Conversation(String a, String b) {
            users = new String[] {a, b};
        }

        synchronized boolean moved(long second) {
            boolean moved = second != lastSecond;
            lastSecond = second;
            return moved;
        }
    }

    DirectLoad(int count, String prefix, String body) {
        this.body = body;
        for (int c = 0; c < count; c++) {
            conversations.add(new Conversation(prefix + c + "-a", prefix + c + "-b"));
        }
    }

    /** Connects all, of each conversation one user to one edge and the other to the next; blocks. */
    void connect(List<URI> edges, Tokens tokens) throws IOException, InterruptedException {
        for (int c = 0; c < conversations.size(); c++) {
            Conversation conversation = conversations.get(c);
            for (int side = 0; side < 2; side++) {
                conversation.clients[side] =
                        open(clients, edges.get((c + side) % edges.size()), tokens, conversation.users[side]);
            }
        }
        for (Conversation conversation : conversations) {
            for (HubClient client : conversation.clients) {
                awaitConnected(client);
            }
        }
    }

    /** A client with the allowance of a backend: it is the hub that is measured, not its limit for persons. */
    static HubClient open(Clients clients, URI edge, Tokens tokens, String user) {
        String token = tokens.sign(
                new Claims(user, user, Ids.DEFAULT_TENANT, Map.of(), true, System.currentTimeMillis() + TOKEN_MS));
        return clients.open(
                ClientOptions.of(List.of(edge), () -> token).withDirectResendMs(ACKNOWLEDGED_MS_MAX),
                new HubListener() {});
    }

    static void awaitConnected(HubClient client) throws IOException, InterruptedException {
        try {
            Answer answer = client.connected().get(CONNECT_S_MAX, TimeUnit.SECONDS);
            if (!answer.acknowledged()) {
                throw new IOException("cannot connect: " + answer);
            }
        } catch (ExecutionException | TimeoutException late) {
            throw new IOException("cannot connect", late);
        }
    }

    /** From now on every conversation has one message on its way. */
    void beginClosed() {
        closedLoop = true;
        conversations.forEach(this::next);
    }

    private void next(Conversation conversation) {
        if (closedLoop) {
            send(conversation, System.nanoTime());
        }
    }

    /** Waits until nothing is on its way any more; what is not acknowledged in time has failed. */
    void end() throws InterruptedException {
        closedLoop = false;
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(REST_S_MAX);
        while (underWay.get() > 0 && System.nanoTime() < endNs) {
            LockSupport.parkNanos(NS_PER_MS);
        }
        failed.add(underWay.getAndSet(0));
    }

    /** Sends at fixed times; returns when the last one is sent. */
    void open(Schedule schedule) {
        for (long i = 0; i < schedule.count(); i++) {
            long meantNs = schedule.atNs(i);
            Sleep.until(meantNs);
            send(conversations.get((int) (i % conversations.size())), meantNs);
        }
    }

    private void send(Conversation conversation, long meantNs) {
        long number = conversation.sent.getAndIncrement();
        int side = (int) (number % 2);
        underWay.incrementAndGet();
        var unused = conversation
                .clients[side]
                .dmSend(conversation.users[1 - side], "c" + number, body)
                .thenAccept(answer -> {
                    answered(conversation, answer, meantNs);
                    next(conversation);
                });
    }

    private void answered(Conversation conversation, Answer answer, long meantNs) {
        underWay.decrementAndGet();
        if (!answer.acknowledged()) {
            failed.increment();
            if (firstFailure.isEmpty()) {
                firstFailure = answer.toString();
            }
            return;
        }
        latencyUs.recordValue(Math.max(0, (System.nanoTime() - meantNs) / NS_PER_US));
        acknowledged.increment();
        if (conversation.moved(answer.ok().path("ts").asLong() / MS_PER_S)) {
            secondsMoved.increment();
        }
    }

    Count count() {
        return new Count(acknowledged.sum(), secondsMoved.sum(), failed.sum());
    }

    /** Of what was acknowledged since the last call, in microseconds. */
    Histogram latencies() {
        return latencyUs.getIntervalHistogram();
    }

    /** Empty where nothing has failed. */
    String firstFailure() {
        return firstFailure;
    }

    @Override
    public void close() {
        conversations.forEach(conversation -> {
            for (HubClient client : conversation.clients) {
                if (client != null) {
                    client.close();
                }
            }
        });
        clients.close();
    }
}
