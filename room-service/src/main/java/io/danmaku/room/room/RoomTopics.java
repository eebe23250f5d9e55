package io.danmaku.room.room;

import io.danmaku.node.pulsar.PulsarAdmin;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and removes the topics of rooms' logs. An ephemeral room's topic needs nothing: the broker keeps none of it. */
public final class RoomTopics {
    private static final Logger LOG = LoggerFactory.getLogger(RoomTopics.class);

    private final PulsarAdmin admin;
    private final Context context;
    private final Counter unremoved;

    public RoomTopics(PulsarAdmin admin, Context context, MeterRegistry registry) {
        this.admin = admin;
        this.context = context;
        unremoved = registry.counter("danmaku.room.logs.unremoved");
    }

    /** Makes the topic of a logged room, and lets it keep what the policy says. */
    Future<Void> create(RoomState room) {
        if (room.durability() == Durability.EPHEMERAL) {
            return Future.succeededFuture();
        }
        String topic = topic(room);
        return on(admin.createTopic(topic))
                .compose(made -> on(admin.setTopicRetention(topic, room.policy().retentionHours())));
    }

    /** Removes a logged room's topic with all that is in it; when that fails it is told, and to be asked for again. */
    Future<Void> remove(RoomState room) {
        return room.durability() == Durability.EPHEMERAL
                ? Future.succeededFuture()
                : on(admin.deleteTopic(topic(room))).onFailure(failure -> {
                    unremoved.increment();
                    LOG.warn("{} was not removed: {}", topic(room), failure.getMessage());
                });
    }

    static String topic(RoomState room) {
        return Topics.room(room.key(), room.epoch(), room.durability());
    }

    private Future<Void> on(CompletionStage<Void> stage) {
        return Future.fromCompletionStage(stage, context);
    }
}
