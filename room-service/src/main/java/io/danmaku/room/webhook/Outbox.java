package io.danmaku.room.webhook;

import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.room.room.StateGroups;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;

/** Puts events into the outbox, for each webhook that wants them. On the state context. */
final class Outbox {
    private static final long WITHIN_MS = 10_000;

    private final PulsarClient client;
    private final Context context;
    private final StateGroups groups;
    private final HookMeters meters;
    /** Null until it is needed, and after it was given up. */
    private Future<Producer<byte[]>> producer;

    Outbox(PulsarClient client, Context context, StateGroups groups, HookMeters meters) {
        this.client = client;
        this.context = context;
        this.groups = groups;
        this.meters = meters;
    }

    /**
     * Puts an event there for each webhook of its tenant that wants it, as the webhooks are when this is asked. Succeeds when all of that is
     * acknowledged; when it fails, some may be there already, and it has to be asked for again.
     */
    Future<Void> tell(HookRecord event) {
        return groups.upToDate(RoomKey.ofTenant(event.tenant()))
                .timeout(WITHIN_MS, TimeUnit.MILLISECONDS)
                .compose(table -> {
                    List<Future<Void>> put = table.hooks().webhooks(event.tenant()).stream()
                            .filter(hook -> hook.wants(event.type()))
                            .map(Webhook::name)
                            .map(name -> put(event.to(name)))
                            .toList();
                    return Future.join(put).mapEmpty();
                });
    }

    /** Puts an event there as it is. */
    Future<Void> put(HookRecord record) {
        if (producer == null) {
            producer = open();
        }
        Future<Producer<byte[]>> through = producer;
        return through.compose(open -> Future.fromCompletionStage(open.sendAsync(Json.bytes(record)), context))
                .<Void>mapEmpty()
                .onSuccess(done -> meters.put.increment())
                .onFailure(failure -> {
                    if (producer == through && (through.failed() || PulsarNode.isGivenUp(failure))) {
                        meters.reopened.increment();
                        close();
                    }
                });
    }

    private Future<Producer<byte[]>> open() {
        return Future.fromCompletionStage(
                client.newProducer(Schema.BYTES)
                        .topic(Topics.hookOutbox())
                        .enableBatching(false)
                        .blockIfQueueFull(false)
                        .sendTimeout((int) WITHIN_MS, TimeUnit.MILLISECONDS)
                        .createAsync(),
                context);
    }

    void close() {
        Future<Producer<byte[]>> closing = producer;
        producer = null;
        if (closing != null) {
            closing.onSuccess(Producer::closeAsync);
        }
    }
}
