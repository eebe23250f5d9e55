package io.danmaku.edge.direct;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads this node's delivery topic from its beginning, on a thread of its own, and hands over all that has arrived at a
 * time. Goes on after the last record when it has to open the topic again.
 */
final class DeliveryReader implements AutoCloseable {
    /** Records handed over at a time. */
    static final int BATCH_MAX = 256;

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryReader.class);
    private static final int QUEUED_MAX = 1_000;
    private static final int WAIT_MS = 1_000;
    private static final long OPEN_AGAIN_MS = 1_000;
    private static final long STOP_MS_MAX = 2_000;

    private final PulsarClient client;
    private final String topic;
    private final Consumer<List<Delivery>> deliveries;
    private final Thread thread;
    private volatile Reader<byte[]> reader;
    private volatile boolean closed;
    private MessageId last = MessageId.earliest;

    /** @param deliveries given what arrived, in order, never an empty list */
    DeliveryReader(PulsarClient client, String incarnation, Consumer<List<Delivery>> deliveries) {
        this.client = client;
        topic = Topics.delivery(incarnation);
        this.deliveries = deliveries;
        thread = new Thread(this::run, "direct-delivery");
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                if (reader == null) {
                    reader = client.newReader()
                            .topic(topic)
                            .startMessageId(last)
                            .receiverQueueSize(QUEUED_MAX)
                            .create();
                }
                read();
            } catch (PulsarClientException away) {
                if (!closed) {
                    LOG.warn("deliveries cannot be read, tried again: {}", away.getMessage());
                    discard();
                    pause();
                }
            } catch (RuntimeException bug) {
                LOG.error("deliveries could not be handed over", bug);
            }
        }
        discard();
    }

    private void read() throws PulsarClientException {
        List<Delivery> batch = new ArrayList<>();
        Message<byte[]> message = reader.readNext(WAIT_MS, TimeUnit.MILLISECONDS);
        while (message != null) {
            take(message, batch);
            message = batch.size() < BATCH_MAX ? reader.readNext(0, TimeUnit.MILLISECONDS) : null;
        }
        if (!batch.isEmpty()) {
            deliveries.accept(batch);
        }
    }

    private void take(Message<byte[]> message, List<Delivery> batch) {
        last = message.getMessageId();
        try {
            batch.add(Json.read(message.getData(), Delivery.class));
        } catch (RuntimeException unreadable) {
            LOG.warn("delivery {} cannot be read: {}", last, unreadable.getMessage());
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(OPEN_AGAIN_MS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void discard() {
        Reader<byte[]> open = reader;
        reader = null;
        if (open != null) {
            open.closeAsync();
        }
    }

    /** Whether a result that is published from now on will be read. */
    boolean isOpen() {
        return reader != null;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(STOP_MS_MAX);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
