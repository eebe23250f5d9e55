package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an edge does after minutes of nothing, on an edge for which these are seconds. */
final class OwnEdgeIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    /** {@code connection.sendBuffer}; Linux takes twice as much. */
    private static final int SEND_BUFFER = 128 * 1024;
    /** Loopback's largest: the kernel takes one more while there is any room. */
    private static final int SEGMENT = 64 * 1024;

    private static TestHub hub;
    private static OwnService edge;
    private static HubApi api;

    @BeforeAll
    static void start() throws IOException {
        hub = TestHub.get();
        api = new HubApi(hub);
        edge = OwnService.start(
                hub,
                OwnService.Kind.EDGE,
                Map.of(
                        // longer than the pause between two pings of the tests' clients
                        "DANMAKU_EDGE_IDLE_MAX", "15s",
                        "DANMAKU_EDGE_SLOW_MAX", "2s",
                        "DANMAKU_EDGE_ROOM_LINGER", "4s"));
    }

    @AfterAll
    static void stop() throws Exception {
        try (OwnService stopped = edge) {
            stopped.stop();
        }
    }

    private static RawSocket member(String user) throws IOException {
        RawSocket socket = new RawSocket(edge.address());
        socket.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + hub.token(user) + "\"}");
        assertTrue(socket.reply().has("ok"));
        return socket;
    }

    private static Witness viewer(Clients clients, String user, String room) {
        return Witness.connect(clients, List.of(edge.webSocket()), user, hub.hostToken(user, room));
    }

    @Test
    void whoSaysNothingIsClosedAsIdleAndWhoPingsIsNot() throws Exception {
        try (RawSocket silent = member("silent");
                RawSocket pings = member("pings")) {
            CompletableFuture<Integer> closed = CompletableFuture.supplyAsync(() -> {
                try {
                    return silent.closeCode();
                } catch (IOException lost) {
                    throw new UncheckedIOException(lost);
                }
            });
            Eventually.await(SOON, "the silent one is closed", () -> {
                assertPong(pings);
                return closed.isDone();
            });
            assertEquals(4001, closed.join());
            assertTrue(silent.ends());
            assertPong(pings);
        }
    }

    private static void assertPong(RawSocket socket) throws IOException {
        socket.frame(RawSocket.FIN | RawSocket.PING, new byte[] {7});
        assertEquals(RawSocket.PONG, socket.read().opcode());
    }

    /** Its closing frame lies behind what it does not read; what it cannot do is hold its room and its place for ever. */
    @Test
    void whoTakesNothingLosesItsPlaceAndDisturbsNobody() throws Exception {
        String room = api.createRoom("slow", Map.of("bestEffortPerSecond", 0, "textLengthMax", 2_000));
        try (Clients clients = new Clients(1);
                Clients narrow = new Clients(1, 16 * 1024);
                Witness quick = viewer(clients, "quick", room);
                Witness slow = viewer(narrow, "slow", room);
                Speaker speaker = new Speaker(clients, hub, room, "长".repeat(1_950), 1)) {
            quick.join(room);
            slow.join(room);
            speaker.start(250);
            Eventually.await(SOON, "it saw a little", () -> slow.covered() > 20);
            Eventually.await(SOON, "all are counted", () -> online(room) == 3);
            slow.client().reading(false);
            Eventually.await(SOON, "it is counted out", () -> online(room) == 2);
            long last = speaker.stop();
            quick.awaitCovered(last, SOON);
            assertEquals(1, quick.connects());
            slow.client().reading(true);
            slow.awaitCovered(last, SOON);
            assertEquals(2, slow.connects(), "it came back and resumed");
        }
    }

    /** Linux alone lets it grow to megabytes. The viewer's own side takes some too: what is looked at is the edge's. */
    @Test
    void whoTakesNothingHoldsNoMoreOfTheKernelsMemoryThanItsSendBuffer() throws Exception {
        String room = api.createRoom("bounded", Map.of("bestEffortPerSecond", 0, "textLengthMax", 2_000));
        AtomicLong most = new AtomicLong();
        try (Clients clients = new Clients(1);
                Clients stopping = new Clients(1);
                Witness slow = viewer(stopping, "slow", room);
                Speaker speaker = new Speaker(clients, hub, room, "长".repeat(1_950), 1)) {
            slow.join(room);
            speaker.start(250);
            Eventually.await(SOON, "it read for a while, so its buffers may have grown", () -> slow.covered() > 250);
            Eventually.await(SOON, "both are counted", () -> online(room) == 2);
            slow.client().reading(false);
            Eventually.await(SOON, "it is counted out", () -> {
                most.accumulateAndGet(KernelSockets.mostQueued(edge.address().getPort()), Math::max);
                return online(room) == 1;
            });
            speaker.stop();
        }
        assertTrue(most.get() > 16 * 1024, "nothing was held for it: " + most);
        assertTrue(most.get() <= 2 * SEND_BUFFER + SEGMENT, "the kernel held " + most + " bytes");
    }

    private static int online(String room) {
        return api.get("/api/rooms/" + room + "/presence", hub.adminToken())
                .body()
                .path("online")
                .asInt();
    }

    @Test
    void aRoomIsClosedAWhileAfterItsLastViewerLeftAndWhoComesBackBeforeFindsItsTail() throws Exception {
        // of a room without a log there is nothing but the tail, and its epoch tells one opening from another
        String room = api.createRoom("linger", "ephemeral", Map.of());
        Eventually.await(SOON, "no other room is open", () -> edge.metric("danmaku_rooms_open") == 0);
        try (Clients clients = new Clients(1);
                Witness viewer = viewer(clients, "viewer", room)) {
            String epoch = epoch(viewer.join(room).ok());
            viewer.say(room, "c1", "one");
            long last = viewer.say(room, "c2", "two");
            viewer.wait(viewer.client().leave(room));
            assertEquals(1, edge.metric("danmaku_rooms_open"));

            try (Witness back = viewer(clients, "back", room)) {
                assertEquals(
                        epoch,
                        epoch(back.joined(c -> c.joinSince(room, 0, epoch)).ok()));
                back.awaitCovered(last, SOON);
                assertEquals(List.of("one", "two"), back.texts());
                assertEquals(List.of(), back.gaps());
            }
            Eventually.await(SOON, "the room is closed", () -> edge.metric("danmaku_rooms_open") == 0);
            try (Witness late = viewer(clients, "late", room)) {
                assertNotEquals(
                        epoch,
                        epoch(late.joined(c -> c.joinSince(room, 0, epoch)).ok()));
            }
        }
    }

    private static String epoch(JsonNode ok) {
        return ok.path("epoch").asText();
    }
}
