package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Topics;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerEventListener;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds one partition of the inbound topic to its owner, as long as that has room, and acknowledges what is under the
 * finished mark. All state belongs to the partition's thread.
 */
final class PartitionConsumer implements PartitionOwner.Feed {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionConsumer.class);
    private static final long RETRY_MS_MIN = 100;
    private static final long RETRY_MS_MAX = 5_000;
    private static final long DRAIN_CHECK_MS = 5;

    private record Unacknowledged(long index, MessageId id) {}

    private final int partition;
    private final String name;
    private final PulsarClient client;
    private final OwnerThread thread;
    private final InboundConfig config;
    private final InboundMetrics metrics;
    private final PartitionOwner owner;

    private final ArrayDeque<Unacknowledged> unacknowledged = new ArrayDeque<>();
    private volatile Consumer<byte[]> consumer;
    private boolean receiving;
    private boolean stopping;
    private boolean active;

    /** @param name of the consumer: the broker spreads partitions over consumers by the order of their names */
    PartitionConsumer(
            int partition,
            String name,
            PulsarClient client,
            OwnerThread thread,
            InboundConfig config,
            InboundMetrics metrics,
            Function<PartitionOwner.Feed, PartitionOwner> owner) {
        this.partition = partition;
        this.name = name;
        this.client = client;
        this.thread = thread;
        this.config = config;
        this.metrics = metrics;
        this.owner = owner.apply(this);
    }

    void start() {
        thread.execute(() -> subscribe(RETRY_MS_MIN));
    }

    boolean connected() {
        Consumer<byte[]> subscribed = consumer;
        return subscribed != null && subscribed.isConnected();
    }

    private void subscribe(long retryMs) {
        if (stopping) {
            return;
        }
        var unused = client.newConsumer()
                .topic(Topics.directInbound(partition))
                .subscriptionName(Topics.DIRECT_SUBSCRIPTION)
                .subscriptionType(SubscriptionType.Failover)
                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                .receiverQueueSize(config.receiveQueue())
                .consumerName(name)
                .consumerEventListener(new Ownership())
                .subscribeAsync()
                .whenCompleteAsync((subscribed, failure) -> subscribed(subscribed, failure, retryMs), thread);
    }

    private void subscribed(Consumer<byte[]> subscribed, Throwable failure, long retryMs) {
        if (failure != null) {
            LOG.warn("partition {}: no subscription yet: {}", partition, failure.toString());
            thread.after(retryMs, () -> subscribe(Math.min(RETRY_MS_MAX, retryMs * 2)));
        } else if (stopping) {
            var unused = subscribed.closeAsync();
        } else {
            consumer = subscribed;
            receive();
        }
    }

    private void receive() {
        if (receiving || stopping || consumer == null || !owner.hasRoom()) {
            return;
        }
        receiving = true;
        var unused = consumer.receiveAsync().whenCompleteAsync(this::received, thread);
    }

    private void received(Message<byte[]> message, Throwable failure) {
        receiving = false;
        if (stopping) {
            return; // not acknowledged, so the next owner gets it
        }
        if (failure == null) {
            take(message);
            receive();
        } else {
            // the client library mends lost connections; a consumer that fails here it has given up
            LOG.warn("partition {}: receiving failed, subscribed again: {}", partition, failure.toString());
            var unused = consumer.closeAsync();
            consumer = null;
            thread.after(RETRY_MS_MIN, () -> subscribe(RETRY_MS_MIN));
        }
    }

    private void take(Message<byte[]> message) {
        if (message.getIndex().isEmpty()) {
            // nothing can be numbered without it: stop here, not ready, until the broker is configured
            LOG.error(
                    "partition {}: the broker gives records no index; it needs brokerEntryMetadataInterceptors with"
                            + " AppendIndexMetadataInterceptor and exposingBrokerEntryMetadataToClientEnabled",
                    partition);
            stopping = true;
            var unused = consumer.closeAsync();
            return;
        }
        long index = message.getIndex().get();
        Unacknowledged newest = unacknowledged.peekLast();
        if (newest != null && newest.index >= index) {
            unacknowledged.clear(); // delivered again from here on
        }
        unacknowledged.add(new Unacknowledged(index, message.getMessageId()));
        DirectRecord record = parse(message, index);
        if (record == null) {
            metrics.unreadable();
            owner.skip(index);
        } else {
            long tsMs = message.getBrokerPublishTime().orElse(message.getPublishTime());
            owner.accept(new LoggedRecord(record, partition, index, tsMs));
        }
    }

    private DirectRecord parse(Message<byte[]> message, long index) {
        try {
            DirectRecord record = Json.read(message.getData(), DirectRecord.class);
            if (record != null
                    && record.op() != null
                    && record.tenant() != null
                    && record.from() != null
                    && record.to() != null) {
                return record;
            }
            LOG.error("partition {}: record {} lacks what every record has; passed over", partition, index);
        } catch (UncheckedIOException unreadable) {
            LOG.error("partition {}: record {} cannot be read; passed over", partition, index, unreadable);
        }
        return null;
    }

    @Override
    public void finishedUpTo(long index) {
        MessageId last = null;
        while (!unacknowledged.isEmpty() && unacknowledged.peek().index <= index) {
            last = unacknowledged.poll().id;
        }
        if (last != null && consumer != null) {
            // lost acknowledgements only mean that records come again, and the next one covers them
            CompletableFuture<Void> unused = consumer.acknowledgeCumulativeAsync(last);
        }
    }

    @Override
    public void roomAgain() {
        receive();
    }

    /** Takes nothing more and completes when all that was taken is done and marked. */
    CompletionStage<Void> drain() {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        thread.execute(() -> {
            stopping = true;
            checkDrained(drained);
        });
        return drained;
    }

    private void checkDrained(CompletableFuture<Void> drained) {
        if (owner.idle()) {
            drained.complete(null);
        } else {
            thread.after(DRAIN_CHECK_MS, () -> checkDrained(drained));
        }
    }

    /** Lets go of the partition. */
    CompletionStage<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        thread.execute(() -> {
            stopping = true;
            owner.stop();
            Consumer<byte[]> subscribed = consumer;
            if (subscribed == null) {
                closed.complete(null);
            } else {
                var unused = subscribed.closeAsync().whenComplete((done, failure) -> closed.complete(null));
            }
        });
        return closed;
    }

    /** For the gauge only: what is written does not depend on who is told to be active. */
    private final class Ownership implements ConsumerEventListener {
        private static final long serialVersionUID = 1L;

        @Override
        public void becameActive(Consumer<?> which, int partitionId) {
            thread.execute(() -> set(true));
        }

        @Override
        public void becameInactive(Consumer<?> which, int partitionId) {
            thread.execute(() -> set(false));
        }

        private void set(boolean now) {
            if (now != active) {
                active = now;
                metrics.owned.addAndGet(now ? 1 : -1);
                LOG.info("partition {} is {} here", partition, now ? "active" : "not active");
            }
        }
    }
}
