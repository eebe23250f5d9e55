package io.danmaku.dm.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.inbound.Outcomes;
import io.danmaku.node.redis.Directory;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.log.Revision;
import io.danmaku.protocol.log.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * Tells outcomes: the result to the node that waits for it, messages and marks to every node where a user who is to hear of them has a
 * device. Thread-safe, never blocks; what cannot be delivered is dropped and counted.
 */
public final class Deliveries implements Outcomes {
    private final PulsarClient client;
    private final Directory directory;
    private final Requests requests;
    private final DeliveryConfig config;
    private final Cache<String, NodeTopic> topics;
    private final AtomicInteger lookups = new AtomicInteger();
    private final Counter published;
    private final Counter dropped;
    private final Counter lookupsFailed;

    /** @param requests of this node, whose results need no topic */
    public Deliveries(
            PulsarClient client,
            Directory directory,
            Requests requests,
            DeliveryConfig config,
            MeterRegistry registry) {
        this.client = client;
        this.directory = directory;
        this.requests = requests;
        this.config = config;
        topics = Caffeine.newBuilder()
                .maximumSize(config.nodesMax())
                .expireAfterAccess(Duration.ofMillis(config.nodeIdleMs()))
                .scheduler(Scheduler.systemScheduler())
                .executor(Runnable::run)
                .removalListener((String node, NodeTopic topic, RemovalCause cause) -> topic.close())
                .build();
        published = registry.counter("danmaku.dm.deliveries", "outcome", "published");
        dropped = registry.counter("danmaku.dm.deliveries", "outcome", "dropped");
        lookupsFailed = registry.counter("danmaku.dm.directory.failures");
        registry.gaugeMapSize("danmaku.dm.delivery.topics", Tags.empty(), topics.asMap());
    }

    @Override
    public void tell(DirectRecord record, Outcome outcome) {
        String tenant = record.tenant();
        List<String> both = List.of(record.from(), record.to());
        if (outcome instanceof Outcome.Stored stored) {
            message(record, stored.message());
        } else if (outcome instanceof Outcome.Changed changed) {
            message(record, changed.message());
        } else if (outcome instanceof Outcome.Noted noted) {
            result(record, Delivery.noted(tenant, record.sendId(), noted.told()));
            push(tenant, List.of(record.from()), users -> Delivery.note(tenant, users.get(0), noted.told()));
            if (noted.toldOther() != null) {
                push(tenant, List.of(record.to()), users -> Delivery.note(tenant, users.get(0), noted.toldOther()));
            }
            // of a relation only this says who is seen
            boolean contact = record.op() == Op.RELATE && record.body().contains("\"contact\"");
            if (contact || record.op() == Op.BLOCK || record.op() == Op.UNBLOCK) {
                push(tenant, List.of(record.to()), users -> Delivery.sight(tenant, users, record.from()));
            }
        } else if (outcome instanceof Outcome.Settled settled) {
            result(record, Delivery.noted(tenant, record.sendId(), settled.writers()));
        } else if (outcome instanceof Outcome.Repeat repeat) {
            result(record, Delivery.sent(tenant, record.sendId(), asSent(repeat.first())));
        } else if (outcome instanceof Outcome.Refused refused) {
            result(record, Delivery.refused(tenant, record.sendId(), refused.refusal()));
        } else if (outcome instanceof Outcome.Marked marked) {
            result(record, Delivery.readResult(tenant, record.sendId(), marked.seq()));
            if (marked.moved()) {
                push(
                        tenant,
                        marked.toPeer() ? both : List.of(record.from()),
                        users -> record.op() == Op.READ
                                ? Delivery.read(tenant, users, record.from(), record.to(), marked.seq())
                                : Delivery.delivered(tenant, users, record.from(), record.to(), marked.seq()));
            }
        }
    }

    /** A record that was handled late may tell of a message that lives no more. */
    private void message(DirectRecord record, DirectMessage message) {
        String tenant = record.tenant();
        DirectMessage now = message.at(System.currentTimeMillis());
        result(record, Delivery.sent(tenant, record.sendId(), record.op() == Op.SEND ? asSent(now) : now));
        push(
                tenant,
                List.of(record.from(), record.to()),
                users -> record.rated()
                        ? Delivery.message(tenant, users, now, record.from(), record.node())
                        : Delivery.message(tenant, users, now));
    }

    /** A send is answered in the same way however often it is asked, whatever has become of its message since. */
    private static DirectMessage asSent(DirectMessage message) {
        return message.with(message.body(), Revision.NONE);
    }

    /** Tells the devices of a user that somebody types. Nobody is told later who is not told now. */
    public void typing(String tenant, String from, String to) {
        push(tenant, List.of(to), users -> Delivery.typing(tenant, users, from));
    }

    private void result(DirectRecord record, Delivery result) {
        if (record.node() == null || record.node().isEmpty()) {
            return;
        }
        if (record.node().equals(requests.node())) {
            requests.answer(result);
        } else {
            publish(record.node(), result);
        }
    }

    /** One record per node, with those of the users that have a device there. */
    private void push(String tenant, List<String> users, Function<List<String>, Delivery> delivery) {
        if (lookups.incrementAndGet() > config.lookupsMax()) {
            lookups.decrementAndGet();
            dropped.increment();
            return;
        }
        directory.nodesOf(tenant, users).onComplete(found -> {
            lookups.decrementAndGet();
            if (found.failed()) {
                lookupsFailed.increment();
                return;
            }
            Map<String, List<String>> usersByNode = new LinkedHashMap<>();
            List<Set<String>> nodes = found.result();
            for (int i = 0; i < users.size(); i++) {
                for (String node : nodes.get(i)) {
                    usersByNode.computeIfAbsent(node, n -> new ArrayList<>()).add(users.get(i));
                }
            }
            usersByNode.forEach((node, there) -> publish(node, delivery.apply(there)));
        });
    }

    private void publish(String node, Delivery delivery) {
        published.increment();
        topics.get(node, this::topic).publish(Json.bytes(delivery));
    }

    private NodeTopic topic(String node) {
        // made again by the next record, should it fail
        return new NodeTopic(
                client,
                Topics.delivery(node),
                config.waitingPerNodeMax(),
                dropped::increment,
                given -> topics.asMap().remove(node, given));
    }

    public void close() {
        topics.invalidateAll();
    }
}
