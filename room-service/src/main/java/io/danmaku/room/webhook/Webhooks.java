package io.danmaku.room.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Instances;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomTable;
import io.danmaku.room.room.Standstill;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.room.Sweep;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the webhooks of all tenants, and has them told. On the state context. */
public final class Webhooks {
    /** Webhooks of a tenant. */
    public static final int HOOKS_MAX = 10;
    /** Dead letters that one request puts back. */
    public static final int RETRIED_MAX = 200;

    /** Of all topics that are read here. */
    static final String SUBSCRIPTION = "webhooks";

    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    /** How long a webhook that was removed stays in the topic: see {@link Webhook}. */
    private static final long REMOVED_KEPT_MS = 600_000;

    private static final long BACKLOG_MS = 15_000;
    private static final long RETRY_MS = 1_000;
    /** Requests that look through dead letters at a time. */
    private static final int LOOKS_MAX = 4;

    private final Vertx vertx;
    private final Context context;
    private final PulsarNode pulsar;
    private final StateGroups groups;
    private final HookMeters meters;
    private final Outbox outbox;
    private final ActReader acts;
    private final Endpoints endpoints;
    private final Deliveries deliveries;
    private final DeadLetters dead;
    private final Sweep<Webhook> outdated;
    private int looking;
    private long timer = -1;
    private volatile boolean ready;

    /**
     * @param context the state context
     * @param connections the context of the connections to endpoints
     */
    public Webhooks(
            Vertx vertx,
            Context context,
            Context connections,
            PulsarNode pulsar,
            StateGroups groups,
            Standstill standstill,
            HookBounds bounds,
            MeterRegistry registry,
            Clock clock) {
        this.vertx = vertx;
        this.context = context;
        this.pulsar = pulsar;
        this.groups = groups;
        meters = new HookMeters(registry);
        outbox = new Outbox(pulsar.client(), context, groups, meters);
        acts = new ActReader(vertx, context, pulsar.client(), groups.self(), standstill, outbox, meters);
        endpoints = new Endpoints(vertx, connections, bounds, clock);
        deliveries =
                new Deliveries(vertx, context, pulsar.client(), groups, standstill, outbox, endpoints, bounds, meters);
        dead = new DeadLetters(pulsar, context);
        outdated = new Sweep<>(
                groups,
                (table, nowMs, limit) -> table.hooks().removedWebhooks(nowMs - REMOVED_KEPT_MS, limit),
                hook -> StateKeys.webhook(hook.tenant(), hook.name()));
    }

    /** What instances share of it. */
    public static List<Instances.Reading> readings() {
        return Stream.concat(ActReader.topics().stream(), Stream.of(Topics.hookOutbox(), Topics.hookRetries()))
                .map(topic -> new Instances.Reading(topic, SUBSCRIPTION))
                .toList();
    }

    /**
     * Starts telling; from any thread, and goes on trying. Completes when acts are read from now on: no change may be acknowledged before.
     */
    public Future<Void> start() {
        return Future.future(reading -> context.runOnContext(v -> {
            acts.open().onSuccess(open -> ready = true).onComplete(reading);
            deliveries.open();
            timer = vertx.setPeriodic(BACKLOG_MS, t -> countBacklog());
        }));
    }

    /** Whether acts are read, here or by who stands before this instance; from any thread. */
    public boolean isReady() {
        return ready;
    }

    private void countBacklog() {
        Future.join(backlog(Topics.hookOutbox()), backlog(Topics.hookRetries()))
                .onSuccess(both -> meters.backlog = both.<Long>resultAt(0) + both.<Long>resultAt(1))
                .onFailure(away -> LOG.debug("the backlog of webhooks is not known now", away));
    }

    private Future<Long> backlog(String topic) {
        return Future.fromCompletionStage(pulsar.admin().backlog(topic, SUBSCRIPTION), context);
    }

