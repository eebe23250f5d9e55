package io.danmaku.node.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a user did to how many distinct things in an hour of the clock, on all nodes together: a set {@code hour:<what>:<tenant>:<user>:<hour>},
 * which ends by itself. Thread-safe; fails at once while Redis is away.
 */
public final class HourlySets implements AutoCloseable {
    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
    /** Longer than an hour by more than the clocks of two nodes lie apart. */
    private static final long KEPT_S = TimeUnit.MINUTES.toSeconds(65);
    /** A stopped Redis may take a command and never answer. */
    public static final long WITHIN_MS = 1_000;

    /** In one step: of two who add the last one at the same time, one succeeds. */
    private static final String ADD = """
            if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
            if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
            redis.call('SADD', KEYS[1], ARGV[1])
            redis.call('EXPIRE', KEYS[1], ARGV[3])
            return 1
            """;

    private final RedisLink redis;
    private final String what;

    /**
     * Connects in the background.
     *
     * @param url {@code redis://host:port}
     * @param what is counted, a word
     */
    public HourlySets(Vertx vertx, String url, String what) {
        redis = new RedisLink(vertx, url);
        this.what = what;
    }

    /**
     * Adds something, unless the user's set is full without it.
     *
     * @param max members of a set
     * @param nowMs Unix time, which decides the hour
     * @return whether it is in the set
     */
    public Future<Boolean> add(String tenant, String user, String member, int max, long nowMs) {
        String key = "hour:" + what + ":" + tenant + ":" + user + ":" + nowMs / HOUR_MS;
        Request add = Request.cmd(Command.EVAL)
                .arg(ADD)
                .arg(1)
                .arg(key)
                .arg(member)
                .arg(max)
                .arg(KEPT_S);
        return redis.batch(List.of(add))
                .timeout(WITHIN_MS, TimeUnit.MILLISECONDS)
                .map(answers -> answers.get(0).toLong() == 1);
    }

    /** Milliseconds until the next set begins. */
    public static long restOfHourMs(long nowMs) {
        return HOUR_MS - nowMs % HOUR_MS;
    }

    @Override
    public void close() {
        redis.close();
    }
}
