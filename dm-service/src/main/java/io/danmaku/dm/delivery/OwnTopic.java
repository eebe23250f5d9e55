package io.danmaku.dm.delivery;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.Incarnation;
import io.danmaku.protocol.log.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's delivery topic: results of its requests whose owner is another instance. */
public final class OwnTopic {
    private static final Logger LOG = LoggerFactory.getLogger(OwnTopic.class);
    private static final int RECEIVE_QUEUE = 1_000;

    private final Reader<byte[]> reader;

    /** Opens the topic, before the first request names it; blocks. */
    public OwnTopic(PulsarClient client, Incarnation node, Requests requests) throws PulsarClientException {
        reader = client.newReader()
                .topic(Topics.delivery(node.toString()))
                .startMessageId(MessageId.latest)
                .receiverQueueSize(RECEIVE_QUEUE)
                .readerListener((from, message) -> {
                    try {
                        Delivery delivery = Json.read(message.getData(), Delivery.class);
                        if (delivery.kind() == Delivery.Kind.RESULT) {
                            requests.answer(delivery);
                        }
                    } catch (UncheckedIOException unreadable) {
                        LOG.error("a delivery cannot be read", unreadable);
                    }
                })
                .create();
    }

    public boolean connected() {
        return reader.isConnected();
    }

    /** Blocks. */
    public void close() throws IOException {
        reader.close();
    }
}
