package io.danmaku.room.membership;

import io.danmaku.protocol.log.Topics;
import io.danmaku.room.room.Instances;
import io.danmaku.room.room.Owner;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pulsar.client.api.BatchReceivePolicy;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerEventListener;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;

/** The clients of Pulsar with which membership is counted; opened together and closed together. */
final class MembershipClients {
    static final String SUBSCRIPTION = "room-service";
    private static final int RECORDS_AT_ONCE = 500;
    private static final long SEND_TIMEOUT_MS = 5_000;

    private final PulsarClient client;
    private final Owner self;
    private Consumer<byte[]> consumer;
    private Producer<byte[]> ticks;
    private Producer<byte[]> requests;
    private Producer<byte[]> stats;

    MembershipClients(PulsarClient client, Owner self) {
        this.client = client;
        this.self = self;
    }

    /** @param listener told whether this consumer is the active one */
    CompletableFuture<Consumer<byte[]>> open(ConsumerEventListener listener) {
        return producer(Topics.membership())
                .thenAccept(p -> ticks = p)
                .thenCompose(v -> producer(Topics.membershipRequests()))
                .thenAccept(p -> requests = p)
                .thenCompose(v -> producer(Topics.stats()))
                .thenAccept(p -> stats = p)
                .thenCompose(v -> client.newConsumer(Schema.BYTES)
                        .topic(Topics.membership())
                        .subscriptionName(SUBSCRIPTION)
                        .consumerName(self.instance())
                        .properties(Instances.properties(self))
                        .subscriptionType(SubscriptionType.Failover)
                        .subscriptionInitialPosition(SubscriptionInitialPosition.Latest)
                        .consumerEventListener(listener)
                        .batchReceivePolicy(BatchReceivePolicy.builder()
                                .maxNumMessages(RECORDS_AT_ONCE)
                                .timeout(20, TimeUnit.MILLISECONDS)
                                .build())
                        .subscribeAsync())
                .thenApply(subscribed -> consumer = subscribed);
    }

    private CompletableFuture<Producer<byte[]>> producer(String topic) {
        return client.newProducer(Schema.BYTES)
                .topic(topic)
                .enableBatching(true)
                .batchingMaxPublishDelay(1, TimeUnit.MILLISECONDS)
                .blockIfQueueFull(false)
                .sendTimeout((int) SEND_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .createAsync();
    }

    Consumer<byte[]> consumer() {
        return consumer;
    }

    Producer<byte[]> ticks() {
        return ticks;
    }

    Producer<byte[]> requests() {
        return requests;
    }

    Producer<byte[]> stats() {
        return stats;
    }

    /** Whether it is one of these. */
    boolean has(Producer<byte[]> producer) {
        return producer == ticks || producer == requests || producer == stats;
    }

    Future<Void> close(Context context) {
        CompletableFuture<?>[] closing = Stream.of(consumer, ticks, requests, stats)
                .filter(Objects::nonNull)
                .map(one -> one instanceof Consumer<?> c ? c.closeAsync() : ((Producer<?>) one).closeAsync())
                .toArray(CompletableFuture<?>[]::new);
        return Future.fromCompletionStage(CompletableFuture.allOf(closing), context);
    }
}
