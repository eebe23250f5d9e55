package io.danmaku.room.webhook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.pulsar.LogHead;
import io.danmaku.node.pulsar.LogScan;
import io.danmaku.node.pulsar.LogSearch;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Webhook;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.pulsar.client.api.Message;

/**
 * What webhooks did not take, however often it was tried: one topic of all, from which they go with its retention. What of a webhook's is of no
 * more interest the webhook's record says. On the state context.
 */
final class DeadLetters {
    private static final int RECORDS_MAX = 4_096;
    /** Below the time after which an instance that forwards the question gives this one up. */
    private static final long WITHIN_MS = 4_000;

    private final PulsarNode pulsar;
    private final LogScan scan;
    private final Context context;

    DeadLetters(PulsarNode pulsar, Context context) {
        this.pulsar = pulsar;
        this.context = context;
        scan = new LogScan(pulsar.client(), pulsar.admin());
    }

    /**
     * A delivery that was given up.
     *
     * @param number rises with time
     * @param atMs when it was, broker's time
     */
    record Letter(long number, long atMs, int tries, String failure, HookRecord event) {
        ObjectNode json() {
            ObjectNode json = Json.object()
                    .put("n", number)
                    .put("deadAt", atMs)
                    .put("tries", tries)
                    .put("failure", failure);
            json.set("event", HookForm.event(event));
            return json;
        }
    }

    /**
     * Some letters, the oldest first.
     *
     * @param reached index of the topic up to (on the way up) or down to which all are known now
     */
    record Letters(List<Letter> letters, long reached, boolean more) {
        /** As a page of what is asked for from the newest back. */
        ObjectNode json() {
            ObjectNode json = Json.object();
            ArrayNode array = json.putArray("dead");
            letters.forEach(letter -> array.add(letter.json()));
            json.put("more", more).putObject("next").put("before", reached + 1);
            return json;
        }
    }

    /** Index of the newest letter of all, -1 when there is none; fails when the topic does not answer in time. */
    Future<Long> head() {
        return Future.fromCompletionStage(
                LogHead.newest(pulsar.client(), Topics.hookDead(), WITHIN_MS)
                        .thenApply(newest ->
                                newest == null ? -1L : newest.getIndex().orElse(-1L)),
                context);
    }

    /** The newest ones of a webhook before a number, at most so many. */
    Future<Letters> newest(Webhook hook, long before, int limit) {
        return head().compose(head -> look(hook, Math.min(head, before - 2), false, limit));
    }

    /** The oldest ones of a webhook, at most so many. */
    Future<Letters> oldest(Webhook hook, int limit) {
        return head().compose(head -> look(hook, head, true, limit));
    }

    /** The one of a number, or null. */
    Future<Letter> one(Webhook hook, long number) {
        return head().compose(head -> number - 1 > head
                ? Future.succeededFuture(null)
                : look(hook, number - 1, number - 1, true, 1)
                        .map(found -> found.letters().isEmpty()
                                ? null
                                : found.letters().get(0)));
    }

    private Future<Letters> look(Webhook hook, long last, boolean up, int limit) {
        return look(hook, hook.deadUpTo() + 1, last, up, limit);
    }

    private Future<Letters> look(Webhook hook, long first, long last, boolean up, int limit) {
        LogScan.Request<Letter> request = new LogScan.Request<>(
                Topics.hookDead(), first, last, up, RECORDS_MAX, limit, message -> letter(message, hook), WITHIN_MS);
        return Future.fromCompletionStage(scan.look(request), context)
                .map(page -> new Letters(page.found(), page.reached(), page.more()));
    }

    private static Letter letter(Message<byte[]> message, Webhook hook) {
        long index = message.getIndex().orElseThrow();
        if (!hook.wantsDead(index)) {
            return null;
        }
        HookRecord event;
        try {
            event = Json.read(message.getData(), HookRecord.class);
        } catch (UncheckedIOException notOfItsForm) {
            return null;
        }
        if (!hook.tenant().equals(event.tenant()) || !hook.name().equals(event.hook())) {
            return null;
        }
        String tries = message.getProperty(Deliveries.TRIES);
        return new Letter(
                index + 1,
                LogSearch.atMs(message),
                tries == null ? 0 : Integer.parseInt(tries),
                String.valueOf(message.getProperty(Deliveries.FAILURE)),
                event);
    }
}
