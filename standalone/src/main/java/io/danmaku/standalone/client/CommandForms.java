package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The commands of docs/protocol.md as JSON, without their {@code id}. */
final class CommandForms {
    private CommandForms() {}

    private static ObjectNode op(String op) {
        return JsonNodeFactory.instance.objectNode().put("op", op);
    }

    static ObjectNode auth(String token) {
        return op("auth").put("token", token);
    }

    static ObjectNode ping() {
        return op("ping");
    }

    static ObjectNode join(String room) {
        return op("join").put("room", room);
    }

    static ObjectNode leave(String room) {
        return op("leave").put("room", room);
    }

    static ObjectNode send(String room, String type, String cid, ObjectNode detail) {
        ObjectNode command = op("send").put("room", room).put("t", type).put("cid", cid);
        command.set("d", detail);
        return command;
    }

    static ObjectNode history(String room, long before, int limit) {
        ObjectNode command = op("history").put("room", room).put("limit", limit);
        return before > 0 ? command.put("before", before) : command;
    }

    static ObjectNode dmSend(String to, String cid, String body) {
        return op("dm.send").put("to", to).put("cid", cid).put("kind", "text").put("body", body);
    }

    static ObjectNode dmRead(String peer, long seq) {
        return op("dm.read").put("peer", peer).put("seq", seq);
    }

    static ObjectNode dmHistory(String peer, long before, int limit) {
        ObjectNode command = op("dm.history").put("peer", peer).put("limit", limit);
        return before > 0 ? command.put("before", before) : command;
    }

    static ObjectNode dmContacts(String cursor, int limit) {
        ObjectNode command = op("dm.contacts").put("limit", limit);
        return cursor == null ? command : command.put("cursor", cursor);
    }

    static ObjectNode dmSync(String position, int limit) {
        ObjectNode command = op("dm.sync").put("limit", limit);
        return position == null ? command : command.put("pos", position);
    }
}
