package io.danmaku.node.redis;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What users said of late in rooms whose rules reach further back than an edge reads of a log: {@code said:<tenant>/<room>/<epoch>/<user>}, a sorted
 * set by time of a number for the text and the {@code cid}, the newest 64 of a user, which ends with the longest of the rules. Thread-safe; never
 * waits, and fails at once while Redis is away.
 */
public final class Sayings implements AutoCloseable {
    /** Of a user in a room. */
    public static final int KEPT_MAX = 64;
    /** A stopped Redis may take a command and never answer; the sender waits for it. */
    private static final long WITHIN_MS = 200;

    private static final int RADIX = 16;

    private final RedisLink link;
    private final Counter asked;
    private final Counter failed;

    /**
     * One chat.
     *
     * @param likeness the same number for texts that say the same
     * @param atMs Unix time of the edge that took it
     */
    public record Saying(long likeness, String cid, long atMs) {}

    /** @param url {@code redis://host:port} */
    public Sayings(Vertx vertx, String url, MeterRegistry registry) {
        link = new RedisLink(vertx, url);
        asked = registry.counter("danmaku.sayings.asked");
        failed = registry.counter("danmaku.sayings.failed");
    }

    /** Where what a user said in a room is kept. */
    public static String key(String tenant, String room, String epoch, String user) {
        return "said:" + tenant + "/" + room + "/" + epoch + "/" + user;
    }

    /** What is kept of a user, newest first. Fails when Redis is away or does not answer soon. */
    public Future<List<Saying>> of(String key) {
        asked.increment();
        Request newest =
                Request.cmd(Command.ZRANGE).arg(key).arg(-KEPT_MAX).arg(-1).arg("WITHSCORES");
        return link.batch(List.of(newest))
                .timeout(WITHIN_MS, TimeUnit.MILLISECONDS)
                .map(answers -> sayings(answers.get(0)))
                .onFailure(away -> failed.increment());
    }

    /** Keeps a chat; one that is kept already, under its {@code cid}, stays as old as it is. */
    public void add(String key, Saying saying, long keptMs) {
        link.batch(List.of(
                        Request.cmd(Command.ZADD)
                                .arg(key)
                                .arg("NX")
                                .arg(saying.atMs)
                                .arg(Long.toUnsignedString(saying.likeness, RADIX) + " " + saying.cid),
                        Request.cmd(Command.ZREMRANGEBYRANK).arg(key).arg(0).arg(-KEPT_MAX - 1),
                        Request.cmd(Command.PEXPIRE).arg(key).arg(keptMs)))
                .onFailure(away -> failed.increment());
    }

    /** Eldest first: a member and its score follow one another, or are a pair, as the protocol's version has it. */
    private static List<Saying> sayings(Response answer) {
        List<String> flat = new ArrayList<>();
        for (Response one : answer) {
            if (one.isArray()) {
                one.forEach(part -> flat.add(part.toString()));
            } else {
                flat.add(one.toString());
            }
        }
        List<Saying> sayings = new ArrayList<>();
        for (int i = flat.size() - 2; i >= 0; i -= 2) {
            String member = flat.get(i);
            int space = member.indexOf(' ');
            sayings.add(new Saying(
                    Long.parseUnsignedLong(member.substring(0, space), RADIX), member.substring(space + 1), (long)
                            Double.parseDouble(flat.get(i + 1))));
        }
        return sayings;
    }

    @Override
    public void close() {
        link.close();
    }
}
