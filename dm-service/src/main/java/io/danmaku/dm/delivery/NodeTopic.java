package io.danmaku.dm.delivery;

import io.danmaku.node.pulsar.PulsarNode;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The delivery topic of one node, opened with its first record. Records keep their order, also those that come while it is
 * being opened. A topic that cannot be opened drops what waits for it: its node is gone, or Pulsar is.
 */
final class NodeTopic {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTopic.class);
    private static final int SEND_TIMEOUT_S = 5;
    private static final long BATCH_DELAY_MS = 1;
    /** The client library connects again within seconds of Pulsar being back; one that does not is made anew. */
    private static final long UNCONNECTED_MAX_MS = 30_000;

    private final PulsarClient client;
    private final String topic;
    private final int waitingMax;
    private final Runnable dropped;
    private final Consumer<NodeTopic> givenUp;
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private Producer<byte[]> producer;
    private boolean opening;
    private boolean closed;

    /**
     * @param dropped called for each record that is given up
     * @param givenUp called when this one will take no more: the topic cannot be opened, or not be written to any longer
     */
    NodeTopic(PulsarClient client, String topic, int waitingMax, Runnable dropped, Consumer<NodeTopic> givenUp) {
        this.client = client;
        this.topic = topic;
        this.waitingMax = waitingMax;
        this.dropped = dropped;
        this.givenUp = givenUp;
    }

    void publish(byte[] record) {
        boolean open;
        synchronized (this) {
            open = !opening;
            opening = true;
            if (producer != null && !closed) {
                send(producer, record);
            } else if (closed || waiting.size() >= waitingMax) {
                dropped.run();
            } else {
                waiting.add(record);
            }
        }
        if (open) {
            open();
        }
    }

    private void open() {
        var unused = client.newProducer()
                .topic(topic)
                .maxPendingMessages(waitingMax)
                .blockIfQueueFull(false)
                .batchingMaxPublishDelay(BATCH_DELAY_MS, TimeUnit.MILLISECONDS)
                .sendTimeout(SEND_TIMEOUT_S, TimeUnit.SECONDS)
                .createAsync()
                .whenComplete((opened, failure) -> {
                    if (failure == null) {
                        opened(opened);
                    } else {
                        givenUp.accept(this);
                        close();
                    }
                });
    }

    private synchronized void opened(Producer<byte[]> opened) {
        if (closed) {
            var unused = opened.closeAsync();
            return;
        }
        producer = opened;
        // polled, because a send that fails at once may end this topic and what waits
        for (byte[] record = waiting.poll(); record != null; record = waiting.poll()) {
            send(opened, record);
        }
    }

    private void send(Producer<byte[]> to, byte[] record) {
        var unused = to.sendAsync(record).whenComplete((sent, failure) -> {
            if (failure != null) {
                failed(to, failure);
            }
        });
    }

    private void failed(Producer<byte[]> to, Throwable failure) {
        dropped.run();
        if (PulsarNode.isGivenUp(failure) || isLongGone(to)) {
            // not on this stack: the client fails sends under a lock of the producer, which sending here asks for too
            var unused = CompletableFuture.runAsync(this::giveUp);
        }
    }

    private static boolean isLongGone(Producer<byte[]> producer) {
        return !producer.isConnected()
                && System.currentTimeMillis() - producer.getLastDisconnectedTimestamp() > UNCONNECTED_MAX_MS;
    }

    private void giveUp() {
        synchronized (this) {
            if (closed) {
                return;
            }
            close();
        }
        LOG.warn("{} is not written to any longer, opened again with the next record", topic);
        givenUp.accept(this);
    }

    synchronized void close() {
        closed = true;
        waiting.forEach(record -> dropped.run());
        waiting.clear();
        if (producer != null) {
            var unused = producer.closeAsync();
        }
    }
}
