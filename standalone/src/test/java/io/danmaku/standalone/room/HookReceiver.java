package io.danmaku.standalone.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.danmaku.protocol.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A product's backend that is told of events, at as many paths as a test needs. It checks signatures as docs/protocol.md says. */
final class HookReceiver implements AutoCloseable {
    static final String SECRET = "a-secret-of-the-product";

    private static final Pattern SIGNATURE = Pattern.compile("t=(\\d+),v1=([0-9a-f]{64})");
    private static final long CLOCKS_S = 60;

    /**
     * A post.
     *
     * @param status what it was answered with, 0 = nothing
     * @param atNs when it came
     */
    record Post(JsonNode event, boolean signed, int status, long atNs) {
        String id() {
            return event.path("id").asText();
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, List<Post>> posts = new ConcurrentHashMap<>();
    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    HookReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", asked -> {
            long atNs = System.nanoTime();
            String path = asked.getRequestURI().getPath().substring(1);
            byte[] body = asked.getRequestBody().readAllBytes();
            boolean signed = isSigned(asked.getRequestHeaders().getFirst("Danmaku-Signature"), body);
            int status = statuses.getOrDefault(path, 200);
            posts(path).add(new Post(Json.MAPPER.readTree(body), signed, status, atNs));
            if (status == 0) {
                try {
                    closed.await();
                } catch (InterruptedException cut) {
                    Thread.currentThread().interrupt();
                }
            } else {
                asked.sendResponseHeaders(status, -1);
            }
            asked.close();
        });
        server.start();
    }

    private static boolean isSigned(String header, byte[] body) {
        Matcher signature = SIGNATURE.matcher(String.valueOf(header));
        if (!signature.matches()) {
            return false;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            mac.update((signature.group(1) + ".").getBytes(StandardCharsets.US_ASCII));
            long ageS = System.currentTimeMillis() / 1000 - Long.parseLong(signature.group(1));
            return Math.abs(ageS) < CLOCKS_S
                    && HexFormat.of().formatHex(mac.doFinal(body)).equals(signature.group(2));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    String address(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
    }

    /** @param status 0 = none, ever */
    void answer(String path, int status) {
        statuses.put(path, status);
    }

    List<Post> posts(String path) {
        return posts.computeIfAbsent(path, none -> new CopyOnWriteArrayList<>());
    }

    /** Type and room of what was posted, each event once, in the order of its first try. */
    List<String> told(String path) {
        return posts(path).stream()
                .map(post -> post.id() + " " + post.event.path("type").asText() + " "
                        + post.event.path("room").asText())
                .distinct()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
