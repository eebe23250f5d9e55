package io.danmaku.standalone.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** The room admin API as the command line uses it, with a short-lived admin token. */
public final class RoomClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TOKEN_TTL = Duration.ofMinutes(1);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final String base;
    private final Tokens tokens;

    /**
     * @param base address of an edge or of room-service
     * @param secret signs the token
     */
    public RoomClient(String base, String secret) {
        this.base = base;
        this.tokens = new Tokens(secret);
    }

    /** What the service answered: a status and the JSON body, missing when there was none. */
    public record Answer(int status, JsonNode body) {
        private static final int ERRORS_FROM = 400;

        public boolean ok() {
            return status < ERRORS_FROM;
        }

        /** The refusal's code, empty when there is none. */
        public String code() {
            return body.path("code").asText("");
        }

        /** The refusal in one line. */
        public String problem() {
            String code = code();
            String detail = body.path("detail").asText(body.path("title").asText("no reason given"));
            return (code.isEmpty() ? "HTTP " + status : code) + ": " + detail;
        }
    }

    public Answer create(Map<String, Object> room) throws IOException, InterruptedException {
        return send("POST", "/api/rooms", room);
    }

    /** @return a room, open or closed */
    public Answer read(String room) throws IOException, InterruptedException {
        return send("GET", "/api/rooms/" + room, null);
    }

    /**
     * One page of the rooms.
     *
     * @param cursor of the page before, empty for the first
     */
    public Answer list(String cursor) throws IOException, InterruptedException {
        String query = cursor.isEmpty() ? "" : "?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
        return send("GET", "/api/rooms" + query, null);
    }

    public Answer close(String room) throws IOException, InterruptedException {
        return send("DELETE", "/api/rooms/" + room, null);
    }

    /** @param sanction as the API takes it: {@code user}, {@code kind}, {@code seconds}, {@code reason} */
    public Answer sanction(String room, Map<String, Object> sanction) throws IOException, InterruptedException {
        return send("POST", "/api/rooms/" + room + "/sanctions", sanction);
    }

    private Answer send(String method, String path, Object body) throws IOException, InterruptedException {
        Claims admin = new Claims(
                "danmaku-cli",
                "danmaku",
                Ids.DEFAULT_TENANT,
                Map.of(),
                true,
                System.currentTimeMillis() + TOKEN_TTL.toMillis());
        HttpRequest.BodyPublisher publisher = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + tokens.sign(admin))
                .header("Content-Type", "application/json")
                .method(method, publisher)
                .build();
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        JsonNode answer;
        try {
            answer = JSON.readTree(response.body());
        } catch (IOException notJson) {
            answer = JSON.missingNode();
        }
        return new Answer(response.statusCode(), answer);
    }
}
