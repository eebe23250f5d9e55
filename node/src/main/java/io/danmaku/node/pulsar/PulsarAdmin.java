package io.danmaku.node.pulsar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The few calls of Pulsar's REST admin API (v2) that the hub needs. The client library for it would bring a second HTTP
 * stack and 40 MB for these. Asynchronous; a call that is not answered within {@link #TIMEOUT} fails.
 */
public final class PulsarAdmin {
    /** Bound of every call. */
    public static final Duration TIMEOUT = Duration.ofSeconds(15);

    private static final int OK_MAX = 299;
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;
    private static final int MINUTES_PER_HOUR = 60;

    /** An answer of the admin API that is not a success. */
    public static final class AdminException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;

        AdminException(int status, String message) {
            super(message);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final String base;
    private final String token;

    PulsarAdmin(PulsarConfig config) {
        base = config.adminUrl().replaceAll("/+$", "") + "/admin/v2/";
        token = config.token();
    }

    /** Makes a tenant; well when there is one. */
    public CompletableFuture<Void> createTenant(String tenant, String cluster) {
        ObjectNode body = Json.object();
        body.putArray("adminRoles");
        body.putArray("allowedClusters").add(cluster);
        return put("tenants/" + tenant, body, Set.of(CONFLICT));
    }

    /** Makes a namespace; well when there is one. */
    public CompletableFuture<Void> createNamespace(String namespace) {
        return put("namespaces/" + namespace, Json.object(), Set.of(CONFLICT));
    }

    /** @param minutes how long what no subscription needs is kept; -1 = for ever, and then without a bound of size */
    public CompletableFuture<Void> setNamespaceRetention(String namespace, int minutes) {
        return post("namespaces/" + namespace + "/retention", retention(minutes), Set.of());
    }

    public CompletableFuture<JsonNode> namespacePolicies(String namespace) {
        return get("namespaces/" + namespace);
    }

    /** @param bytes of backlog at which a compacted topic is compacted again */
    public CompletableFuture<Void> setNamespaceCompactionThreshold(String namespace, long bytes) {
        return put(
                "namespaces/" + namespace + "/compactionThreshold",
                Json.MAPPER.getNodeFactory().numberNode(bytes),
                Set.of());
    }

    /** Topics of the namespace are deleted when they have had neither producer nor subscription for so long. */
    public CompletableFuture<Void> setInactiveTopics(String namespace, int seconds) {
        ObjectNode body = Json.object();
        body.put("inactiveTopicDeleteMode", "delete_when_no_subscriptions");
        body.put("maxInactiveDurationSeconds", seconds);
        body.put("deleteWhileInactive", true);
        return post("namespaces/" + namespace + "/inactiveTopicPolicies", body, Set.of());
    }

    /** Makes a topic without partitions; well when there is one. */
    public CompletableFuture<Void> createTopic(String topic) {
        return put(path(topic), Json.object(), Set.of(CONFLICT));
    }

    /** Makes a partitioned topic; well when there is one. */
    public CompletableFuture<Void> createPartitionedTopic(String topic, int partitions) {
        return put(path(topic) + "/partitions", Json.MAPPER.getNodeFactory().numberNode(partitions), Set.of(CONFLICT));
    }

    /** Keeps a topic's records for so many hours, whatever the namespace says. */
    public CompletableFuture<Void> setTopicRetention(String topic, int hours) {
        return post(path(topic) + "/retention", retention(hours * MINUTES_PER_HOUR), Set.of());
    }

    /** The hours that {@link #setTopicRetention} set; 0 when it was never set, or not to whole hours. */
    public CompletableFuture<Integer> topicRetention(String topic) {
        return get(path(topic) + "/retention").thenApply(policy -> {
            int minutes = policy.path("retentionTimeInMinutes").asInt();
            boolean ours = minutes % MINUTES_PER_HOUR == 0
                    && policy.path("retentionSizeInMB").asInt() == -1;
            return ours ? minutes / MINUTES_PER_HOUR : 0;
        });
    }

    /** Removes a topic and its records; well when there is none. */
    public CompletableFuture<Void> deleteTopic(String topic) {
        return send("DELETE", path(topic) + "?force=true", null, Set.of(NOT_FOUND))
                .thenApply(answer -> null);
    }

    /** Starts compaction of a topic now. */
    public CompletableFuture<Void> compact(String topic) {
        return put(path(topic) + "/compaction", null, Set.of());
    }

    /** {@code status} is NOT_RUN, RUNNING, SUCCESS or ERROR. */
    public CompletableFuture<JsonNode> compactionStatus(String topic) {
        return get(path(topic) + "/compaction");
    }

    /** Where the record with a broker index lies: {@code ledgerId}, {@code entryId}. The broker walks its entries: not for a hot path. */
    public CompletableFuture<JsonNode> messageIdByIndex(String topic, long index) {
        return get(path(topic) + "/getMessageIdByIndex?index=" + index);
    }

    /** Index of the newest record that a topic ever had, also when it keeps none any more; -1 when it never had one. */
    public CompletableFuture<Long> lastIndex(String topic) {
        return get(path(topic) + "/internal-info")
                .thenApply(info -> info.path("properties").path("index").asLong(-1))
                .exceptionally(failed -> noneOr(failed, -1L));
    }

    /** How many records of a topic a subscription has not acknowledged yet, those among them that wait for their time; 0 when there is no such topic. */
    public CompletableFuture<Long> backlog(String topic, String subscription) {
        return get(path(topic) + "/stats")
                .thenApply(stats -> stats.path("subscriptions")
                        .path(subscription)
                        .path("msgBacklog")
                        .asLong())
                .exceptionally(failed -> noneOr(failed, 0L));
    }

    /**
     * What the broker knows of a topic's subscription: {@code consumers} with {@code consumerName} and {@code metadata} and, where one is
     * active, {@code activeConsumerName}. Missing when there is no such topic or subscription.
     */
    public CompletableFuture<JsonNode> subscription(String topic, String name) {
        return get(path(topic) + "/stats")
                .thenApply(stats -> stats.path("subscriptions").path(name))
                .exceptionally(failed -> noneOr(failed, MissingNode.getInstance()));
    }

    /**
     * Drops all producers and consumers of a topic, as a broker does that gives it to another one: the clients come back by themselves, and send
     * again what was not acknowledged. Well when there is no such topic.
     */
    public CompletableFuture<Void> unload(String topic) {
        return put(path(topic) + "/unload", null, Set.of(NOT_FOUND));
    }

    /** {@link #backlog} of each partition of a partitioned topic, by its number; 0 for one that the brokers say nothing of. */
    public CompletableFuture<long[]> backlogs(String topic, int partitions, String subscription) {
        return get(path(topic) + "/partitioned-stats?perPartition=true").thenApply(stats -> {
            long[] waiting = new long[partitions];
            for (int p = 0; p < partitions; p++) {
                waiting[p] = stats.path("partitions")
                        .path(topic + "-partition-" + p)
                        .path("subscriptions")
                        .path(subscription)
                        .path("msgBacklog")
                        .asLong();
            }
            return waiting;
        });
    }

    private static <T> T noneOr(Throwable failed, T none) {
        if (failed.getCause() instanceof AdminException answer && answer.status() == NOT_FOUND) {
            return none;
        }
        throw new CompletionException(failed.getCause());
    }

    private static ObjectNode retention(int minutes) {
        return Json.object().put("retentionTimeInMinutes", minutes).put("retentionSizeInMB", -1);
    }

    private static String path(String topic) {
        return topic.replace("://", "/");
    }

    private CompletableFuture<Void> put(String path, JsonNode body, Set<Integer> alsoWell) {
        return send("PUT", path, body, alsoWell).thenApply(answer -> null);
    }

    private CompletableFuture<Void> post(String path, JsonNode body, Set<Integer> alsoWell) {
        return send("POST", path, body, alsoWell).thenApply(answer -> null);
    }

    private CompletableFuture<JsonNode> get(String path) {
        return send("GET", path, null, Set.of()).thenApply(answer -> {
            try {
                return Json.MAPPER.readTree(answer);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private CompletableFuture<byte[]> send(String method, String path, JsonNode body, Set<Integer> alsoWell) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)));
        }
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(answer -> {
                    if (answer.statusCode() > OK_MAX && !alsoWell.contains(answer.statusCode())) {
                        throw new CompletionException(new AdminException(
                                answer.statusCode(), method + " " + path + " answered " + answer.statusCode()));
                    }
                    return answer.body();
                });
    }
}
