package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How results come back to the edge where somebody waits for them. */
class DirectDeliveryIT {
    private static final Duration SEEN_MAX = Duration.ofSeconds(30);
    private static final long RESULT_S_MAX = 90;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final TestHub hub = TestHub.get();

    private HttpResponse<String> pulsar(String method, String path) throws IOException, InterruptedException {
        URI uri = URI.create(hub.address("pulsarAdmin")).resolve("/admin/v2/persistent/danmaku/delivery" + path);
        return HTTP.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Delivery topics that dm-service holds open, as paths below the namespace. */
    private List<String> written() throws IOException, InterruptedException {
        List<String> written = new ArrayList<>();
        for (JsonNode topic : Json.MAPPER.readTree(pulsar("GET", "").body())) {
            String path = topic.asText().substring(topic.asText().lastIndexOf('/'));
            HttpResponse<String> stats = pulsar("GET", path + "/stats");
            if (stats.statusCode() == 200
                    && !Json.MAPPER.readTree(stats.body()).path("publishers").isEmpty()) {
                written.add(path);
            }
        }
        return written;
    }

    private double dropped() throws IOException, InterruptedException {
        String metrics = HTTP.send(
                        HttpRequest.newBuilder(hub.dmService().resolve("/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        return metrics.lines()
                .filter(line -> line.startsWith("danmaku_dm_deliveries_total") && line.contains("dropped"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void anEdgesTopicThatThePulsarClientHasGivenUpIsOpenedAnew() throws Exception {
        try (Clients clients = new Clients(1)) {
            HubClient ann = clients.open(
                    ClientOptions.of(List.of(hub.webSocket(1)), () -> hub.token("delivery-ann")), new HubListener() {});
            assertTrue(ann.dmSend("delivery-bob", "c1", "before")
                    .get(RESULT_S_MAX, TimeUnit.SECONDS)
                    .acknowledged());
            List<String> topics = written();
            assertFalse(topics.isEmpty());
            // a producer of a terminated topic never comes back, although the topic does
            for (String topic : topics) {
                assertEquals(200, pulsar("POST", topic + "/terminate").statusCode());
            }
            double before = dropped();
            CompletableFuture<Answer> asked = ann.dmSend("delivery-bob", "c2", "meanwhile");
            Eventually.await(SEEN_MAX, "a result is lost", () -> dropped() > before);
            for (String topic : topics) {
                Eventually.await(
                        SEEN_MAX,
                        topic + " is gone",
                        () -> pulsar("DELETE", topic + "?force=true").statusCode() < 300);
            }
            assertTrue(asked.get(RESULT_S_MAX, TimeUnit.SECONDS).acknowledged());
        }
    }
}
