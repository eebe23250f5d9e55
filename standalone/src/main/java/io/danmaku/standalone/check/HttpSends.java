package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Sends messages over HTTP as a good application does: without a result it asks again with the same cid, at the other edge, until its time is
 * over. Thread-safe.
 */
final class HttpSends implements AutoCloseable {
    private static final Duration REQUEST_MAX = Duration.ofSeconds(10);
    private static final long GIVE_UP_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long AGAIN_MS = 300;
    private static final int CREATED = 201;
    /** Whoever answers so says that nothing was sent, or that nobody knows. */
    private static final Set<String> UNDECIDED = Set.of("pending", "unavailable", "busy", "internal", "rate_limited");

    private final List<URI> edges;
    private final IntFunction<String> token;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final Executor later = CompletableFuture.delayedExecutor(AGAIN_MS, TimeUnit.MILLISECONDS, threads);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(REQUEST_MAX)
            .executor(threads)
            .build();

    /** @param token of a user */
    HttpSends(List<URI> edges, IntFunction<String> token) {
        this.edges = edges;
        this.token = token;
    }

    /** Completes never exceptionally. */
    CompletableFuture<Answer> send(int user, int to, String cid, String body) {
        ObjectNode message = Json.object().put("cid", cid).put("kind", "text").put("body", body);
        Sending sending = new Sending(
                user,
                "/api/dm/" + Plan.name(to) + "/messages",
                message.toString(),
                System.nanoTime(),
                new CompletableFuture<>());
        attempt(sending, 0, false);
        return sending.done;
    }

    private record Sending(int user, String path, String body, long sinceNs, CompletableFuture<Answer> done) {}

    /** @param maybe whether an earlier attempt may have been carried out */
    private void attempt(Sending sending, int number, boolean maybe) {
        URI edge = edges.get((sending.user + number) % edges.size());
        HttpRequest request = HttpRequest.newBuilder(edge.resolve(sending.path))
                .timeout(REQUEST_MAX)
                .header("Authorization", "Bearer " + token.apply(sending.user))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(sending.body))
                .build();
        var unused = http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(HttpSends::answer)
                .exceptionally(away -> new Answer(null, "unavailable", away.toString(), 0, true))
                .thenAccept(answer -> {
                    if (answer.acknowledged() || !UNDECIDED.contains(answer.code())) {
                        sending.done.complete(
                                answer.acknowledged() || !maybe
                                        ? answer
                                        : new Answer(null, answer.code(), answer.message(), 0, true));
                    } else if (System.nanoTime() - sending.sinceNs > GIVE_UP_NS) {
                        sending.done.complete(new Answer(null, answer.code(), answer.message(), 0, true));
                    } else {
                        // an edge that passes a request on cannot tell whether it was carried out
                        later.execute(
                                () -> attempt(sending, number + 1, maybe || !"rate_limited".equals(answer.code())));
                    }
                });
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        JsonNode said;
        try {
            said = Json.MAPPER.readTree(response.body());
        } catch (IOException notJson) {
            throw new CompletionException(notJson);
        }
        return response.statusCode() == CREATED
                ? new Answer(said, "", "", 0, false)
                : new Answer(
                        null,
                        said.path("code").asText("internal"),
                        said.path("detail").asText(),
                        0,
                        false);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
