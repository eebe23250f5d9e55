package io.danmaku.edge.direct;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.json.Json;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What dm-service answers over HTTP: mostly a page; or something that it changes, however often it is asked.
 *
 * @param path of the resource
 * @param query of it but the limit, empty or beginning with {@code &}
 * @param limit entries at most, 0 = it has none
 * @param method GET = it is read
 * @param body of what is changed, null = it is read
 */
record PageRequest(String path, String query, int limit, HttpMethod method, ObjectNode body) {
    private PageRequest(String path, String query, int limit) {
        this(path, query, limit, HttpMethod.GET, null);
    }

    /** Messages behind a device's position. */
    static PageRequest of(Command.DmSync sync) {
        return new PageRequest("/api/dm/sync", parameter("pos", sync.position()), sync.limit());
    }

    /** The newest messages of a conversation below a number. */
    static PageRequest of(Command.DmHistory history) {
        String before = history.before() == Long.MAX_VALUE ? null : Long.toString(history.before());
        return new PageRequest(
                "/api/dm/" + encoded(history.peer()) + "/messages", parameter("before", before), history.limit());
    }

    /** Conversations, that with the newest message first. */
    static PageRequest of(Command.DmContacts contacts) {
        String query = parameter("cursor", contacts.cursor()) + parameter("box", contacts.box());
        return new PageRequest("/api/dm/contacts", query, contacts.limit());
    }

    /** The settings of a user. */
    static PageRequest of(Command.DmSettings settings) {
        return settings.change().isEmpty()
                ? new PageRequest("/api/dm/settings", "", 0)
                : new PageRequest("/api/dm/settings", "", 0, HttpMethod.PATCH, settings.change());
    }

    /** How far the conversation with somebody is. */
    static PageRequest ofConversation(String peer) {
        return new PageRequest("/api/dm/" + encoded(peer) + "/conversation", "", 0);
    }

    /** Messages that are reported; posted again it is the same report. */
    static PageRequest of(Command.DmReport report) {
        ObjectNode body = Json.object().put("peer", report.peer()).put("reason", report.reason());
        if (!report.category().isEmpty()) {
            body.put("category", report.category());
        }
        ArrayNode mids = body.putArray("mids");
        report.mids().forEach(mids::add);
        return new PageRequest("/api/dm/reports", "", 0, HttpMethod.POST, body);
    }

    /** For a fraction of the entries, at least one. */
    PageRequest withFewer(int divisor) {
        return new PageRequest(path, query, Math.max(1, limit / divisor), method, body);
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
