package io.danmaku.room.room;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.node.pulsar.PulsarAdmin;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other instances, as the broker tells by their consumers, and what becomes of one that hangs. Its consumers keep what they were given
 * until the broker's keep-alive notices, 10 to 20 s as it is set here, 30 to 60 s by default. So the topics that it reads are unloaded: all their clients are dropped, those that live come
 * back at once, and the one that hangs cannot. On the state context.
 */
public final class Instances {
    private static final Logger LOG = LoggerFactory.getLogger(Instances.class);
    private static final long LOOK_INTERVAL_MS = 5_000;
    /** The next instance in line waits so much longer: perhaps the one before cannot reach Pulsar. */
    private static final long TURN_MS = 2_000;
    /** Two instances that cannot see each other take turns no faster. */
    private static final long THROW_OUT_INTERVAL_MS = 60_000;

    private static final String URL = "url";

    private final Context context;
    private final PulsarAdmin admin;
    private final Owner self;
    private final List<Reading> readings;
    private final Counter thrownOut;
    /** When a silent one is thrown out, and after that when at the earliest again. */
    private final Map<Owner, Long> dueMs = new HashMap<>();

    private Set<Owner> others = Set.of();
    private long lookDueMs = Long.MIN_VALUE;

    /** A subscription that instances share: of the kind Failover, or Shared. */
    public record Reading(String topic, String subscription) {}

    /** @param readings all that instances share; each has a consumer of the first */
    public Instances(Context context, PulsarAdmin admin, Owner self, List<Reading> readings, MeterRegistry registry) {
        this.context = context;
        this.admin = admin;
        this.self = self;
        this.readings = List.copyOf(readings);
        thrownOut = registry.counter("danmaku.instances.thrown.out");
    }

    /** What a consumer of a shared subscription has to say of the instance; its name is the incarnation. */
    public static Map<String, String> properties(Owner self) {
        return Map.of(URL, self.url());
    }

    /** Those that were connected a few seconds ago. */
    Set<Owner> others() {
        return others;
    }

    void tick(OwnerWatch watch, long nowMs) {
        if (nowMs >= lookDueMs) {
            lookDueMs = nowMs + LOOK_INTERVAL_MS;
            look();
        }
        dueMs.entrySet().removeIf(due -> due.getValue() <= nowMs && !watch.isHung(due.getKey()));
        for (Owner other : others) {
            if (watch.isHung(other) && nowMs >= dueMs.computeIfAbsent(other, first -> nowMs + turn(watch) * TURN_MS)) {
                dueMs.put(other, nowMs + THROW_OUT_INTERVAL_MS);
                throwOut(other, nowMs);
            }
        }
    }

    private void look() {
        Reading all = readings.get(0);
        Future.fromCompletionStage(admin.subscription(all.topic(), all.subscription()), context)
                .onSuccess(subscription -> others = others(subscription, self))
                .onFailure(away -> LOG.debug("the other instances are not known now", away));
    }

    static Set<Owner> others(JsonNode subscription, Owner self) {
        Set<Owner> others = new HashSet<>();
        for (JsonNode consumer : subscription.path("consumers")) {
            String name = consumer.path("consumerName").asText();
            String url = consumer.path("metadata").path(URL).asText();
            // one of an older version says nothing of itself; one at the same address would be looked at here
            if (!url.isEmpty() && !url.equals(self.url()) && !name.equals(self.instance())) {
                others.add(new Owner(name, url));
            }
        }
        return others;
    }

    /** How many of those that answer come before this one. */
    private long turn(OwnerWatch watch) {
        return others.stream()
                .filter(other -> !watch.isHung(other) && other.instance().compareTo(self.instance()) < 0)
                .count();
    }

    private void throwOut(Owner hung, long nowMs) {
        boolean[] counted = new boolean[1];
        for (Reading reading : readings) {
            Future.fromCompletionStage(
                            admin.subscription(reading.topic(), reading.subscription())
                                    .thenCompose(subscription -> has(subscription, hung)
                                            ? admin.unload(reading.topic()).thenApply(done -> true)
                                            : CompletableFuture.completedFuture(false)),
                            context)
                    .onSuccess(unloaded -> {
                        if (unloaded && !counted[0]) {
                            counted[0] = true;
                            thrownOut.increment();
                            LOG.warn("{} does not answer: what it reads is taken from it", hung);
                        }
                    })
                    .onFailure(kept -> {
                        LOG.warn("{} was not unloaded: {}", reading.topic(), kept.toString());
                        dueMs.put(hung, nowMs + LOOK_INTERVAL_MS);
                    });
        }
    }

    /** Whether records go to it: where one consumer is active, to that one alone. */
    static boolean has(JsonNode subscription, Owner one) {
        String active = subscription.path("activeConsumerName").asText("");
        if (!active.isEmpty()) {
            return active.equals(one.instance());
        }
        for (JsonNode consumer : subscription.path("consumers")) {
            if (consumer.path("consumerName").asText().equals(one.instance())) {
                return true;
            }
        }
        return false;
    }
}
