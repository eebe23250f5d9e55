package io.danmaku.dm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DmServiceConfigTest {
    private static final String SECRET = "token.secret = \"0123456789abcdef0123456789abcdef\"\n";

    @TempDir
    private Path folder;

    private DmServiceConfig with(String override) throws IOException {
        Path file = Files.writeString(folder.resolve("override.conf"), SECRET + override);
        return DmServiceConfig.read(Settings.load("dm-service", file));
    }

    @Test
    void theShippedFileIsCompleteButForTheSecret() throws IOException {
        assertEquals(8082, with("").port());
        ConfigurationException missing = assertThrows(ConfigurationException.class, () -> with("token.secret = \"\""));
        assertTrue(missing.getMessage().startsWith("token.secret"), missing.getMessage());
    }

    @Test
    void everyKeyIsExplainedAndHasItsEnvironmentVariable() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "config", "dm-service.conf"));
        for (int i = 0; i < lines.size() - 1; i++) {
            String line = lines.get(i).strip();
            if (line.contains(" = ") && !line.contains("${?") && !line.startsWith("#")) {
                String key = line.substring(0, line.indexOf(" = "));
                assertTrue(lines.get(i + 1).strip().startsWith(key + " = ${?DANMAKU_"), line);
            }
        }
    }

    @Test
    void whatIsWrongIsNamed() {
        for (String wrong : List.of(
                "inbound.retryMax = 10ms",
                "inbound.unacknowledgedMax = 1",
                "cql.contactPoints = \"localhost\"",
                "cql.keyspace = \"a;b\"",
                "cql.replication = \"{}; DROP\"",
                "cql.replication = \"{'class': 'SimpleStrategy', 'replication_factor': 1}; DROP\"",
                "cql.replication = \"{'class': 'SimpleStrategy'}\"",
                "cql.replication = \"{'class': 'SimpleStrategy', 'dc1': 3}\"",
                "cql.replication = \"{'class': 'SimpleStrategy', 'replication_factor': 0}\"",
                "cql.replication = \"{'class': 'SimpleStrategy', 'replication_factor': 'three'}\"",
                "cql.replication = \"{'class': 'LocalStrategy'}\"",
                "cql.replication = \"{'replication_factor': 3}\"",
                "cql.replication = \"{'class': 'NetworkTopologyStrategy'}\"",
                "cql.replication = \"{'class': 'NetworkTopologyStrategy', 'elsewhere': 3}\"",
                "cql.replication = \"{'class': 'NetworkTopologyStrategy', 'datacenter1': 3, 'datacenter1': 1}\"",
                "cql.consistency = \"MOST\"",
                "cql.consistency = \"local_quorum\"",
                "cql.consistency = \"ANY\"",
                "cql.consistency = \"SERIAL\"",
                "cql.consistency = \"LOCAL_SERIAL\"",
                "cql.consistency = \"TWO\"",
                "cql.consistency = \"EACH_QUORUM\"",
                "requests.resultWithin = 5",
                "jobs.keep = 1h",
                "jobs.perSecond = 0",
                "http.bodyMax = 64",
                "http.sendsPerSecond = 0",
                "direct.newPeersPerHour = -1",
                "reports.perHour = 0",
                "messages.storing = \"forgotten\"",
                "messages.relayWithin = 4s",
                "messages.relayWithin = 366d",
                "reports.keptFor = 1h",
                "token.keysUrl = \"id.example\"",
                "no.such = 1")) {
            String key = wrong.substring(0, wrong.indexOf(' '));
            ConfigurationException bad = assertThrows(ConfigurationException.class, () -> with(wrong));
            assertTrue(bad.getMessage().startsWith(key), wrong + " -> " + bad.getMessage());
        }
    }

    @Test
    void theStoreIsAskedWithAQuorumOfItsDatacenterUnlessItIsSaidOtherwise() throws IOException {
        assertEquals("LOCAL_QUORUM", with("").cql().consistency());
        for (String chosen : List.of("QUORUM", "ALL", "LOCAL_ONE", "ONE")) {
            assertEquals(
                    chosen, with("cql.consistency = \"" + chosen + "\"").cql().consistency());
        }
    }

    @Test
    void copiesAreChosenByDatacenter() throws IOException {
        for (String chosen : List.of(
                "{'class': 'NetworkTopologyStrategy', 'datacenter1': 3, 'eu-west.1': '2'}",
                "{ 'class' : 'org.apache.cassandra.locator.NetworkTopologyStrategy', 'replication_factor' : 3 }",
                "{'class':'SimpleStrategy','replication_factor':'1'}")) {
            assertEquals(
                    chosen, with("cql.replication = \"" + chosen + "\"").cql().replication());
        }
        assertEquals(
                "dc1",
                with("cql.datacenter = dc1\ncql.replication = \"{'class': 'NetworkTopologyStrategy', 'dc1': 3}\"")
                        .cql()
                        .datacenter());
    }

    @Test
    void secretsAreNotPrinted() throws IOException {
        DmServiceConfig config = with("cql.user = \"u\"\ncql.password = \"hidden-word\"");
        assertFalse((config.toString() + config.cql()).contains("hidden-word"));
        assertFalse(config.toString().contains("0123456789"));
    }
}
