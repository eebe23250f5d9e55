package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** Makes a room's log as it is when all that was said is past its retention. */
final class TrimmedLog {
    private static final Duration TRIMMED_MAX = Duration.ofSeconds(30);

    private TrimmedLog() {}

    /** Leaves no record of a room of the default tenant. */
    static void trim(TestHub hub, String room, String epoch) throws Exception {
        RoomHttp pulsar = new RoomHttp(URI.create(hub.address("pulsarAdmin")), null);
        String topic = "/admin/v2/"
                + Topics.room(new RoomKey(Ids.DEFAULT_TENANT, room), epoch, Durability.LOGGED)
                        .replace("://", "/");
        Set<Long> before = ledgers(pulsar, topic);
        assertEquals(
                204,
                pulsar.post(topic + "/retention", "{\"retentionTimeInMinutes\":0,\"retentionSizeInMB\":0}")
                        .status());
        Eventually.await(TRIMMED_MAX, topic + " is trimmed", () -> {
            // the ledger that is written to is never trimmed: unloading closes it
            pulsar.ask("PUT", topic + "/unload", null);
            pulsar.post(topic + "/trim", null);
            return Collections.disjoint(before, ledgers(pulsar, topic));
        });
        assertEquals(204, pulsar.delete(topic + "/retention").status());
    }

    private static Set<Long> ledgers(RoomHttp pulsar, String topic) throws Exception {
        Set<Long> ids = new HashSet<>();
        pulsar.get(topic + "/internalStats")
                .body()
                .path("ledgers")
                .forEach(ledger -> ids.add(ledger.path("ledgerId").asLong()));
        return ids;
    }
}
