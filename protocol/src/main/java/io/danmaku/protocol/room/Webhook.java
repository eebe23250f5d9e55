package io.danmaku.protocol.room;

import java.util.List;
import java.util.stream.Stream;

/**
 * An address of a product's backend that is told of events; the value of a record in a state topic.
 *
 * @param name see {@link Ids#isList}
 * @param url http or https; empty: the webhook was removed, and a reader that was away during compaction may see this only
 * @param secret signs what is sent there; never told
 * @param events wire names of {@link HookType}s
 * @param deadUpTo index in the topic of dead letters up to which they are of no more interest; -1 = all are of interest
 * @param deadDone indexes behind that of single ones that are of no more interest, at most {@link #DEAD_DONE_MAX}, rising; null = none
 * @param by user who decided
 * @param atMs Unix time
 */
public record Webhook(
        String tenant,
        String name,
        String url,
        String secret,
        List<String> events,
        long deadUpTo,
        List<Long> deadDone,
        String by,
        long atMs) {
    public static final int URL_CHARS_MAX = 2_000;
    public static final int SECRET_CHARS_MIN = 16;
    public static final int SECRET_CHARS_MAX = 128;

    /** Dead letters that can be put back one by one before the older ones. */
    public static final int DEAD_DONE_MAX = 500;

    public Webhook {
        events = List.copyOf(events);
        deadDone = deadDone == null ? List.of() : List.copyOf(deadDone);
    }

    /** Whether a dead letter, by its index, is of interest. */
    public boolean wantsDead(long index) {
        return index > deadUpTo && !deadDone.contains(index);
    }

    public boolean removed() {
        return url.isEmpty();
    }

    public boolean wants(String type) {
        return !removed() && events.contains(type);
    }

    /** The same when dead letters up to there are of no more interest. */
    public Webhook deadUpTo(long index) {
        long upTo = Math.max(deadUpTo, index);
        List<Long> done = deadDone.stream().filter(one -> one > upTo).toList();
        return new Webhook(tenant, name, url, secret, events, upTo, done, by, atMs);
    }

    /** The same when a dead letter is of no more interest; null when so many are that it has no place. */
    public Webhook deadDone(long index) {
        if (!wantsDead(index)) {
            return this;
        }
        List<Long> done =
                Stream.concat(deadDone.stream(), Stream.of(index)).sorted().toList();
        return done.size() > DEAD_DONE_MAX
                ? null
                : new Webhook(tenant, name, url, secret, events, deadUpTo, done, by, atMs);
    }

    /** For logs: without the secret, and without what an address may have in its query. */
    @Override
    public String toString() {
        return "webhook " + tenant + "/" + name;
    }
}
