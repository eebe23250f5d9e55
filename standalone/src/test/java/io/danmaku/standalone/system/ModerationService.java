package io.danmaku.standalone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A product's own service that looks at chats: the first word of a text is its verdict; to {@code wait} it says nothing until it is told to. */
final class ModerationService implements AutoCloseable {
    static final String SECRET = "a-secret-of-the-product";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final List<HttpExchange> waiting = new CopyOnWriteArrayList<>();
    private boolean gone;

    ModerationService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/chat", this::take);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/chat";
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        check(exchange.getRequestHeaders().getFirst("Danmaku-Signature"), body);
        JsonNode chat = JSON.readTree(body);
        asked.add(chat);
        String text = chat.path("text").asText();
        String verdict = text.substring(0, text.indexOf(' '));
        if (verdict.equals("wait")) {
            waiting.add(exchange);
        } else {
            answer(exchange, verdict);
        }
    }

    private static void answer(HttpExchange exchange, String verdict) throws IOException {
        byte[] answer = ("{\"verdict\":\"" + verdict + "\"}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private void check(String signature, byte[] body) {
        try {
            String t = signature.substring("t=".length(), signature.indexOf(','));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((t + ".").getBytes(StandardCharsets.UTF_8));
            String expected = "t=" + t + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
            if (!expected.equals(signature) || Math.abs(Long.parseLong(t) - System.currentTimeMillis() / 1_000) > 60) {
                problems.add(signature);
            }
        } catch (GeneralSecurityException | RuntimeException wrong) {
            problems.add(signature + ": " + wrong);
        }
    }

    /** Answers all that wait. */
    void answerWaiting(String verdict) throws IOException {
        for (HttpExchange exchange : waiting) {
            answer(exchange, verdict);
        }
        waiting.clear();
    }

    int waiting() {
        return waiting.size();
    }

    /** What it was asked, in order. */
    List<JsonNode> asked() {
        return asked;
    }

    /** Requests that the hub did not sign as it should. */
    List<String> problems() {
        return problems;
    }

    /** Nobody can connect any more. */
    void goAway() {
        if (!gone) {
            gone = true;
            server.stop(0);
        }
    }

    @Override
    public void close() {
        goAway();
    }
}
