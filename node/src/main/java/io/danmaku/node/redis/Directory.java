package io.danmaku.node.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Who is connected where: {@code dir:<tenant>:<user>} is a sorted set of {@code <node>/<session>}, scored by the time its
 * lease ends. Every node renews the leases of its own sessions, so a lost Redis fills again by itself and what a killed
 * node left dies by itself. While Redis is away, calls fail at once.
 */
public final class Directory implements AutoCloseable {
    /** A session not renewed for so long is gone. */
    public static final long LEASE_MS = 30_000;
    /** How often to renew: three tries a lease. */
    public static final long RENEW_INTERVAL_MS = 10_000;

    private static final int REQUESTS_OF_RENEWAL = 3;

    private final RedisLink redis;

    /** Redis that is stopped may take a batch and never answer. */
    private static final long ANSWER_MS = 5_000;

    /** Somebody who may have devices. */
    public record User(String tenant, String id) {}

    /** One device of a user on a node. */
    public record Session(String tenant, String user, String session) {}

    /** @param url {@code redis://host:port} */
    public Directory(Vertx vertx, String url) {
        redis = new RedisLink(vertx, url);
    }

    public boolean ready() {
        return redis.ready();
    }

    /**
     * Enters sessions of a node, or renews their leases; cheap to call with many.
     *
     * @return those that were not there, or whose lease was over
     */
    public Future<Set<Session>> renew(String node, List<Session> sessions) {
        if (sessions.isEmpty()) {
            return Future.succeededFuture(Set.of());
        }
        long now = System.currentTimeMillis();
        List<Request> batch = new ArrayList<>(sessions.size() * REQUESTS_OF_RENEWAL);
        for (Session s : sessions) {
            String key = key(s.tenant, s.user);
            // what other nodes left behind goes with the next renewal, the whole key with the last lease;
            // first of all, so that a lease of its own that is over is entered and not renewed
            batch.add(Request.cmd(Command.ZREMRANGEBYSCORE).arg(key).arg("-inf").arg(now));
            batch.add(Request.cmd(Command.ZADD).arg(key).arg(now + LEASE_MS).arg(member(node, s.session)));
            batch.add(Request.cmd(Command.PEXPIRE).arg(key).arg(LEASE_MS));
        }
        return redis.batch(batch).map(answers -> {
            Set<Session> entered = new HashSet<>();
            for (int i = 0; i < sessions.size(); i++) {
                if (answers.get(i * REQUESTS_OF_RENEWAL + 1).toInteger() > 0) {
                    entered.add(sessions.get(i));
                }
            }
            return entered;
        });
    }

    public Future<Void> remove(String node, Session s) {
        return redis.batch(List.of(
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
        return redis.batch(batch).map(responses -> {
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

    /** Whether each of these users has a device somewhere, in their order; in one batch, so whoever asks bounds it. */
    public Future<List<Boolean>> online(List<User> users) {
        if (users.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        long now = System.currentTimeMillis();
        List<Request> batch = new ArrayList<>(users.size());
        for (User user : users) {
            batch.add(Request.cmd(Command.ZCOUNT)
                    .arg(key(user.tenant, user.id))
                    .arg(now)
                    .arg("+inf"));
        }
        return redis.batch(batch)
                .timeout(ANSWER_MS, TimeUnit.MILLISECONDS)
                .map(counts -> counts.stream().map(count -> count.toLong() > 0).toList());
    }

    private static String key(String tenant, String user) {
        return "dir:" + tenant + ":" + user;
    }

    private static String member(String node, String session) {
        return node + "/" + session;
    }

    @Override
    public void close() {
        redis.close();
    }
}
