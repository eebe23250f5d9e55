package io.danmaku.room.membership;

import io.danmaku.node.pulsar.ReaderEnd;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RaidSigns;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what edges tell of raids: every instance all of it. One record at a time crosses over to the context, so that the client's receive queue, from which the
 * broker drops what is too much, is the only one.
 */
public final class RaidSignsReader {
    private static final Logger LOG = LoggerFactory.getLogger(RaidSignsReader.class);
    private static final int RECEIVE_QUEUE_MAX = 1_000;
    private static final long REOPEN_MS = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final PulsarClient client;
    private final Consumer<RaidSigns> told;
    private final Counter heard;
    private final Counter dropped;
    private Reader<byte[]> reader;
    private boolean closed;

    /** @param told of each record that can be read and makes sense, on the context */
    public RaidSignsReader(
            Vertx vertx, Context context, PulsarClient client, MeterRegistry registry, Consumer<RaidSigns> told) {
        this.vertx = vertx;
        this.context = context;
        this.client = client;
        this.told = told;
        heard = registry.counter("danmaku.raid.signs.heard");
        dropped = registry.counter("danmaku.raid.signs.dropped");
    }

    /** From any thread; goes on trying. */
    public void start() {
        context.runOnContext(v -> open());
    }

    private void open() {
        if (closed) {
            return;
        }
        Future.fromCompletionStage(
                        client.newReader(Schema.BYTES)
                                .topic(Topics.raidSigns())
                                .startMessageId(MessageId.latest)
                                .receiverQueueSize(RECEIVE_QUEUE_MAX)
                                .createAsync(),
                        context)
                .onComplete((opened, failure) -> {
                    if (failure != null) {
                        again(failure);
                    } else if (closed) {
                        ReaderEnd.close(opened);
                    } else {
                        reader = opened;
                        next(opened);
                    }
                });
    }

    private void next(Reader<byte[]> from) {
        Future.fromCompletionStage(from.readNextAsync(), context).onComplete((message, failure) -> {
            if (closed) {
                return;
            }
            if (failure != null) {
                // the client library mends lost connections; a reader that fails here it has given up
                ReaderEnd.close(from);
                again(failure);
            } else {
                take(message);
                next(from);
            }
        });
    }

    private void again(Throwable why) {
        LOG.warn("signs of raids cannot be heard, tried again: {}", why.getMessage());
        vertx.setTimer(REOPEN_MS, t -> open());
    }

    private void take(Message<byte[]> message) {
        RaidSigns signs;
        try {
            signs = Json.read(message.getData(), RaidSigns.class);
        } catch (UncheckedIOException bad) {
            LOG.debug("signs of a raid are not of their form", bad);
            dropped.increment();
            return;
        }
        if (signs.sound()) {
            heard.increment();
            told.accept(signs);
        } else {
            dropped.increment();
        }
    }

    /** From any thread. */
    public void close() {
        context.runOnContext(v -> {
            closed = true;
            if (reader != null) {
                ReaderEnd.close(reader);
            }
        });
    }
}
