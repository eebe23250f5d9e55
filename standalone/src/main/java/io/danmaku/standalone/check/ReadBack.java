package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.check.History.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Reads over HTTP what every user sees in the end: all histories and the contacts. Some users at a time, page after page. */
final class ReadBack {
    private static final int AT_A_TIME = 4;
    private static final int HISTORY_LIMIT = 500;
    /** Small, so that there is more than one page. */
    private static final int CONTACTS_LIMIT = 7;

    private static final Duration REQUEST_MAX = Duration.ofSeconds(20);
    private static final int TRIES = 30;
    private static final int TRY_AGAIN_MS = 500;
    private static final int OK = 200;

    private final List<URI> edges;
    private final IntFunction<String> token;
    private final int users;
    private final HistoryFile file;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(REQUEST_MAX)
            .build();

    /** @param token of a user */
    ReadBack(List<URI> edges, IntFunction<String> token, int users, HistoryFile file) {
        this.edges = edges;
        this.token = token;
        this.users = users;
        this.file = file;
    }

    /** Reads everything anew into the file. */
    void run() throws IOException, InterruptedException {
        file.readBack();
        ExecutorService readers = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int user = 0; user < users; user++) {
                int whose = user;
                all.add(readers.submit(() -> {
                    read(whose);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException("reading back: " + failed.getCause().getMessage(), failed.getCause());
        } finally {
            readers.shutdownNow();
        }
    }

    private void read(int user) throws InterruptedException {
        Iterable<JsonNode> contacts = contacts(user);
        file.contacts(user, contacts);
        file.settings(user, get(user, "/api/dm/settings"));
        for (int peer = 0; peer < users; peer++) {
            List<JsonNode> messages = peer == user ? List.of() : history(user, peer);
            if (!messages.isEmpty()) {
                file.history(new Side(user, peer), messages);
            }
        }
    }

    /** The whole conversation, page by page from its end, in the order of the answers turned round. */
    private List<JsonNode> history(int user, int peer) throws InterruptedException {
        List<List<JsonNode>> pages = new ArrayList<>();
        String before = "";
        long next;
        do {
            JsonNode page = get(user, "/api/dm/" + Plan.name(peer) + "/messages?limit=" + HISTORY_LIMIT + before);
            pages.add(elements(page.path("messages")));
            next = page.path("next").asLong();
            before = "&before=" + next;
        } while (next > 0);
        Collections.reverse(pages);
        return pages.stream().flatMap(List::stream).toList();
    }

    private List<JsonNode> contacts(int user) throws InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = get(user, "/api/dm/contacts?limit=" + CONTACTS_LIMIT + cursor);
            all.addAll(elements(page.path("contacts")));
            String next = page.path("cursor").asText("");
            cursor = next.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
        } while (!cursor.isEmpty());
        return all;
    }

    private static List<JsonNode> elements(JsonNode array) {
        List<JsonNode> all = new ArrayList<>(array.size());
        array.forEach(all::add);
        return all;
    }

    private JsonNode get(int user, String path) throws InterruptedException {
        String last = "";
        for (int attempt = 0; attempt < TRIES; attempt++) {
            URI edge = edges.get((user + attempt) % edges.size());
            HttpRequest request = HttpRequest.newBuilder(edge.resolve(path))
                    .timeout(REQUEST_MAX)
                    .header("Authorization", "Bearer " + token.apply(user))
                    .build();
            try {
                HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
                if (answer.statusCode() == OK) {
                    return Json.MAPPER.readTree(answer.body());
                }
                last = "HTTP " + answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8);
            } catch (IOException away) {
                last = away.toString();
            }
            TimeUnit.MILLISECONDS.sleep(TRY_AGAIN_MS);
        }
        throw new UncheckedIOException(new IOException(path + " of " + Plan.name(user) + ": " + last));
    }
}
