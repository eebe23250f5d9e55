package io.danmaku.standalone.room;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.hub.ApiDocuments;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks one HTTP service as one user; what its document does not say of an answer fails. */
final class RoomHttp {
    private static final Duration TIMEOUT = Duration.ofSeconds(25);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /** What came back; the body is null when there was none, or when it was not JSON. */
    record Answer(int status, JsonNode body, String etag, String contentType) {
        String code() {
            return body.path("code").asText("");
        }
    }

    private final URI base;
    private final String token;
    private final Duration timeout;

    RoomHttp(URI base, String token) {
        this(base, token, TIMEOUT);
    }

    private RoomHttp(URI base, String token, Duration timeout) {
        this.base = base;
        this.token = token;
        this.timeout = timeout;
    }

    /** The same with so much patience. */
    RoomHttp within(Duration patience) {
        return new RoomHttp(base, token, patience);
    }

    Answer get(String path) throws IOException, InterruptedException {
        return ask("GET", path, null);
    }

    Answer post(String path, String json) throws IOException, InterruptedException {
        return ask("POST", path, json);
    }

    Answer patch(String path, String json) throws IOException, InterruptedException {
        return ask("PATCH", path, json);
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return ask("DELETE", path, null);
    }

    /** @param ifMatch an ETag as it was given */
    Answer patchIf(String ifMatch, String path, String json) throws IOException, InterruptedException {
        return ask("PATCH", path, json, ifMatch);
    }

    Answer ask(String method, String path, String body) throws IOException, InterruptedException {
        return ask(method, path, body, null);
    }

    private Answer ask(String method, String path, String body, String ifMatch)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(timeout);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (ifMatch != null) {
            request.header("If-Match", ifMatch);
        }
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        HttpRequest asked = request.build();
        HttpResponse<byte[]> answer = HTTP.send(asked, HttpResponse.BodyHandlers.ofByteArray());
        ApiDocuments.check(asked, body == null ? null : body.getBytes(StandardCharsets.UTF_8), answer);
        String contentType = answer.headers().firstValue("Content-Type").orElse("");
        boolean json = contentType.contains("json");
        return new Answer(
                answer.statusCode(),
                json ? Json.MAPPER.readTree(answer.body()) : null,
                answer.headers().firstValue("ETag").orElse(null),
                contentType);
    }
}
