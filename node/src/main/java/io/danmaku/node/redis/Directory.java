package io.danmaku.node.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is connected where: {@code dir:<tenant>:<user>} is a sorted set of {@code <node>/<session>}, scored by the time its
 * lease ends. Every node renews the leases of its own sessions, so a lost Redis fills again by itself and what a killed
 * node left dies by itself. One connection, which pipelines; while it is away, calls fail at once and it is opened again
 * with a growing delay.
 */
public final class Directory implements AutoCloseable {
    /** A session not renewed for so long is gone. */
    public static final long LEASE_MS = 30_000;
    /** How often to renew: three tries a lease. */
    public static final long RENEW_INTERVAL_MS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final long RECONNECT_MS_MIN = 100;
    private static final long RECONNECT_MS_MAX = 5_000;
    private static final int WAITING_MAX = 16 * 1024;

    private final Vertx vertx;
    private final Redis redis;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile RedisConnection connection;

    /** One device of a user on a node. */
    public record Session(String tenant, String user, String session) {}

    /** @param url {@code redis://host:port} */
    public Directory(Vertx vertx, String url) {
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

    public boolean ready() {
        return connection != null;
    }

    /** Enters sessions of a node, or renews their leases; cheap to call with many. */
    public Future<Void> renew(String node, List<Session> sessions) {
        if (sessions.isEmpty()) {
            return Future.succeededFuture();
        }
        long now = System.currentTimeMillis();
        List<Request> batch = new ArrayList<>(sessions.size() * 3);
        for (Session s : sessions) {
            String key = key(s.tenant, s.user);
            batch.add(Request.cmd(Command.ZADD).arg(key).arg(now + LEASE_MS).arg(member(node, s.session)));
            // what other nodes left behind goes with the next renewal, the whole key with the last lease
            batch.add(Request.cmd(Command.ZREMRANGEBYSCORE).arg(key).arg("-inf").arg(now));
            batch.add(Request.cmd(Command.PEXPIRE).arg(key).arg(LEASE_MS));
        }
        return batch(batch).mapEmpty();
    }

    public Future<Void> remove(String node, Session s) {
        return batch(List.of(
                        Request.cmd(Command.ZREM).arg(key(s.tenant, s.user)).arg(member(node, s.session))))
                .mapEmpty();
    }

    /** The nodes that hold a device of each user, in the users' order; each with a live lease. */
    public Future<List<Set<String>>> nodesOf(String tenant, List<String> users) {
        long now = System.currentTimeMillis();
        List<Request> batch = new ArrayList<>(users.size());
        for (String user : users) {
            batch.add(Request.cmd(Command.ZRANGE)
                    .arg(key(tenant, user))
                    .arg(now)
                    .arg("+inf")
                    .arg("BYSCORE"));
        }
        return batch(batch).map(responses -> {
            List<Set<String>> nodes = new ArrayList<>(responses.size());
            for (Response members : responses) {
                Set<String> found = new LinkedHashSet<>();
                for (Response member : members) {
                    String text = member.toString();
                    found.add(text.substring(0, text.indexOf('/')));
                }
                nodes.add(found);
            }
            return nodes;
        });
    }

    private Future<List<Response>> batch(List<Request> requests) {
        RedisConnection open = connection;
        return open == null ? Future.failedFuture(new IllegalStateException("Redis is away")) : open.batch(requests);
    }

    private static String key(String tenant, String user) {
        return "dir:" + tenant + ":" + user;
    }

    private static String member(String node, String session) {
        return node + "/" + session;
    }

    @Override
    public void close() {
        closed.set(true);
        redis.close();
    }
}
