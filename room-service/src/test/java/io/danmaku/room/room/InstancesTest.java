package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.danmaku.protocol.json.Json;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InstancesTest {
    private static final Owner A = new Owner("a", "http://a:1");
    private static final Owner B = new Owner("b", "http://b:1");

    private static JsonNode subscription(String more) throws JsonProcessingException {
        return Json.MAPPER.readTree("{\"consumers\":[{\"consumerName\":\"a\",\"metadata\":{\"url\":\"http://a:1\"}},"
                + "{\"consumerName\":\"b\",\"metadata\":{\"url\":\"http://b:1\"}},"
                + "{\"consumerName\":\"old\",\"metadata\":{}}]" + more + "}");
    }

    @Test
    void theOthersAreThoseThatSayWhereTheyAre() throws Exception {
        assertEquals(Set.of(B), Instances.others(subscription(""), A));
        assertEquals(Set.of(), Instances.others(MissingNode.getInstance(), A));
        // what two say of one address would be looked at here
        assertEquals(Set.of(A), Instances.others(subscription(""), new Owner("c", B.url())));
    }

    @Test
    void ofSeveralConsumersOneIsActiveOrAllHaveRecords() throws Exception {
        JsonNode failover = subscription(",\"activeConsumerName\":\"b\"");
        assertTrue(Instances.has(failover, B));
        assertFalse(Instances.has(failover, A));
        assertTrue(Instances.has(subscription(""), A));
        assertTrue(Instances.has(subscription(""), B));
        assertFalse(Instances.has(subscription(""), new Owner("c", "http://c:1")));
        assertFalse(Instances.has(MissingNode.getInstance(), A));
    }
}
