package io.danmaku.standalone.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import io.danmaku.standalone.supervise.UpRecord.PartRecord;
import io.danmaku.standalone.supervise.UpRecord.PartState;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The services alone, with engines that somebody else runs. */
class ExternalEnginesIT {
    private static final int EXIT_TERM = 143;

    @Test
    void servicesRunOnEnginesThatAreNamedByOptionsOrByVariablesAndLeaveThemRunning() throws Exception {
        List<String> ports = Up.freePorts(1);
        List<String> onlyEngines = new ArrayList<>(ports);
        onlyEngines.add("--only-engines");
        try (Up engines = Up.start(Up.data("engines", true), onlyEngines).awaitReady()) {
            Map<String, Object> at = engines.record().addresses();
            List<String> external = ports.stream()
                    .filter(option -> option.matches("--(room|dm|edge|more-edges)-port=.*"))
                    .toList();
            Path data = Up.data("external", true);

            List<String> named = new ArrayList<>(external);
            named.add("--engines=external");
            named.add("--pulsar-url=" + at.get("pulsar"));
            named.add("--pulsar-admin-url=" + at.get("pulsarAdmin"));
            named.add("--redis-url=" + at.get("redis"));
            named.add("--cql-contact-points=" + at.get("cql"));
            named.add("--cql-datacenter=" + at.get("cqlDatacenter"));
            String room;
            try (Up services = Up.start(data, named).awaitReady()) {
                assertEquals(List.of("room-service", "dm-service", "edge-1"), names(services));
                room = new HubApi(TestHub.of(services)).createRoom("external", Map.of());
                assertEquals(1, chatFlows(services, room, "by-options"));
                assertEquals(EXIT_TERM, services.stop());
            }
            assertAllRun(engines);

            List<String> plain = new ArrayList<>(external);
            plain.add("--engines=external");
            Map<String, String> variables = Map.of(
                    "DANMAKU_PULSAR_URL", at.get("pulsar").toString(),
                    "DANMAKU_PULSAR_ADMIN_URL", at.get("pulsarAdmin").toString(),
                    "DANMAKU_REDIS_URL", at.get("redis").toString(),
                    "DANMAKU_CQL_CONTACT_POINTS", at.get("cql").toString(),
                    "DANMAKU_CQL_DATACENTER", at.get("cqlDatacenter").toString());
            try (Up services = Up.start(data, plain, variables).awaitReady()) {
                assertEquals(List.of("room-service", "dm-service", "edge-1"), names(services));
                assertEquals(2, chatFlows(services, room, "by-variables"));
                assertEquals(EXIT_TERM, services.stop());
            }
            assertAllRun(engines);
        }
    }

    private static List<String> names(Up up) {
        return up.record().parts().stream().map(PartRecord::name).toList();
    }

    /** A chat and a direct message go through; the offset of the chat, which is also the number of the message. */
    private static long chatFlows(Up services, String room, String text) throws Exception {
        TestHub hub = TestHub.of(services);
        try (Clients clients = new Clients(1);
                Witness viewer = Witness.viewer(clients, hub, "viewer", 1);
                Witness speaker = Witness.viewer(clients, hub, "speaker", 1)) {
            viewer.join(room);
            speaker.join(room);
            long offset = speaker.say(room, text, text);
            viewer.awaitCovered(offset, TestHub.BACK_MAX);
            assertEquals(List.of(text), viewer.texts());
            Answer sent = speaker.wait(speaker.client().dmSend("viewer", text, text));
            assertTrue(sent.acknowledged(), sent::toString);
            assertEquals(offset, sent.ok().path("seq").asLong());
            return offset;
        }
    }

    /** All engines are the processes that they were. */
    private static void assertAllRun(Up engines) {
        for (PartRecord part : engines.record().parts()) {
            assertEquals(PartState.READY, part.state(), part.name());
            assertEquals(0, part.restarts(), part.name());
            assertTrue(engines.runs(part.pid()), part.name());
        }
    }
}