    /** Stops telling: other instances go on, and this one when it starts again. From any thread. */
    public Future<Void> close() {
        return Future.future(closed -> context.runOnContext(v -> {
            vertx.cancelTimer(timer);
            acts.close();
            deliveries.close();
            outbox.close();
            endpoints.close();
            closed.complete();
        }));
    }

    /** Puts a webhook in the place of the one of its name. A new one needs a secret, and has no dead letters yet. */
    public Future<Result<Webhook>> put(String tenant, String name, HookForm.Wanted wanted, Actor by) {
        return away(() -> dead.head()
                .compose(head -> change(tenant, name, (table, known, nowMs) -> {
                    if (known == null && wanted.secret() == null) {
                        return StateChange.refuse(ErrorCode.BAD_FIELD, "a new webhook has a secret");
                    }
                    if (known == null && inForce(table, tenant).size() >= HOOKS_MAX) {
                        return StateChange.refuse(
                                ErrorCode.CONFLICT, "there are " + HOOKS_MAX + " webhooks already: remove one");
                    }
                    Webhook hook = new Webhook(
                            tenant,
                            name,
                            wanted.url(),
                            wanted.secret() == null ? known.secret() : wanted.secret(),
                            wanted.events(),
                            known == null ? head : known.deadUpTo(),
                            known == null ? List.of() : known.deadDone(),
                            by.user(),
                            nowMs);
                    return written("webhook.set", hook, by);
                })));
    }

    /** Removes a webhook: what is on its way to it is dropped. */
    public Future<Result<Webhook>> remove(String tenant, String name, Actor by) {
        return change(tenant, name, (table, known, nowMs) -> {
            if (known == null) {
                return StateChange.refuse(noHook(name));
            }
            Webhook gone = new Webhook(tenant, name, "", "", List.of(), -1, List.of(), by.user(), nowMs);
            return written("webhook.removed", gone, by);
        });
    }

    private interface Decision {
        /** @param known the webhook of the name that is in force, or null */
        StateChange<Webhook> decide(RoomTable table, Webhook known, long nowMs);
    }

    private Future<Result<Webhook>> change(String tenant, String name, Decision decision) {
        return groups.change(RoomKey.ofTenant(tenant), (table, nowMs) -> {
            Webhook known = inForce(table, tenant).stream()
                    .filter(hook -> hook.name().equals(name))
                    .findFirst()
                    .orElse(null);
            return decision.decide(table, known, nowMs);
        });
    }

    private static StateChange<Webhook> written(String action, Webhook hook, Actor by) {
        return StateChange.write(
                hook,
                StateChange.Write.put(
                        by.act(action, RoomKey.ofTenant(hook.tenant()), hook.name(), ""),
                        StateKeys.webhook(hook.tenant(), hook.name()),
                        hook));
    }

    private static List<Webhook> inForce(RoomTable table, String tenant) {
        return table.hooks().webhooks(tenant).stream()
                .filter(hook -> !hook.removed())
                .toList();
    }

    /** The webhooks of a tenant, by name, as this instance has read them. */
    public Result<List<Webhook>> list(String tenant) {
        Result<RoomTable> known = groups.readTable(RoomKey.ofTenant(tenant));
        return known.isRefused() ? Result.refused(known.refusal()) : Result.of(inForce(known.value(), tenant));
    }

    /** One of them. */
    public Result<Webhook> read(String tenant, String name) {
        Result<List<Webhook>> all = list(tenant);
        if (all.isRefused()) {
            return Result.refused(all.refusal());
        }
        return all.value().stream()
                .filter(hook -> hook.name().equals(name))
                .findFirst()
                .map(Result::of)
                .orElseGet(() -> Result.refused(noHook(name)));
    }

    private static Refusal noHook(String name) {
        return Refusal.of(ErrorCode.NOT_FOUND, "there is no webhook " + name);
    }

