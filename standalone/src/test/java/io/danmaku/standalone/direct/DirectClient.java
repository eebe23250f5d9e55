package io.danmaku.standalone.direct;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Account;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import io.danmaku.standalone.hub.ApiDocuments;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One user's requests about direct messages, to any instance. What their document does not say of an answer fails. */
final class DirectClient {
    private static final Duration REQUEST_MAX = Duration.ofSeconds(15);
    private static final Duration TOKEN_TTL = Duration.ofHours(2);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final String user;
    private final String token;

    /** What was answered. */
    record Answer(int status, JsonNode body) {
        String code() {
            return body.path("code").asText();
        }
    }

    /** One whose allowance is large: tests ask faster than a person. */
    DirectClient(String user) {
        this(user, true);
    }

    /** @param backend whether its token is that of a backend, else it is a viewer's */
    DirectClient(String user, boolean backend) {
        this(TestHub.get(), Ids.DEFAULT_TENANT, user, backend);
    }

    DirectClient(String tenant, String user, boolean backend) {
        this(TestHub.get(), tenant, user, backend);
    }

    /** @param hub whose user it is, where that is not the shared one */
    DirectClient(TestHub hub, String user, boolean backend) {
        this(hub, Ids.DEFAULT_TENANT, user, backend);
    }

    private DirectClient(TestHub hub, String tenant, String user, boolean backend) {
        this(user, hub.token(new Claims(user, user, tenant, Map.of(), backend, expiresAtMs())));
    }

    private DirectClient(String user, String token) {
        this.user = user;
        this.token = token;
    }

    /** One of a user's devices. */
    static DirectClient on(TestHub hub, String user, String device) {
        return new DirectClient(
                user,
                hub.token(new Claims(
                        user,
                        user,
                        Ids.DEFAULT_TENANT,
                        Map.of(),
                        true,
                        expiresAtMs(),
                        Profile.NONE,
                        Account.UNKNOWN.on(device))));
    }

    private static long expiresAtMs() {
        return System.currentTimeMillis() + TOKEN_TTL.toMillis();
    }

    String token() {
        return token;
    }

    String user() {
        return user;
    }

    Answer send(URI at, String peer, String cid, String text) throws IOException, InterruptedException {
        ObjectNode body = Json.object().put("cid", cid).put("kind", "text").put("body", text);
        return post(at, "/api/dm/" + peer + "/messages", Json.bytes(body));
    }

    Answer read(URI at, String peer, long seq) throws IOException, InterruptedException {
        return post(at, "/api/dm/" + peer + "/read", Json.bytes(Json.object().put("seq", seq)));
    }

    Answer post(URI at, String path, byte[] body) throws IOException, InterruptedException {
        return exchange(
                request(at, path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                body);
    }

    /** @param body null = none */
    Answer ask(String method, URI at, String path, ObjectNode body) throws IOException, InterruptedException {
        byte[] sent = body == null ? new byte[0] : Json.bytes(body);
        HttpRequest.BodyPublisher publisher =
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(sent);
        return exchange(
                request(at, path)
                        .header("Content-Type", "application/json")
                        .method(method, publisher)
                        .build(),
                sent);
    }

    /** Asks with any bytes for a body, and holds only the answer to the documents. */
    Answer askAnything(String method, URI at, String path, byte[] body) throws IOException, InterruptedException {
        HttpRequest request = request(at, path)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        ApiDocuments.checkAnswer(request, answer);
        return new Answer(answer.statusCode(), Json.MAPPER.readTree(answer.body()));
    }

    Answer get(URI at, String path) throws IOException, InterruptedException {
        return exchange(request(at, path).GET().build(), null);
    }

    private HttpRequest.Builder request(URI at, String path) {
        return HttpRequest.newBuilder(at.resolve(path)).timeout(REQUEST_MAX).header("Authorization", "Bearer " + token);
    }

    private static Answer exchange(HttpRequest request, byte[] sent) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        ApiDocuments.check(request, sent, answer);
        return new Answer(answer.statusCode(), Json.MAPPER.readTree(answer.body()));
    }

    /** The whole conversation, read page by page from its end, in the order of its numbers. */
    List<JsonNode> history(URI at, String peer, int pageSize) throws IOException, InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        String before = "";
        while (true) {
            Answer answer = get(at, "/api/dm/" + peer + "/messages?limit=" + pageSize + before);
            List<JsonNode> page = messages(answer);
            if (page.isEmpty()) {
                return all;
            }
            all.addAll(0, page);
            before = "&before=" + page.get(0).get("seq").asLong();
        }
    }

    /** All that sync tells from a position on (null = from the start), and the position after it as the last element. */
    Synced sync(URI at, String from, int pageSize) throws IOException, InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        String pos = from;
        while (true) {
            Answer answer = get(at, "/api/dm/sync?limit=" + pageSize + (pos == null ? "" : "&pos=" + pos));
            all.addAll(messages(answer));
            pos = answer.body().get("pos").asText();
            if (!answer.body().get("more").asBoolean()) {
                return new Synced(all, pos);
            }
        }
    }

    /** What sync told, and where to go on. */
    record Synced(List<JsonNode> messages, String pos) {}

    /** The contact with a peer, or a missing node. */
    JsonNode contact(URI at, String peer) throws IOException, InterruptedException {
        for (JsonNode contact : contacts(at, 200)) {
            if (contact.get("peer").asText().equals(peer)) {
                return contact;
            }
        }
        return Json.MAPPER.missingNode();
    }

    List<JsonNode> contacts(URI at, int pageSize) throws IOException, InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        while (true) {
            Answer answer = get(at, "/api/dm/contacts?limit=" + pageSize + cursor);
            if (answer.status() != 200) {
                throw new AssertionError("contacts: " + answer);
            }
            answer.body().get("contacts").forEach(all::add);
            if (!answer.body().has("cursor")) {
                return all;
            }
            cursor = "&cursor=" + answer.body().get("cursor").asText();
        }
    }

    private static List<JsonNode> messages(Answer answer) {
        if (answer.status() != 200) {
            throw new AssertionError("messages: " + answer);
        }
        List<JsonNode> messages = new ArrayList<>();
        answer.body().get("messages").forEach(messages::add);
        return messages;
    }
}
