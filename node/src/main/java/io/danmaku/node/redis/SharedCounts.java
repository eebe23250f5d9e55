package io.danmaku.node.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;

/** Counts that all nodes add to, for a short time: {@code quota:<tenant>:<second>}. Thread-safe; fails at once while Redis is away. */
public final class SharedCounts implements AutoCloseable {
    /** Longer than the clocks of two nodes lie apart. */
    private static final int KEPT_S = 60;

    private final RedisLink redis;

    /** @param url {@code redis://host:port} */
    public SharedCounts(Vertx vertx, String url) {
        redis = new RedisLink(vertx, url);
    }

    /**
     * Adds to a tenant's count of one second.
     *
     * @param second Unix time
     * @return the count with it
     */
    public Future<Long> add(String tenant, long second, int n) {
        String key = "quota:" + tenant + ":" + second;
        return redis.batch(List.of(
                        Request.cmd(Command.INCRBY).arg(key).arg(n),
                        Request.cmd(Command.EXPIRE).arg(key).arg(KEPT_S)))
                .map(answers -> answers.get(0).toLong());
    }

    @Override
    public void close() {
        redis.close();
    }
}