    /**
     * A page of what a webhook did not take, the newest, and where to go on.
     *
     * @param before number before which to look
     */
    public Future<Result<ObjectNode>> dead(Webhook hook, long before, int limit) {
        return away(() ->
                dead.newest(hook, before, limit).map(DeadLetters.Letters::json).map(Result::of));
    }

    /** Puts the oldest dead letters of a webhook back into the outbox, where their tries begin anew; answers how many, and whether there are more. */
    public Future<Result<ObjectNode>> retryDead(Webhook hook, Actor by) {
        return away(() -> dead.oldest(hook, RETRIED_MAX)
                .compose(old -> Future.join(old.letters().stream()
                                .map(letter -> outbox.put(letter.event()))
                                .toList())
                        .compose(put ->
                                deadUpTo(hook, old.reached(), old.letters().isEmpty() ? null : "webhook.retried", by))
                        .map(result -> result.isRefused()
                                ? Result.<ObjectNode>refused(result.refusal())
                                : Result.of(Json.object()
                                        .put("retried", old.letters().size())
                                        .put("more", old.more())))));
    }

    /** Puts one dead letter back, by its number, and answers with it. */
    public Future<Result<ObjectNode>> retryDead(Webhook hook, long number, Actor by) {
        return away(() -> dead.one(hook, number).compose(letter -> {
            if (letter == null || hook.deadDone(number - 1) == null) {
                return Future.succeededFuture(Result.refused(letter == null ? noLetter(number) : tooMany()));
            }
            return outbox.put(letter.event())
                    .compose(put -> change(hook.tenant(), hook.name(), (table, known, nowMs) -> {
                        Webhook now = known == null ? null : known.deadDone(number - 1);
                        return now == null
                                ? StateChange.<Webhook>refuse(known == null ? noHook(hook.name()) : tooMany())
                                : written("webhook.retried", now, by);
                    }))
                    .map(result -> result.isRefused()
                            ? Result.<ObjectNode>refused(result.refusal())
                            : Result.of(letter.json()));
        }));
    }

    private static Refusal noLetter(long number) {
        return Refusal.of(ErrorCode.NOT_FOUND, "there is no dead letter " + number + " of this webhook");
    }

    private static Refusal tooMany() {
        return Refusal.of(
                ErrorCode.CONFLICT,
                Webhook.DEAD_DONE_MAX
                        + " were put back one by one while older ones stay: put those back, or let go of all");
    }

    /** Lets go of all dead letters of a webhook. */
    public Future<Result<Webhook>> clearDead(Webhook hook, Actor by) {
        return away(() -> dead.head().compose(head -> deadUpTo(hook, head, "webhook.cleared", by)));
    }

    /** @param action null = nobody needs to know */
    private Future<Result<Webhook>> deadUpTo(Webhook hook, long index, String action, Actor by) {
        return change(hook.tenant(), hook.name(), (table, known, nowMs) -> {
            if (known == null) {
                return StateChange.refuse(noHook(hook.name()));
            }
            Webhook now = known.deadUpTo(index);
            if (action == null) {
                return now.deadUpTo() == known.deadUpTo()
                        ? StateChange.nothing(now)
                        : StateChange.write(
                                now, StateChange.Write.note(StateKeys.webhook(now.tenant(), now.name()), now));
            }
            return written(action, now, by);
        });
    }

    /** What needs the topic of dead letters: a bounded number at a time, and {@code unavailable} when it does not answer. */
    private <T> Future<Result<T>> away(Supplier<Future<Result<T>>> what) {
        if (looking >= LOOKS_MAX) {
            return Future.succeededFuture(
                    Result.refused(Refusal.retry(ErrorCode.BUSY, "too many look at dead letters", RETRY_MS)));
        }
        looking++;
        return what.get().onComplete(done -> looking--).otherwise(failure -> {
            LOG.warn("dead letters could not be read or put back: {}", failure.toString());
            return Result.refused(
                    Refusal.retry(ErrorCode.UNAVAILABLE, "the dead letters cannot be read at the moment", RETRY_MS));
        });
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }
}
