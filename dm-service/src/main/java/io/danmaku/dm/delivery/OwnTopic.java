package io.danmaku.dm.delivery;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.Topics;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's delivery topic, read from its beginning: results of its requests whose owner is another instance. The client
 * library mends lost connections; a reader that it gave up is opened again after the last record.
 */
public final class OwnTopic {
    private static final Logger LOG = LoggerFactory.getLogger(OwnTopic.class);
    private static final int RECEIVE_QUEUE = 1_000;
    private static final long OPEN_AGAIN_MS = 1_000;

    private final PulsarClient client;
    private final String topic;
    private final Requests requests;
    private final Executor later = CompletableFuture.delayedExecutor(OPEN_AGAIN_MS, TimeUnit.MILLISECONDS);
    private volatile Reader<byte[]> reader;
    private volatile boolean closed;
    /** Only the one read under way touches it. */
    private MessageId last = MessageId.earliest;

    public OwnTopic(PulsarClient client, Incarnation node, Requests requests) {
        this.client = client;
        topic = Topics.delivery(node.toString());
        this.requests = requests;
        open();
    }

    public boolean connected() {
        Reader<byte[]> open = reader;
        return open != null && open.isConnected();
    }

    private void open() {
        if (closed) {
            return;
        }
        var unused = client.newReader()
                .topic(topic)
                .startMessageId(last)
                .receiverQueueSize(RECEIVE_QUEUE)
                .createAsync()
                .whenComplete((opened, failure) -> {
                    if (failure != null) {
                        LOG.warn("results cannot be read, tried again: {}", failure.toString());
                        later.execute(this::open);
                        return;
                    }
                    reader = opened;
                    read(opened);
                });
    }

    private void read(Reader<byte[]> from) {
        // not on this stack: a full queue would answer all its reads on one
        var unused = from.readNextAsync().whenCompleteAsync((message, failure) -> {
            if (failure == null) {
                take(message);
                read(from);
            } else if (!closed) {
                LOG.warn("reading results failed, opened again: {}", failure.toString());
                openAgain(from);
            }
        });
    }

    private void openAgain(Reader<byte[]> ended) {
        reader = null;
        var unused = ended.closeAsync();
        later.execute(this::open);
    }

    private void take(Message<byte[]> message) {
        last = message.getMessageId();
        try {
            Delivery delivery = Json.read(message.getData(), Delivery.class);
            if (delivery.kind() == Delivery.Kind.RESULT) {
                requests.answer(delivery);
            }
        } catch (UncheckedIOException unreadable) {
            LOG.error("a delivery cannot be read", unreadable);
        }
    }

    public void close() {
        closed = true;
        Reader<byte[]> open = reader;
        if (open != null) {
            var unused = open.closeAsync();
        }
    }
}
