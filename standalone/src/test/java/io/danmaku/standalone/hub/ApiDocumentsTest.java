package io.danmaku.standalone.hub;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

class ApiDocumentsTest {
    private static final String VIEWER = "{\"user\":\"7\",\"here\":true,\"connections\":1}";
    private static final String PROBLEM =
            "{\"type\":\"about:blank\",\"title\":\"t\",\"status\":404,\"detail\":\"d\",\"code\":\"no_such_room\"}";

    /** An answer as a client has it. */
    private record Got(HttpRequest request, int statusCode, String type, String text) implements HttpResponse<byte[]> {
        @Override
        public byte[] body() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Optional<HttpResponse<byte[]>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public HttpHeaders headers() {
            return HttpHeaders.of(Map.of("Content-Type", List.of(type)), (name, value) -> true);
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }

    private static void check(String method, String path, String sent, int status, String type, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:1" + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        Got answer = new Got(request, status, type, body);
        ApiDocuments.check(request, sent == null ? null : sent.getBytes(StandardCharsets.UTF_8), answer);
    }

    private static void assertSaid(String method, String path, String sent, int status, String type, String body) {
        assertDoesNotThrow(() -> check(method, path, sent, status, type, body));
    }

    private static void assertUnsaid(String method, String path, String sent, int status, String type, String body) {
        assertThrows(AssertionError.class, () -> check(method, path, sent, status, type, body));
    }

    @Test
    void anAnswerIsHeldToItsOperation() {
        String viewer = "/api/rooms/42/viewers/7";
        assertSaid("GET", viewer, null, 200, "application/json; charset=utf-8", VIEWER);
        assertSaid("GET", viewer, null, 404, "application/problem+json", PROBLEM);
        assertUnsaid("GET", viewer, null, 410, "application/problem+json", PROBLEM);
        assertUnsaid("GET", viewer, null, 404, "application/json", PROBLEM);
        assertUnsaid("GET", viewer, null, 200, "application/json", VIEWER.replace("\"here\"", "\"there\""));
        assertUnsaid("GET", viewer, null, 200, "application/json", VIEWER.replace("{", "{\"more\":1,"));
        assertUnsaid("GET", viewer, null, 200, "application/json", "");
        assertUnsaid("DELETE", "/api/rooms/42?erase=true", null, 204, "application/json", VIEWER);
        assertSaid("DELETE", "/api/rooms/42?erase=true", null, 204, "application/json", "");
        assertUnsaid("GET", "/api/nothing", null, 200, "application/json", "{}");
        assertSaid("GET", "/api/nothing", null, 404, "application/problem+json", PROBLEM);
    }

    @Test
    void aWordOfThePathGoesBeforeAParameter() {
        assertSaid("GET", "/api/dm/reports/AAAAAAAAAAAAAAAAAAAAAA", null, 403, "application/problem+json", PROBLEM);
        assertSaid("GET", "/api/dm/messages/jobs", null, 200, "application/json", "{\"jobs\":[]}");
        assertSaid("GET", "/api/dm/7/messages", null, 200, "application/json", "{\"messages\":[]}");
    }

    @Test
    void whatWasTakenIsHeldToTheDocumentToo() {
        String read = "/api/dm/8/read";
        assertSaid("POST", read, "{\"seq\":1}", 200, "application/json", "{\"readSeq\":1}");
        assertUnsaid("POST", read, "{\"seq\":0}", 200, "application/json", "{\"readSeq\":1}");
        assertUnsaid("POST", read, null, 200, "application/json", "{\"readSeq\":1}");
        assertUnsaid("GET", "/api/dm/7/messages?page=1", null, 200, "application/json", "{\"messages\":[]}");
        assertUnsaid("GET", "/api/dm/7/messages?limit=0", null, 200, "application/json", "{\"messages\":[]}");
        assertUnsaid("GET", "/api/dm/7/messages?limit=x", null, 200, "application/json", "{\"messages\":[]}");
        assertSaid("GET", "/api/rooms/42/events?type=gift,chat", null, 403, "application/problem+json", PROBLEM);
    }
}
