package io.danmaku.node.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis, which pipelines; while it is away, calls fail at once and it is opened again with a growing
 * delay. From any thread.
 */
final class RedisLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
    private static final long RECONNECT_MS_MIN = 100;
    private static final long RECONNECT_MS_MAX = 5_000;
    private static final int WAITING_MAX = 16 * 1024;

    private final Vertx vertx;
    private final Redis redis;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile RedisConnection connection;

    /** @param url {@code redis://host:port} */
    RedisLink(Vertx vertx, String url) {
        this.vertx = vertx;
        redis = Redis.createClient(
                vertx, new RedisOptions().setConnectionString(url).setMaxWaitingHandlers(WAITING_MAX));
        connect(RECONNECT_MS_MIN);
    }

    private void connect(long retryMs) {
        if (closed.get()) {
            return;
        }
        redis.connect()
                .onSuccess(opened -> {
                    opened.exceptionHandler(lost -> LOG.warn("Redis: {}", lost.getMessage()));
                    opened.endHandler(ended -> {
                        connection = null;
                        connect(RECONNECT_MS_MIN);
                    });
                    connection = opened;
                })
                .onFailure(refused ->
                        vertx.setTimer(retryMs, timer -> connect(Math.min(RECONNECT_MS_MAX, retryMs * 2))));
    }

    boolean ready() {
        return connection != null;
    }

    Future<List<Response>> batch(List<Request> requests) {
        RedisConnection open = connection;
        return open == null ? Future.failedFuture(new IllegalStateException("Redis is away")) : open.batch(requests);
    }

    @Override
    public void close() {
        closed.set(true);
        redis.close();
    }
}
