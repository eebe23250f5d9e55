package io.danmaku.standalone.client;

import static io.danmaku.standalone.client.ScriptedEdge.JOINED;
import static io.danmaku.standalone.client.ScriptedEdge.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a join that is not answered, or refused. */
final class HubClientJoinTest {
    private final Clients clients = new Clients(1);

    @AfterEach
    void close() {
        clients.close();
    }

    @Test
    void aJoinThatWasAnsweredTooLateIsMadeAnewOnAnotherConnection() throws Exception {
        AtomicInteger joins = new AtomicInteger();
        try (ScriptedEdge edge =
                new ScriptedEdge((command, caller) -> switch (command.get("op").asText()) {
                    case "join" ->
                        switch (joins.incrementAndGet()) {
                            case 1 -> null;
                            case 2 -> "'error':{'code':'already_joined','message':''}";
                            default -> JOINED;
                        };
                    default -> "'ok':{}";
                })) {
            ClientOptions soon = new ClientOptions(
                    List.of(edge.uri()), () -> "token", true, 300, 45_000, 120_000, 10_000, 10, 20, true, null);
            HubClient client = clients.open(soon, new HubListener() {});
            assertTrue(get(client.join("42")).acknowledged());
            assertEquals(3, joins.get());
            assertEquals(2, edge.handshakesMs().size());
            client.close();
        }
    }

    @Test
    void whoIsBannedForAWhileDoesNotWaitAtTheDoor() throws Exception {
        try (ScriptedEdge edge =
                new ScriptedEdge((command, caller) -> command.get("op").asText().equals("join")
                        ? "'error':{'code':'banned','message':'','retryMs':10}"
                        : "'ok':{}")) {
            HubClient client = clients.open(ClientOptions.of(List.of(edge.uri()), () -> "token"), new HubListener() {});
            assertEquals("banned", get(client.join("42")).code());
            assertEquals(1, edge.heard("join").size());
            client.close();
        }
    }
}
