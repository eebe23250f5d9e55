package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who comes is told of where the room wants it, and never in a storm. */
final class EnterIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int CROWD = 30;
    private static final int PER_SECOND = 3;

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);

    @Test
    void whoComesIsToldOfOnTheOtherEdgeOnceAndNotWhenComingBack() {
        String room = api.createRoom("enter", Map.of("enterPerSecond", 10));
        try (Clients clients = new Clients(1);
                Witness here = Witness.viewer(clients, hub, "here", 1);
                Witness comer = Witness.connect(clients, hub, "comer", level("comer", 17), 2);
                Witness back = Witness.viewer(clients, hub, "back", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 2)) {
            String epoch = here.join(room).ok().get("epoch").asText();
            long o = here.say(room, "c", "hello");
            comer.join(room);
            Eventually.await(SOON, "who comes is told of", () -> told(here).contains("comer viewer"));
            assertEquals(
                    "{\"id\":\"comer\",\"name\":\"comer\",\"level\":17}",
                    here.events("enter").values().stream()
                            .map(event -> event.get("u"))
                            .filter(user -> user.get("id").asText().equals("comer"))
                            .findFirst()
                            .orElseThrow()
                            .toString());
            host.join(room);
            Eventually.await(SOON, "and the host", () -> told(here).contains("host host"));
            back.joined(client -> client.joinSince(room, o - 1, epoch));
            comer.wait(comer.client().leave(room));
            comer.joined(client -> client.join(room));
            here.awaitCovered(comer.say(room, "end", "end"), SOON);
            assertEquals(1, told(here).stream().filter("comer viewer"::equals).count());
            assertFalse(told(here).contains("back viewer"), told(here)::toString);
            here.assertClean();
        }
    }

    private String level(String user, int level) {
        return hub.token(new Claims(
                user,
                user,
                Ids.DEFAULT_TENANT,
                Map.of(),
                false,
                System.currentTimeMillis() + SOON.toMillis() * 10,
                new Profile("", level, List.of())));
    }

    private static List<String> told(Witness witness) {
        return witness.events("enter").values().stream()
                .map(event ->
                        event.at("/u/id").asText() + " " + event.at("/d/role").asText())
                .toList();
    }

    @Test
    void aCrowdIsToldOfInPartAndNotAtAllWhereNobodyAskedForIt() {
        String quiet = api.createRoom("quiet", Map.of());
        String room = api.createRoom("crowd", Map.of("enterPerSecond", PER_SECOND));
        List<Witness> crowd = new ArrayList<>();
        try (Clients clients = new Clients(1);
                Witness there = Witness.viewer(clients, hub, "there", 2);
                Witness listens = Witness.viewer(clients, hub, "listens", 2)) {
            there.join(room);
            listens.join(quiet);
            for (int i = 0; i < CROWD; i++) {
                crowd.add(Witness.viewer(clients, hub, "c" + i, 1));
            }
            long beganNs = System.nanoTime();
            for (Witness one : crowd) {
                one.join(room);
                one.join(quiet);
            }
            long seconds = Duration.ofNanos(System.nanoTime() - beganNs).toSeconds() + 1;
            there.awaitCovered(crowd.get(0).say(room, "end", "end"), SOON);
            listens.awaitCovered(crowd.get(1).say(quiet, "end", "end"), SOON);
            Map<Long, JsonNode> told = there.events("enter");
            told.values().removeIf(event -> !event.at("/u/id").asText().startsWith("c"));
            assertTrue(told.size() >= 1, "somebody of the crowd is told of");
            assertTrue(
                    told.size() <= PER_SECOND * (seconds + 1),
                    () -> told.size() + " of " + CROWD + " in " + seconds + " s");
            assertEquals(Map.of(), listens.events("enter"));
            there.assertClean();
            listens.assertClean();
        } finally {
            crowd.forEach(Witness::close);
        }
    }
}
