package io.danmaku.node.pulsar;

import io.danmaku.protocol.log.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.TableView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state topics, read to their ends and followed from there: one table view a group. A key has one topic, and a topic one reading thread
 * of the Pulsar client, which mends lost connections itself.
 */
public final class StateTables implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateTables.class);

    private final PulsarClient client;
    private final List<TableView<byte[]>> views = new ArrayList<>();

    public StateTables(PulsarClient client) {
        this.client = client;
    }

    /**
     * Reads.
     *
     * @param take told of each record, its key and its value (null or empty = deleted); one that it cannot read is logged and passed over
     * @return done when all that was decided before was told
     */
    public CompletableFuture<Void> start(BiConsumer<String, byte[]> take) {
        List<CompletableFuture<?>> opened = new ArrayList<>();
        for (int group = 0; group < Topics.STATE_GROUPS; group++) {
            opened.add(client.newTableView(Schema.BYTES)
                    .topic(Topics.state(group))
                    .createAsync()
                    .thenAccept(view -> {
                        synchronized (views) {
                            views.add(view);
                        }
                        view.forEachAndListen((key, value) -> tell(take, key, value));
                    }));
        }
        return CompletableFuture.allOf(opened.toArray(CompletableFuture[]::new));
    }

    private static void tell(BiConsumer<String, byte[]> take, String key, byte[] value) {
        try {
            take.accept(key, value);
        } catch (RuntimeException unreadable) {
            LOG.error("the state record {} cannot be read", key, unreadable);
        }
    }

    @Override
    public void close() {
        synchronized (views) {
            views.forEach(TableView::closeAsync);
        }
    }
}
