package io.danmaku.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class UnreadableRequestsTest {
    private static final String MEGABYTE = "x".repeat(1 << 20);
    private static final Vertx VERTX = Vertx.vertx();
    private static HttpServer server;

    @BeforeAll
    static void start() throws Exception {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setMaxInitialLineLength(UnreadableRequests.LINE_BYTES_MAX)
                .setMaxHeaderSize(UnreadableRequests.HEADERS_BYTES_MAX);
        server = VERTX.createHttpServer(options)
                .requestHandler(request -> request.response().end("{}"))
                .invalidRequestHandler(new UnreadableRequests(VERTX, UnreadableRequests.HEADERS_BYTES_MAX))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** The status and the code of the answer, which is all that comes before the end of the connection. */
    private static String asked(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.contains(Problems.CONTENT_TYPE), answer);
            String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
            return answer.substring(9, 12) + " "
                    + Json.MAPPER.readTree(body).path("code").asText();
        }
    }

    @Test
    void whatIsTooLongIsToldAlsoWhenMuchOfItIsStillToCome() throws IOException {
        assertEquals("414 too_long", asked("GET /?pos=" + MEGABYTE + " HTTP/1.1\r\nHost: a\r\n\r\n"));
        assertEquals("431 too_long", asked("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + MEGABYTE + "\r\n\r\n"));
    }

    @Test
    void whatIsNoRequestIsToldToBeNone() throws IOException {
        assertEquals("400 bad_command", asked("nonsense\r\n\r\n"));
        assertEquals("400 bad_command", asked("GET / HTTP/x\r\n\r\n"));
    }
}
