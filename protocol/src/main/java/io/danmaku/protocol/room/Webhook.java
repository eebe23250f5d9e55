package io.danmaku.protocol.room;

import java.util.List;

/**
 * An address of a product's backend that is told of events; the value of a record in a state topic.
 *
 * @param name see {@link Ids#isList}
 * @param url http or https; empty: the webhook was removed, and a reader that was away during compaction may see this only
 * @param secret signs what is sent there; never told
 * @param events wire names of {@link HookType}s
 * @param deadUpTo index in the topic of dead letters up to which they are of no more interest; -1 = all are of interest
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
        String by,
        long atMs) {
    public static final int URL_CHARS_MAX = 2_000;
    public static final int SECRET_CHARS_MIN = 16;
    public static final int SECRET_CHARS_MAX = 128;

    public Webhook {
        events = List.copyOf(events);
    }

    public boolean removed() {
        return url.isEmpty();
    }

    public boolean wants(String type) {
        return !removed() && events.contains(type);
    }

    /** The same when dead letters up to there are of no more interest. */
    public Webhook deadUpTo(long index) {
        return new Webhook(tenant, name, url, secret, events, Math.max(deadUpTo, index), by, atMs);
    }

    /** For logs: without the secret, and without what an address may have in its query. */
    @Override
    public String toString() {
        return "webhook " + tenant + "/" + name;
    }
}
