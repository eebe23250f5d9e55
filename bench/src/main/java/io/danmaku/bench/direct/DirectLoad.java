package io.danmaku.bench.direct;

import com.fasterxml.jackson.databind.JsonNode;
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
 * Conversations of two users each, both with one or more devices, who write by turns from their first: each the next message when the one before is acknowledged, or at fixed times whatever happens. Every text
 * begins with the time at which it was meant to be sent. Started and asked by one thread; answers and pushes come on the clients' loops.
 */
final class DirectLoad implements AutoCloseable {
    private static final long NS_PER_MS = 1_000_000;
    private static final long NS_PER_US = 1_000;
    private static final long MS_PER_S = 1_000;
    private static final long CONNECT_S_MAX = 60;
    private static final long REST_S_MAX = 30;
    /** Pushes come behind the last acknowledgement. One that was lost does not come at all. */
    private static final long PUSHES_S_MAX = 3;

    /** Characters that a text needs for its time. */
    static final int BODY_MIN = 24;

    private static final long TOKEN_MS = 24 * 3_600_000L;
    /** One that is not acknowledged by then is counted as such. */
    private static final long ACKNOWLEDGED_MS_MAX = 20_000;

    private static final int LOOPS = 2;

    private final Clients clients = new Clients(LOOPS);
    private final List<Conversation> conversations = new ArrayList<>();
    private final int devices;
    private final String fill;
    private final Recorder latencyUs = new Recorder(3);
    private final Recorder pushedUs = new Recorder(3);
    private final LongAdder pushed = new LongAdder();
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
     * @param pushed how often a device was told of a message that it had not sent itself
     */
    record Count(long acknowledged, long secondsMoved, long failed, long pushed) {}

    private static final class Conversation {
        final HubClient[][] clients;
        final String[] users;
        final AtomicLong sent = new AtomicLong();
        private long lastSecond;

        Conversation(String a, String b, int devices) {
            users = new String[] {a, b};
            clients = new HubClient[2][devices];
        }

        synchronized boolean moved(long second) {
            boolean moved = second != lastSecond;
            lastSecond = second;
            return moved;
        }
    }

    /**
     * @param devices of each user
     * @param bodyChars of a text, at least {@link #BODY_MIN}
     */
    DirectLoad(int count, String prefix, int devices, int bodyChars) {
        this.devices = devices;
        fill = "m".repeat(bodyChars);
        for (int c = 0; c < count; c++) {
            conversations.add(new Conversation(prefix + c + "-a", prefix + c + "-b", devices));
        }
    }

    /** Connects all, by turns to one edge and the next; blocks. */
    void connect(List<URI> edges, Tokens tokens) throws IOException, InterruptedException {
        for (int c = 0; c < conversations.size(); c++) {
            Conversation conversation = conversations.get(c);
            for (int side = 0; side < 2; side++) {
                String user = conversation.users[side];
                for (int device = 0; device < devices; device++) {
                    URI edge = edges.get((c + side + device) % edges.size());
                    conversation.clients[side][device] =
                            open(clients, edge, tokens, user, pushes(device == 0 ? user : ""));
                }
            }
        }
        for (Conversation conversation : conversations) {
            for (HubClient[] ofUser : conversation.clients) {
                for (HubClient client : ofUser) {
                    awaitConnected(client);
                }
            }
        }
    }

    /** @param sends whose messages this very device sends: it has their answers */
    private HubListener pushes(String sends) {
        return new HubListener() {
            @Override
            public void direct(JsonNode messages) {
                long nowNs = System.nanoTime();
                for (JsonNode message : messages) {
                    if (!message.path("from").asText().equals(sends)) {
                        String text = message.path("body").asText();
                        long meantNs = Long.parseLong(text.substring(0, text.indexOf(' ')));
                        pushedUs.recordValue(Math.max(0, (nowNs - meantNs) / NS_PER_US));
                        pushed.increment();
                    }
                }
            }
        };
    }

    /** A client with the allowance of a backend: it is the hub that is measured, not its limit for persons. */
    static HubClient open(Clients clients, URI edge, Tokens tokens, String user, HubListener listener) {
        String token = tokens.sign(
                new Claims(user, user, Ids.DEFAULT_TENANT, Map.of(), true, System.currentTimeMillis() + TOKEN_MS));
        return clients.open(
                ClientOptions.of(List.of(edge), () -> token).withDirectResendMs(ACKNOWLEDGED_MS_MAX), listener);
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
        long pushesEndNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PUSHES_S_MAX);
        while (pushed.sum() < acknowledged.sum() * pushesOfMessage() && System.nanoTime() < pushesEndNs) {
            LockSupport.parkNanos(NS_PER_MS);
        }
    }

    /** All devices of both, but the one that has sent it. */
    int pushesOfMessage() {
        return 2 * devices - 1;
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
                .clients[side][0]
                .dmSend(conversation.users[1 - side], "c" + number, text(meantNs))
                .thenAccept(answer -> {
                    answered(conversation, answer, meantNs);
                    next(conversation);
                });
    }

    private String text(long meantNs) {
        String time = meantNs + " ";
        return time + fill.substring(time.length());
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
        return new Count(acknowledged.sum(), secondsMoved.sum(), failed.sum(), pushed.sum());
    }

    /** Of what was acknowledged since the last call, in microseconds. */
    Histogram latencies() {
        return latencyUs.getIntervalHistogram();
    }

    /** The same of pushes. */
    Histogram pushes() {
        return pushedUs.getIntervalHistogram();
    }

    /** Empty where nothing has failed. */
    String firstFailure() {
        return firstFailure;
    }

    @Override
    public void close() {
        conversations.forEach(conversation -> {
            for (HubClient[] ofUser : conversation.clients) {
                for (HubClient client : ofUser) {
                    if (client != null) {
                        client.close();
                    }
                }
            }
        });
        clients.close();
    }
}
