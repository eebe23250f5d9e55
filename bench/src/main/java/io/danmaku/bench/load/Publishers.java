package io.danmaku.bench.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Connections that send the messages of a stream into rooms by a schedule, the i-th message into the room {@code i mod rooms}, whatever has
 * become of those before: the open loop. One thread sends, the clients' event loop hears the results.
 */
final class Publishers implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** An edge lets a connection be in 20 rooms and send 500 a second into rooms whose host it is, a viewer's 5. */
    private static final int ROOMS_A_CONNECTION = 20;

    private static final int RATE_OF_A_HOST = 250;
    /** Far below, because what a stalled machine holds up comes at once. */
    private static final int RATE_OF_A_VIEWER = 2;

    private static final long NS_PER_S = 1_000_000_000L;
    private static final long TOKEN_MS = 24 * 3_600_000L;
    private static final long JOIN_S_MAX = 60;
    /** Spreads users' numbers, which are short and alike, over eight digits. */
    private static final long SPREAD = 48_271;

    private static final long USERS = 90_000_001;

    private final Stream stream;
    private final List<String> rooms;
    private final int copies;
    private final Due due;
    private final List<HubClient> connections = new ArrayList<>();
    private final Recorder acknowledgedUs = new Recorder(3);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile String firstRefusal = "";

    /** @param due is told of everything that was acknowledged */
    Publishers(Clients clients, URI edge, Tokens tokens, List<String> rooms, Stream stream, Due due)
            throws IOException, InterruptedException {
        this.stream = stream;
        this.rooms = rooms;
        this.due = due;
        int slices = ceil(rooms.size(), ROOMS_A_CONNECTION);
        copies = ceil(stream.rate(), (stream.byViewers() ? RATE_OF_A_VIEWER : RATE_OF_A_HOST) * slices);
        for (int i = 0; i < slices * copies; i++) {
            String token = tokens.sign(claims(i));
            connections.add(
                    clients.open(ClientOptions.of(List.of(edge), () -> token).sendingOnly(), new HubListener() {}));
        }
        Together.run(rooms.size(), room -> {
            for (int copy = 0; copy < copies; copy++) {
                join(connections.get(room / ROOMS_A_CONNECTION * copies + copy), rooms.get(room));
            }
        });
    }

    private Claims claims(int i) {
        // ids as a product has them: what is alike in them compresses
        String user = stream.byViewers()
                ? Long.toString(10_000_000 + (i + 1) * SPREAD * SPREAD % USERS)
                : stream.kind().type() + "-publisher" + i;
        String name = stream.byViewers() ? Long.toString((i + 7) * SPREAD * SPREAD, Character.MAX_RADIX) : user;
        return new Claims(
                user, name, Ids.DEFAULT_TENANT, Map.of(), !stream.byViewers(), System.currentTimeMillis() + TOKEN_MS);
    }

    private static int ceil(int number, int divisor) {
        return (number + divisor - 1) / divisor;
    }

    private static void join(HubClient client, String room) throws IOException, InterruptedException {
        long end = System.nanoTime() + JOIN_S_MAX * NS_PER_S;
        while (true) {
            Answer answer;
            try {
                answer = client.join(room).get(JOIN_S_MAX, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException lost) {
                throw new IOException("cannot join " + room, lost);
            }
            if (answer.acknowledged()) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IOException("cannot join: " + answer);
            }
            LockSupport.parkNanos(NS_PER_S / 10); // the room is not known on every edge yet
        }
    }

    int connections() {
        return connections.size();
    }

    /** Sends for so many seconds from then on; returns when the last message has been handed over and the time is over. */
    void send(long fromNs, int seconds) {
        send(new Schedule(fromNs, stream.rate(), seconds, stream.burst()));
    }

    /** The same by a schedule of its own. */
    void send(Schedule schedule) {
        for (long i = 0; i < schedule.count(); i++) {
            long meantNs = schedule.atNs(i);
            Sleep.until(meantNs);
            send(meantNs);
        }
        Sleep.until(schedule.endNs());
    }

    private void send(long meantNs) {
        long number = sent.getAndIncrement();
        int roomIndex = (int) (number % rooms.size());
        long inRoom = number / rooms.size();
        int key = stream.keys() > 0 ? (int) (inRoom % stream.keys()) : -1;
        // all of a key by one connection: two could overtake each other
        int copy = (int) ((key < 0 ? inRoom : key) % copies);
        String room = rooms.get(roomIndex);
        connections
                .get(roomIndex / ROOMS_A_CONNECTION * copies + copy)
                .send(
                        room,
                        stream.kind().type(),
                        stream.kind().mark().charAt(0) + "" + number + "-" + meantNs,
                        detail(meantNs, number, key))
                .thenAccept(answer -> told(room, meantNs, number, key, answer));
    }

    private ObjectNode detail(long meantNs, long number, int key) {
        ObjectNode detail = JSON.createObjectNode();
        String text = stream.texts().of(stream.kind().mark(), meantNs, number);
        switch (stream.kind()) {
            case CHAT -> detail.put("text", text);
            case GIFT -> detail.put("text", text).put("gift", "rocket").put("count", 1);
            case PLACE ->
                detail.put("key", Kind.KEY_MARK + key).putObject("value").put("text", text);
        }
        return detail;
    }

    private void told(String room, long meantNs, long number, int key, Answer answer) {
        if (answer.acknowledged()) {
            acknowledgedUs.recordValue(Math.max(0, (System.nanoTime() - meantNs) / 1_000));
            due.acknowledged(stream.kind(), room, answer.ok().path("o").asLong(), key, number);
            acknowledged.incrementAndGet();
        } else {
            firstRefusal = firstRefusal.isEmpty() ? answer.toString() : firstRefusal;
            refused.incrementAndGet();
        }
    }

    long unanswered() {
        return sent.get() - acknowledged.get() - refused.get();
    }

    long refused() {
        return refused.get();
    }

    /** For a person: why the first refused one was refused. */
    String firstRefusal() {
        return firstRefusal;
    }

    /** Times from the intended sending to the acknowledgement since the last call. */
    Histogram acknowledgedUs() {
        return acknowledgedUs.getIntervalHistogram();
    }

    @Override
    public void close() {
        connections.forEach(HubClient::close);
    }
}
