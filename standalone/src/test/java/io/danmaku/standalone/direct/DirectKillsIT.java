package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process is killed while many users write: nothing acknowledged is missing or doubled. */
class DirectKillsIT {
    private static final int USERS = 5;
    private static final int MESSAGES_EACH = 40;
    private static final double FIRST_KILL = 0.2;
    private static final double SECOND_KILL = 0.6;

    private final TestHub hub = TestHub.get();

    private List<URI> instances() {
        return List.of(hub.dmService(), hub.edge(1), hub.edge(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dm-service", "cassandra", "pulsar"})
    void nothingAcknowledgedIsMissingOrDoubledAfterTheKillOf(String part) throws Exception {
        try (DirectTraffic traffic = new DirectTraffic("kill-" + part, USERS, MESSAGES_EACH, instances()).start()) {
            traffic.awaitAcknowledged(FIRST_KILL);
            hub.kill9(part);
            hub.awaitBack(part);
            traffic.awaitAcknowledged(SECOND_KILL);
            hub.kill9(part);
            traffic.awaitAcknowledged(1);
            hub.awaitBack(part);
            assertTrue(traffic.askedAgain() > 0, "the kills were felt");
            traffic.check(hub.dmService());
        }
    }

    @Test
    void twoInstancesShareTheWorkAndOneGoesOnAloneWhenTheOtherIsKilled() throws Exception {
        try (OwnService second = OwnService.start(hub, OwnService.Kind.DM_SERVICE, Map.of())) {
            List<URI> both = List.of(hub.dmService(), second.address());
            try (DirectTraffic traffic = new DirectTraffic("two", USERS, MESSAGES_EACH, both).start()) {
                traffic.awaitAcknowledged(FIRST_KILL);
                assertTrue(
                        second.metric("danmaku_dm_partitions_owned") > 0,
                        "the second instance has its share of the partitions");
                second.kill9();
                traffic.awaitAcknowledged(1);
                traffic.check(hub.dmService());
            }
        }
    }
}
