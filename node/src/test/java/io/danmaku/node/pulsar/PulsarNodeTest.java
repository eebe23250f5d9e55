package io.danmaku.node.pulsar;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletionException;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.junit.jupiter.api.Test;

class PulsarNodeTest {
    @Test
    void whatTheClientLibraryMendsByItselfIsNotGivenUp() {
        assertFalse(PulsarNode.isGivenUp(new PulsarClientException.TimeoutException("no acknowledgement")));
        assertFalse(PulsarNode.isGivenUp(new PulsarClientException.ProducerQueueIsFullError("full")));
        assertFalse(PulsarNode.isGivenUp(null));
    }

    @Test
    void whatStaysClosedIsGivenUpHoweverItIsWrapped() {
        assertTrue(PulsarNode.isGivenUp(new PulsarClientException.AlreadyClosedException("closed")));
        assertTrue(PulsarNode.isGivenUp(
                new CompletionException(new PulsarClientException.TopicTerminatedException("terminated"))));
    }

    @Test
    void aClosedClientIsGivenUp() throws Exception {
        PulsarClient client =
                PulsarClient.builder().serviceUrl("pulsar://127.0.0.1:1").build();
        client.close();
        Throwable failure = client.newProducer()
                .topic("persistent://public/default/none")
                .createAsync()
                .handle((made, failed) -> failed)
                .get();
        assertTrue(PulsarNode.isGivenUp(failure), String.valueOf(failure));
    }
}
