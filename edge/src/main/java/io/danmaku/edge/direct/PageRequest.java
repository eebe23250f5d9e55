package io.danmaku.edge.direct;

import io.danmaku.protocol.command.Command;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A page that dm-service answers over HTTP, or something that it changes, however often it is asked.
 *
 * @param path of the resource
 * @param query of it but the limit, empty or beginning with {@code &}
 * @param limit entries at most, 0 = it has none
 * @param change JSON of what is to be changed, null = nothing
 */
record PageRequest(String path, String query, int limit, String change) {

    /** Messages behind a device's position. */
    static PageRequest of(Command.DmSync sync) {
        return new PageRequest("/api/dm/sync", parameter("pos", sync.position()), sync.limit(), null);
    }

    /** The newest messages of a conversation below a number. */
    static PageRequest of(Command.DmHistory history) {
        String before = history.before() == Long.MAX_VALUE ? null : Long.toString(history.before());
        return new PageRequest(
                "/api/dm/" + encoded(history.peer()) + "/messages", parameter("before", before), history.limit(), null);
    }

    /** Conversations, that with the newest message first. */
    static PageRequest of(Command.DmContacts contacts) {
        String query = parameter("cursor", contacts.cursor()) + parameter("box", contacts.box());
        return new PageRequest("/api/dm/contacts", query, contacts.limit(), null);
    }

    /** The settings of a user. */
    static PageRequest of(Command.DmSettings settings) {
        String change = settings.change().isEmpty() ? null : settings.change().toString();
        return new PageRequest("/api/dm/settings", "", 0, change);
    }

    /** For a fraction of the entries, at least one. */
    PageRequest withFewer(int divisor) {
        return new PageRequest(path, query, Math.max(1, limit / divisor), change);
    }

    String uri() {
        return limit == 0 ? path : path + "?limit=" + limit + query;
    }

    private static String parameter(String name, String value) {
        return value == null ? "" : "&" + name + "=" + encoded(value);
    }

    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
