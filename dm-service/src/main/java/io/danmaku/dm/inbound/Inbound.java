package io.danmaku.dm.inbound;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.Ledger;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pulsar.client.api.PulsarClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This instance's part of the work on the inbound log: a consumer on every partition, active on some. */
public final class Inbound {
    private static final Logger LOG = LoggerFactory.getLogger(Inbound.class);
    private static final long CLOSE_MS_MAX = 3_000;

    private final List<ScheduledOwnerThread> threads = new ArrayList<>();
    private final List<PartitionConsumer> consumers = new ArrayList<>();

    public Inbound(
            PulsarClient client,
            Incarnation node,
            Ledger ledger,
            Outcomes outcomes,
            InboundConfig config,
            MeterRegistry registry) {
        InboundMetrics metrics = new InboundMetrics(registry);
        Cache<ConversationKey, Handling.State> states = Caffeine.newBuilder()
                .maximumSize(config.cachedConversations())
                .executor(Runnable::run)
                .build();
        for (int i = 0; i < config.threads(); i++) {
            threads.add(new ScheduledOwnerThread("inbound-" + i));
        }
        for (int partition = 0; partition < Topics.DIRECT_PARTITIONS; partition++) {
            int p = partition;
            OwnerThread thread = threads.get(p % threads.size());
            Function<PartitionOwner.Feed, PartitionOwner> owner =
                    feed -> new PartitionOwner(p, thread, ledger, states, outcomes, config, metrics, feed);
            consumers.add(new PartitionConsumer(p, node.toString(), client, thread, config, metrics, owner));
        }
    }

    public void start() {
        consumers.forEach(PartitionConsumer::start);
    }

    /** Whether every partition has its subscription. */
    public boolean connected() {
        return consumers.stream().allMatch(PartitionConsumer::connected);
    }

    /** Takes nothing more, finishes what was taken if that is possible within the bound, then lets go. Blocks. */
    public void stop(long drainMs) throws InterruptedException {
        await(all(PartitionConsumer::drain), drainMs, "finish");
        await(all(PartitionConsumer::close), CLOSE_MS_MAX, "let go of");
        threads.forEach(ScheduledOwnerThread::close);
    }

    private CompletableFuture<Void> all(Function<PartitionConsumer, CompletionStage<Void>> step) {
        return CompletableFuture.allOf(consumers.stream()
                .map(consumer -> step.apply(consumer).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    private static void await(CompletableFuture<Void> future, long ms, String what) throws InterruptedException {
        try {
            future.get(ms, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            LOG.warn("could not {} all partitions within {} ms; the next owner does", what, ms);
        } catch (ExecutionException failed) {
            LOG.warn("could not {} all partitions", what, failed.getCause());
        }
    }
}
