package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rooms open beside others that are open, at the cost of none of these. */
final class OpeningRoomsIT {
    private static final int ROOMS = 20;
    private static final Duration SOON = Duration.ofSeconds(60);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    /** All rooms of an edge share its connection to the broker: when that ends, all of them stand still. */
    @Test
    void openingManyRoomsWithAndWithoutRecordsEndsNoConnectionToTheBroker() throws Exception {
        int broker = URI.create(hub.address("pulsar")).getPort();
        List<String> rooms = new ArrayList<>();
        for (int i = 0; i < ROOMS; i++) {
            rooms.add(api.createRoom("opening", Map.of("bestEffortPerSecond", 0)));
        }
        try (Clients clients = new Clients(1);
                HubClient first = connect(clients, 1);
                HubClient second = connect(clients, 2)) {
            Set<String> before = KernelSockets.connectedTo(broker);
            assertFalse(before.isEmpty());
            joinAll(first, rooms);
            for (String room : rooms) {
                Answer said = first.chat(room, "c", "the first record").join();
                assertEquals(1, said.ok().path("o").asLong(), said::toString);
            }
            joinAll(second, rooms);
            Set<String> ended = new TreeSet<>(before);
            ended.removeAll(KernelSockets.connectedTo(broker));
            assertEquals(Set.of(), ended);
        }
    }

    private HubClient connect(Clients clients, int edge) {
        HubClient client = clients.open(
                ClientOptions.of(List.of(hub.webSocket(edge)), () -> hub.adminToken("opener")), new HubListener() {});
        assertTrue(client.connected().join().acknowledged());
        return client;
    }

    /** All at once, and again those that the edge does not know yet. */
    private static void joinAll(HubClient client, List<String> rooms) {
        List<String> missing = new ArrayList<>(rooms);
        Eventually.await(SOON, "all rooms are joined", () -> {
            Map<String, CompletableFuture<Answer>> joining = new LinkedHashMap<>();
            missing.forEach(room -> joining.put(room, client.join(room)));
            joining.forEach((room, joined) -> {
                if (joined.join().acknowledged()) {
                    missing.remove(room);
                }
            });
            return missing.isEmpty();
        });
    }
}
