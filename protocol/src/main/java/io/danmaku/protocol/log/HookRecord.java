package io.danmaku.protocol.log;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An event on its way to a tenant's webhooks; the value of a record in the outbox topic ({@link Topics#hookOutbox()}). Whoever has something to
 * tell puts one there without a hook, and may put it again when it does not know whether it is there: room-service makes one of it for each
 * webhook of the tenant that wants the type. Without a key, and never in a batch.
 *
 * @param hook name of the webhook that it is for; empty = of all that want it
 * @param id of the event: 1..64 characters; the same whenever the same event is put, so that a backend knows what it has already
 * @param type wire name of a {@code HookType}
 * @param room empty = of none
 * @param atMs when it happened, Unix time
 * @param data what is told of it, an object; some KiB at most
 */
public record HookRecord(String tenant, String hook, String id, String type, String room, long atMs, JsonNode data) {

    public HookRecord {
        hook = hook == null ? "" : hook;
        room = room == null ? "" : room;
    }

    /** The same for one webhook. */
    public HookRecord to(String name) {
        return new HookRecord(tenant, name, id, type, room, atMs, data);
    }
}
