package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.Membership;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.CompressionType;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.junit.jupiter.api.Test;

/**
 * A room of more people than one machine could connect. Their edges are records in the membership topic, as edges write them; Pulsar,
 * room-service, the edge that tells of the numbers and the viewer that is told are real.
 */
class HugeRoomIT {
    private static final Duration NUMBERS_MAX = Duration.ofSeconds(30);
    /** A minute's worth of a rush of 100,000, and a tenth more than are counted exactly. */
    private static final int USERS = 110_000;

    private static final int EXACT = 100_000;
    private static final int NAMED = 10_000;
    private static final String ROOM = "huge";
    private static final String PRESENCE = "/api/rooms/" + ROOM + "/presence";

    private final TestHub hub = TestHub.get();
    private final RoomHttp admin = new RoomHttp(hub.roomService(), hub.adminToken());

    /** An edge that there is only in the log. */
    private static final class ToldEdge implements AutoCloseable {
        private final String name = Incarnation.create().toString();
        private final RoomKey room = new RoomKey(Ids.DEFAULT_TENANT, ROOM);
        private final ScheduledExecutorService leases =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "leases of a told edge"));
        private final Producer<byte[]> log;
        private long n;
        private int here;

        ToldEdge(PulsarClient pulsar) throws PulsarClientException {
            log = pulsar.newProducer()
                    .topic(Topics.membership())
                    .compressionType(CompressionType.LZ4)
                    .create();
            var unused =
                    leases.scheduleAtFixedRate(this::lease, 0, Membership.LEASE_INTERVAL_MS, TimeUnit.MILLISECONDS);
        }

        private void lease() {
            var unused = log.newMessage()
                    .key(name)
                    .value(Json.bytes(Membership.lease(name)))
                    .sendAsync();
        }

        /** Users of the next numbers come. */
        void come(int users) throws PulsarClientException {
            List<String> joined = IntStream.range(here, here + users)
                    .mapToObj(number -> "of-the-crowd-" + number)
                    .toList();
            here += users;
            tell(n == 0 ? Membership.Kind.SNAPSHOT : Membership.Kind.DELTA, joined, List.of());
        }

        /** The last ones go. */
        void go(int users) throws PulsarClientException {
            List<String> left = IntStream.range(here - users, here)
                    .mapToObj(number -> "of-the-crowd-" + number)
                    .toList();
            here -= users;
            tell(Membership.Kind.DELTA, List.of(), left);
        }

        private void tell(Membership.Kind kind, List<String> joined, List<String> left) throws PulsarClientException {
            n++;
            log.newMessage()
                    .key(name)
                    .value(Json.bytes(new Membership(name, kind, room, n, here, joined, left, 0)))
                    .send();
        }

        /** As if killed: nothing is heard of it any more. */
        void die() {
            leases.shutdownNow();
        }

        @Override
        public void close() throws PulsarClientException {
            die();
            log.close();
        }
    }

    @Test
    void aboveAHundredThousandUsersAreEstimatedAndTheirRushCostsAFrameInTwoSeconds() throws Exception {
        assertEquals(201, admin.post("/api/rooms", "{\"id\":\"" + ROOM + "\"}").status());
        ConcurrentLinkedQueue<JsonNode> told = new ConcurrentLinkedQueue<>();
        try (Clients clients = new Clients(1);
                PulsarClient pulsar =
                        PulsarClient.builder().serviceUrl(hub.address("pulsar")).build();
                ToldEdge one = new ToldEdge(pulsar);
                ToldEdge other = new ToldEdge(pulsar)) {
            HubClient watches = clients.open(
                    ClientOptions.of(List.of(hub.webSocket(1)), () -> hub.token("watches")), new HubListener() {
                        @Override
                        public void stats(String room, JsonNode stats) {
                            told.add(stats);
                        }
                    });
            assertTrue(watches.join(ROOM).get(20, TimeUnit.SECONDS).acknowledged());
            Eventually.await(NUMBERS_MAX, "it is told of itself", () -> online(told) == 1);

            int framesBefore = told.size();
            long beganNs = System.nanoTime();
            for (int here = 0; here < EXACT - NAMED; here += NAMED) {
                one.come(NAMED);
                other.come(NAMED);
            }
            // with the one who watches; the same users on both edges are counted once
            one.come(NAMED - 1);
            other.come(NAMED - 1);
            awaitPresence(2 * EXACT - 1, EXACT, false);
            one.come(1);
            other.come(1);
            Eventually.await(
                    NUMBERS_MAX,
                    "one more is one too many",
                    () -> admin.get(PRESENCE).body().path("usersEstimated").booleanValue());
            one.come(NAMED);
            other.come(NAMED);
            Eventually.await(NUMBERS_MAX, "it is told of all", () -> online(told) == 2 * USERS + 1);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNs);
            int frames = told.size() - framesBefore;
            assertTrue(frames <= seconds / 2 + 2, () -> frames + " frames in " + seconds + " s");

            JsonNode now = admin.get(PRESENCE).body();
            assertTrue(now.path("usersEstimated").booleanValue(), now::toString);
            assertEquals(USERS, now.path("users").intValue(), USERS / 100.0, now::toString);
            JsonNode frame = told.stream().reduce((first, last) -> last).orElseThrow();
            assertTrue(frame.path("usersEstimated").booleanValue(), frame::toString);
            JsonNode viewers = admin.get("/api/rooms/" + ROOM + "/viewers").body();
            assertTrue(viewers.path("sampled").booleanValue(), viewers::toString);

            other.die();
            Eventually.await(
                    NUMBERS_MAX,
                    "a dead edge's viewers are out",
                    () -> admin.get(PRESENCE).body().path("online").intValue() == USERS + 1);
            for (int here = USERS; here > NAMED; here -= NAMED) {
                one.go(NAMED);
            }
            awaitPresence(NAMED + 1, NAMED + 1, false);
        }
        Eventually.await(
                NUMBERS_MAX,
                "nobody is left",
                () -> admin.get(PRESENCE).body().path("online").intValue() == 0);
    }

    private static int online(ConcurrentLinkedQueue<JsonNode> told) {
        return told.stream()
                .reduce((first, last) -> last)
                .map(stats -> stats.path("online").intValue())
                .orElse(0);
    }

    private void awaitPresence(int online, int users, boolean estimated) {
        Eventually.await(NUMBERS_MAX, online + " viewers, " + users + " users", () -> {
            JsonNode now = admin.get(PRESENCE).body();
            return now.path("online").intValue() == online
                    && now.path("users").intValue() == users
                    && now.path("usersEstimated").booleanValue() == estimated;
        });
    }
}
