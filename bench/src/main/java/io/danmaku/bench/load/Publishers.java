package io.danmaku.bench.load;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Connections that send into rooms by a schedule, the i-th message into the room {@code i mod rooms}, whatever has become of those before: the
 * open loop. Each text carries the time at which it was meant to be sent and its number.
 */
public final class Publishers implements AutoCloseable {
    /** In front of the two numbers. */
    public static final String MARK = "bench ";

    /** An edge lets a connection be in 20 rooms and send 500 a second into rooms whose host it is. */
    private static final int ROOMS_A_CONNECTION = 20;

    private static final int RATE_A_CONNECTION = 250;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long TOKEN_MS = 24 * 3_600_000L;
    private static final long JOIN_S_MAX = 60;
    private static final long RESULTS_S_MAX = 20;

    private final List<String> rooms;
    private final int copies;
    private final List<HubClient> connections = new ArrayList<>();
    private final Recorder acknowledgedUs = new Recorder(3);
    private final Map<String, Long> heads = new ConcurrentHashMap<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile String firstRefusal = "";

    /** @param rate messages a second in all, from which follows how many connections there are */
    public Publishers(Clients clients, URI edge, Tokens tokens, List<String> rooms, int rate)
            throws IOException, InterruptedException {
        this.rooms = rooms;
        int slices = ceil(rooms.size(), ROOMS_A_CONNECTION);
        copies = ceil(rate, RATE_A_CONNECTION * slices);
        for (int i = 0; i < slices * copies; i++) {
            Claims claims = new Claims(
                    "publisher" + i,
                    "Publisher " + i,
                    Ids.DEFAULT_TENANT,
                    Map.of(),
                    true,
                    System.currentTimeMillis() + TOKEN_MS);
            String token = tokens.sign(claims);
            connections.add(
                    clients.open(ClientOptions.of(List.of(edge), () -> token).sendingOnly(), new HubListener() {}));
        }
        for (int room = 0; room < rooms.size(); room++) {
            for (int copy = 0; copy < copies; copy++) {
                join(connections.get(room / ROOMS_A_CONNECTION * copies + copy), rooms.get(room));
            }
        }
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

    public int connections() {
        return connections.size();
    }

    /** Sends all of the schedule; returns when the last one has been handed over, or a little after its end. */
    public void send(Schedule schedule) {
        for (long i = 0; i < schedule.count(); i++) {
            long meantNs = schedule.atNs(i);
            for (long left = meantNs - System.nanoTime(); left > 0; left = meantNs - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            send(meantNs);
        }
        for (long left = schedule.endNs() - System.nanoTime(); left > 0; left = schedule.endNs() - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void send(long meantNs) {
        long number = sent.getAndIncrement();
        int roomIndex = (int) (number % rooms.size());
        int copy = (int) (number / rooms.size() % copies);
        String room = rooms.get(roomIndex);
        connections
                .get(roomIndex / ROOMS_A_CONNECTION * copies + copy)
                .chat(room, "b" + number + "-" + meantNs, MARK + meantNs + " " + number)
                .thenAccept(answer -> told(room, meantNs, answer));
    }

    private void told(String room, long meantNs, Answer answer) {
        if (answer.acknowledged()) {
            acknowledgedUs.recordValue(Math.max(0, (System.nanoTime() - meantNs) / 1_000));
            heads.merge(room, answer.ok().path("o").asLong(), Math::max);
            acknowledged.incrementAndGet();
        } else {
            firstRefusal = firstRefusal.isEmpty() ? answer.toString() : firstRefusal;
            refused.incrementAndGet();
        }
    }

    /** Waits until every send has its result, for a bounded time. */
    public void awaitResults() {
        long end = System.nanoTime() + RESULTS_S_MAX * NS_PER_S;
        while (unanswered() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(NS_PER_S / 100);
        }
    }

    /** The largest offset that was acknowledged, by room: so far every viewer has to come. */
    public Map<String, Long> heads() {
        return new HashMap<>(heads);
    }

    public long unanswered() {
        return sent.get() - acknowledged.get() - refused.get();
    }

    public long refused() {
        return refused.get();
    }

    /** For a person: why the first refused one was refused. */
    public String firstRefusal() {
        return firstRefusal;
    }

    /** Times from the intended sending to the acknowledgement since the last call. */
    public Histogram acknowledgedUs() {
        return acknowledgedUs.getIntervalHistogram();
    }

    @Override
    public void close() {
        connections.forEach(HubClient::close);
    }
}
