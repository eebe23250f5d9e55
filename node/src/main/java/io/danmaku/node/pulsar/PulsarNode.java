package io.danmaku.node.pulsar;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.log.Topics;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.ClientBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.PulsarClientSharedResources;
import org.apache.pulsar.client.api.PulsarClientSharedResources.SharedResource;
import org.apache.pulsar.client.api.SizeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's one Pulsar client and its admin calls. Owns both. */
public final class PulsarNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarNode.class);
    /** What the client may hold in memory for sends on their way; above it a send fails at once. */
    private static final long CLIENT_MEMORY_BYTES = 32L << 20;

    /**
     * How often the client looks for what has timed out. Its own default is every millisecond, which is a thousand wake-ups a
     * second of each process that has nothing to do; what it times here are seconds (sends, lookups, reconnects), and a batch of
     * a producer is flushed by the event loop.
     */
    private static final long TIMER_TICK_MS = 20;

    private static final int ONE_DAY_MIN = 24 * 60;
    private static final int LIVE_MIN = 10;
    private static final int FOR_EVER = -1;
    private static final long STATE_COMPACTION_BYTES = 1 << 20;
    private static final int DELIVERY_IDLE_S = 600;
    /** A backend that was away for a weekend finds what it missed. */
    private static final int HOOK_DEAD_HOURS = 7 * 24;

    private final PulsarConfig config;
    private final PulsarClientSharedResources timer;
    private final PulsarClient client;
    private final PulsarAdmin admin;

    public PulsarNode(PulsarConfig config) throws PulsarClientException {
        this.config = config;
        timer = PulsarClientSharedResources.builder()
                .resourceTypes(SharedResource.Timer)
                .configureTimer(t -> t.tickDuration(TIMER_TICK_MS, TimeUnit.MILLISECONDS))
                .build();
        ClientBuilder builder = PulsarClient.builder()
                .serviceUrl(config.url())
                .sharedResources(timer)
                .memoryLimit(CLIENT_MEMORY_BYTES, SizeUnit.BYTES)
                .operationTimeout(10, TimeUnit.SECONDS)
                .connectionTimeout(5, TimeUnit.SECONDS)
                .keepAliveInterval(15, TimeUnit.SECONDS)
                .startingBackoffInterval(50, TimeUnit.MILLISECONDS)
                .maxBackoffInterval(2, TimeUnit.SECONDS)
                .ioThreads(1)
                .listenerThreads(1);
        if (!config.token().isEmpty()) {
            builder.authentication(AuthenticationFactory.token(config.token()));
        }
        client = builder.build();
        admin = new PulsarAdmin(config);
    }

    public PulsarClient client() {
        return client;
    }

    public PulsarAdmin admin() {
        return admin;
    }

    /**
     * Whether a failed send or receive means that the client library has given the producer, consumer or reader up. It mends
     * lost connections by itself; but what the broker refuses for good when it reconnects stays closed or failed, and has to be
     * opened anew.
     */
    public static boolean isGivenUp(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof PulsarClientException.AlreadyClosedException
                    || t instanceof PulsarClientException.NotConnectedException
                    || t instanceof PulsarClientException.ProducerFencedException
                    || t instanceof PulsarClientException.TopicTerminatedException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Makes the hub's tenant, namespaces and fixed topics where they are missing, sets what they must keep, and reads it
     * back: a state topic with a retention of a day would lose every room's rules. Blocks; safe to run twice and by many.
     */
    public void ensureNamespaces() {
        admin.createTenant(Topics.TENANT, config.cluster()).join();
        namespace(Topics.ROOMS, ONE_DAY_MIN);
        namespace(Topics.STATE, FOR_EVER);
        namespace(Topics.LIVE, LIVE_MIN);
        namespace(Topics.DIRECT, ONE_DAY_MIN);
        namespace(Topics.DELIVERY, LIVE_MIN);
        namespace(Topics.HOOKS, LIVE_MIN);
        admin.setNamespaceCompactionThreshold(Topics.STATE, STATE_COMPACTION_BYTES)
                .join();
        admin.setNamespaceCompactionThreshold(Topics.LIVE, STATE_COMPACTION_BYTES)
                .join();
        admin.setInactiveTopics(Topics.DELIVERY, DELIVERY_IDLE_S).join();
        admin.createPartitionedTopic(Topics.directInbound(), Topics.DIRECT_PARTITIONS)
                .join();
        admin.createTopic(Topics.hookDead()).join();
        admin.setTopicRetention(Topics.hookDead(), HOOK_DEAD_HOURS).join();
        JsonNode policies = admin.namespacePolicies(Topics.STATE).join();
        if (policies.path("retention_policies").path("retentionTimeInMinutes").asInt() != FOR_EVER
                || policies.path("compaction_threshold").asLong() != STATE_COMPACTION_BYTES) {
            throw new IllegalStateException("namespace " + Topics.STATE + " does not keep what it must: " + policies);
        }
    }

    private void namespace(String namespace, int retentionMin) {
        admin.createNamespace(namespace).join();
        admin.setNamespaceRetention(namespace, retentionMin).join();
    }

    /**
     * {@link #ensureNamespaces()} against a Pulsar that may still be starting: tries again until {@code boundMs} are over.
     *
     * @throws IllegalStateException when it is not there in time
     */
    public void awaitNamespaces(long boundMs) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(boundMs);
        long pauseMs = 100;
        while (true) {
            try {
                ensureNamespaces();
                return;
            } catch (CompletionException notYet) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("Pulsar at " + config.adminUrl() + " is not ready", notYet);
                }
                LOG.info("waiting for Pulsar at {}: {}", config.adminUrl(), notYet.getMessage());
                TimeUnit.MILLISECONDS.sleep(pauseMs);
                pauseMs = Math.min(2_000, pauseMs * 2);
            }
        }
    }

    @Override
    public void close() throws PulsarClientException {
        try (timer) {
            client.close();
        }
    }
}
