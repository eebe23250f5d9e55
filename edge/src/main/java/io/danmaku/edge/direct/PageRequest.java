package io.danmaku.edge.direct;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What dm-service answers over HTTP: mostly a page.
 *
 * @param path of the resource
 * @param query of it but the limit, empty or beginning with {@code &}
 * @param limit entries at most
 * @param body of what is posted, null = it is read
 */
record PageRequest(String path, String query, int limit, ObjectNode body) {
    private PageRequest(String path, String query, int limit) {
        this(path, query, limit, null);
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
        return new PageRequest("/api/dm/contacts", parameter("cursor", contacts.cursor()), contacts.limit());
    }

    /** How far the conversation with somebody is. */
    static PageRequest ofConversation(String peer) {
        return new PageRequest("/api/dm/" + encoded(peer) + "/conversation", "", 1);
    }

    /** Messages that are reported; posted again it is the same report. */
    static PageRequest of(Command.DmReport report) {
        ObjectNode body = Json.object().put("peer", report.peer()).put("reason", report.reason());
        if (!report.category().isEmpty()) {
            body.put("category", report.category());
        }
        ArrayNode mids = body.putArray("mids");
        report.mids().forEach(mids::add);
        return new PageRequest("/api/dm/reports", "", 1, body);
    }

    PageRequest withLimit(int fewer) {
        return new PageRequest(path, query, fewer, body);
    }

    String uri() {
        return path + "?limit=" + limit + query;
    }

    private static String parameter(String name, String value) {
        return value == null ? "" : "&" + name + "=" + encoded(value);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
