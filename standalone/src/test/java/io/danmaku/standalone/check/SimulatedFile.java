package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Form;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Telling;
import io.danmaku.standalone.check.History.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes a simulated history as a run does, with what the hub said in the hub's own form. */
final class SimulatedFile {
    private record Told(Way way, int user, int device, Message message) {}

    private final History history;
    /** What is still to be written of each message that was changed, in order. */
    private final Map<Told, ArrayDeque<Telling>> tellings = new HashMap<>();

    private SimulatedFile(History history) {
        this.history = history;
        history.tellings.forEach(telling -> tellings.computeIfAbsent(
                        new Told(telling.way(), telling.user(), telling.device(), telling.message()),
                        told -> new ArrayDeque<>())
                .add(telling));
    }

    static void write(History history, Path path) throws IOException {
        try (HistoryFile file = new HistoryFile(path, history.setup)) {
            new SimulatedFile(history).write(file);
        }
    }

    private void write(HistoryFile file) {
        history.sends.forEach(file::send);
        history.reads.forEach(read -> file.read(0, read));
        history.changes.forEach(change -> file.change(0, change));
        history.hidden.forEach((device, mids) -> mids.forEach(mid -> file.hidden(device, mid)));
        history.pushed.forEach((device, messages) ->
                messages.forEach(message -> file.pushed(device, array(next(Way.PUSH, device, message)))));
        history.synced.forEach((device, messages) -> messages.forEach(message -> synced(file, device, message)));
        file.note("kill", -1, -1, "edge-1");
        file.readBack();
        file.contacts(0, List.of());
        file.readBack();
        history.histories.forEach((side, messages) -> {
            List<JsonNode> all = new ArrayList<>();
            messages.forEach(message -> all.add(next(Way.HISTORY, new Device(side.user(), -1), message)));
            file.history(side, all);
        });
        history.contacts.forEach((user, contacts) -> {
            List<JsonNode> all = new ArrayList<>();
            contacts.forEach(contact -> all.add(json(user, contact)));
            file.contacts(user, all);
        });
        file.end();
    }

    /** One that was changed is answered again for each of its forms. */
    private void synced(HistoryFile file, Device device, Message message) {
        ArrayDeque<Telling> told =
                tellings.getOrDefault(new Told(Way.SYNC, device.user(), device.number(), message), new ArrayDeque<>());
        if (told.isEmpty()) {
            file.synced(device, 0, array(json(message, Form.SENT)));
        }
        while (!told.isEmpty()) {
            Telling telling = told.poll();
            file.synced(device, telling.at(), array(json(message, telling.form())));
        }
    }

    private ObjectNode next(Way way, Device device, Message message) {
        ArrayDeque<Telling> told = tellings.get(new Told(way, device.user(), device.number(), message));
        return json(
                message,
                told == null || told.isEmpty() ? Form.SENT : told.poll().form());
    }

    private static JsonNode array(JsonNode one) {
        ArrayNode array = Json.MAPPER.createArrayNode();
        return array.add(one);
    }

    private static ObjectNode json(Message message, Form form) {
        String body = form.edit().isEmpty() ? Plan.body(message.cid(), 10) : message.cid() + " " + form.edit();
        ObjectNode json = Json.object()
                .put("mid", message.mid())
                .put("from", Plan.name(message.from()))
                .put("to", Plan.name(message.to()))
                .put("seq", message.seq())
                .put("kind", form.recalled() ? "recalled" : "text")
                .put("body", form.recalled() ? "" : body)
                .put("ts", message.tsMs());
        if (form.rev() > 0) {
            json.put("rev", form.rev())
                    .putObject("reactions")
                    .put(Plan.name(message.from()), form.bySender())
                    .put(Plan.name(message.to()), form.byRecipient());
        }
        return json;
    }

    private JsonNode json(int user, Contact contact) {
        return Json.object()
                .put("peer", Plan.name(contact.peer()))
                .put("unread", contact.unread())
                .put("readSeq", contact.readSeq())
                .put("peerReadSeq", contact.peerReadSeq())
                .set(
                        "last",
                        contact.last() == null
                                ? Json.MAPPER.nullNode()
                                : next(Way.CONTACT, new Device(user, -1), contact.last()));
    }
}
