package io.danmaku.dm.delivery;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * The delivery topic of one node, opened with its first record. Records keep their order, also those that come while it is
 * being opened. A topic that cannot be opened drops what waits for it: its node is gone, or Pulsar is.
 */
final class NodeTopic {
    private static final int SEND_TIMEOUT_S = 5;
    private static final long BATCH_DELAY_MS = 1;

    private final PulsarClient client;
    private final String topic;
    private final int waitingMax;
    private final Runnable dropped;
    private final Runnable failed;
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private Producer<byte[]> producer;
    private boolean opening;
    private boolean closed;

    /**
     * @param dropped called for each record that is given up
     * @param failed called when the topic cannot be opened
     */
    NodeTopic(PulsarClient client, String topic, int waitingMax, Runnable dropped, Runnable failed) {
        this.client = client;
        this.topic = topic;
        this.waitingMax = waitingMax;
        this.dropped = dropped;
        this.failed = failed;
    }

    void publish(byte[] record) {
        boolean open;
        synchronized (this) {
            open = !opening;
            opening = true;
            if (producer != null && !closed) {
                send(record);
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
                        failed.run();
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
        waiting.forEach(this::send);
        waiting.clear();
    }

    private void send(byte[] record) {
        var unused = producer.sendAsync(record).whenComplete((sent, failure) -> {
            if (failure != null) {
                dropped.run();
            }
        });
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
