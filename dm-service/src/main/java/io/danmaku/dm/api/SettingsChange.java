package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.account.Settings;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.store.Accounts;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.log.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Changes a user's settings. What decides about messages goes to every partition of the log, and is done when all their owners have written it;
 * then the account tells it. Thread-safe.
 */
final class SettingsChange {
    /** Another device changes the same at the same time so often, then somebody has to look. */
    private static final int ROUNDS_MAX = 3;

    private static final long RETRY_MS = 1_000;
    private static final int MICROS_PER_MS = 1_000;

    private static final Refusal FULL =
            Refusal.retry(ErrorCode.UNAVAILABLE, "too much waits to be stored; nothing was changed", 2_000);
    private static final Refusal PENDING =
            Refusal.retry(ErrorCode.PENDING, "not all of the log has answered: ask again, it does no harm", RETRY_MS);
    private static final Refusal CONFLICT =
            Refusal.of(ErrorCode.CONFLICT, "the settings are changed elsewhere at the same time: read them");

    private final Requests requests;
    private final Accounts accounts;

    /**
     * What has become of a change.
     *
     * @param settings after it, null when refused
     * @param refusal null when it is in force
     */
    record Made(Settings settings, Refusal refusal) {}

    SettingsChange(Requests requests, Accounts accounts) {
        this.requests = requests;
        this.accounts = accounts;
    }

    /**
     * Carries a change out whose fields are of their form. Fails only when nothing was done.
     *
     * @param change of {@link io.danmaku.protocol.json.OwnFields#SETTINGS}
     */
    CompletionStage<Made> carryOut(String tenant, String user, ObjectNode change) {
        return accounts.settings(tenant, user)
                .thenCompose(before -> round(1, tenant, user, change, before, before.atUs()));
    }

    private CompletionStage<Made> round(
            int number, String tenant, String user, ObjectNode change, Settings before, long afterUs) {
        // of two instances in the same millisecond one is later all the same
        long nowUs = System.currentTimeMillis() * MICROS_PER_MS
                + ThreadLocalRandom.current().nextInt(MICROS_PER_MS);
        Settings after = before.with(change, Math.max(afterUs + 1, nowUs));
        ObjectNode logged = change.deepCopy();
        logged.remove("online");
        if (logged.isEmpty()) {
            return store(tenant, user, change, after);
        }
        if (requests.isAnyFull()) {
            return done(null, number == 1 ? FULL : PENDING);
        }
        logged.put(Writers.AT, after.atUs());
        return inEveryPartition(tenant, user, logged).thenCompose(results -> {
            Refusal refusal = refusal(results);
            if (refusal != null) {
                return done(null, refusal);
            }
            long newestUs = 0;
            boolean holds = true;
            for (Delivery result : results) {
                Writers writers = Writers.of(result.change());
                holds &= writers.has(logged);
                newestUs = Math.max(newestUs, Math.max(writers.allowedAtUs(), writers.strangersAtUs()));
            }
            if (holds) {
                return store(tenant, user, change, after);
            }
            // a later choice is there: of another device, or of a clock that goes before this one
            return number == ROUNDS_MAX
                    ? done(null, CONFLICT)
                    : round(number + 1, tenant, user, change, before, newestUs);
        });
    }

    private CompletableFuture<List<Delivery>> inEveryPartition(String tenant, String user, ObjectNode logged) {
        List<CompletableFuture<Delivery>> asked = new ArrayList<>(Topics.DIRECT_PARTITIONS);
        for (int partition = 0; partition < Topics.DIRECT_PARTITIONS; partition++) {
            DirectRecord record = DirectRecord.change(
                    Op.SETTINGS, tenant, user, "", "", logged.toString(), requests.node(), requests.nextId());
            asked.add(requests.ask(record, partition));
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> asked.stream().map(CompletableFuture::join).toList());
    }

    /** What none of the partitions has taken is refused as it says; what some have is pending. */
    private static Refusal refusal(List<Delivery> results) {
        List<Refusal> refusals = results.stream()
                .map(Delivery::refusal)
                .filter(refusal -> refusal != null)
                .toList();
        if (refusals.isEmpty()) {
            return null;
        }
        boolean nothingDone = refusals.size() == results.size()
                && refusals.stream().noneMatch(refusal -> refusal.code() == ErrorCode.PENDING);
        return nothingDone ? refusals.get(0) : PENDING;
    }

    private CompletionStage<Made> store(String tenant, String user, ObjectNode change, Settings after) {
        return accounts.store(
                        tenant,
                        user,
                        after,
                        change.has("online"),
                        change.has("writers"),
                        change.has("strangerMessages"))
                .handle((written, failure) -> failure == null ? new Made(after, null) : new Made(null, PENDING));
    }

    private static CompletionStage<Made> done(Settings settings, Refusal refusal) {
        return CompletableFuture.completedFuture(new Made(settings, refusal));
    }
}
