package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.check.History.Begin;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Form;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Note;
import io.danmaku.standalone.check.History.Side;
import io.danmaku.standalone.check.History.Telling;
import io.danmaku.standalone.check.History.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes a simulated history as a run does, with what the hub said in the hub's own form. */
final class SimulatedFile {
    /** Of what nobody was told before the end. */
    private static final long NEVER = Long.MAX_VALUE;

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
        history.reads.forEach(read -> file.upTo("read", 0, read));
        history.deliveries.forEach(delivery -> file.upTo("delivered", 0, delivery));
        history.changes.forEach(change -> file.change(0, change));
        history.clears.forEach(clear -> file.upTo("clear", 0, clear));
        history.begins.values().forEach(begin -> begin(file, begin));
        history.stirs.forEach(stir -> file.stir(stir.whole() ? "whole" : "kill", stir.at(), "edge-1"));
        history.hidden.forEach((device, mids) ->
                mids.forEach(mid -> file.own(device, Json.object().put("hidden", mid))));
        notes(file);
        history.marks.forEach(mark -> file.marked(
                mark.device(),
                mark.at(),
                mark.read(),
                mark.reader(),
                Json.object().put("peer", Plan.name(mark.peer())).put("seq", mark.seq())));
        history.syncedMarks.forEach(marks -> file.syncedMarks(
                marks.device(),
                marks.at(),
                marks.till(),
                array(marks(marks.peer(), marks.marks())
                        .put("unread", marks.unread())
                        .put("lastSeq", marks.lastSeq()))));
        history.pushed.forEach((device, messages) -> messages.forEach(
                message -> file.pushed(device, toldAt(message), array(next(Way.PUSH, device, message)))));
        history.synced.forEach((device, messages) -> messages.forEach(message -> synced(file, device, message)));
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
        history.writers.forEach(
                (user, writers) -> file.settings(user, Json.object().put("writers", writers)));
        file.end();
    }

    /** The newest page, and what is below it. */
    private void begin(HistoryFile file, Begin begin) {
        file.begun(
                begin.device(),
                begin.at(),
                begin.till(),
                begin.contacts().values().stream()
                        .map(contact -> (JsonNode) marks(contact.peer(), contact.marks()))
                        .toList());
        begin.from().forEach((peer, from) -> {
            List<Message> all = begin.histories().getOrDefault(peer, List.of());
            int half = all.size() / 2;
            // in the order of the whole, as forms are kept
            ArrayNode older = Json.MAPPER.createArrayNode();
            ArrayNode newer = Json.MAPPER.createArrayNode();
            for (int i = 0; i < all.size(); i++) {
                (i < half ? older : newer).add(next(Way.BEGIN, begin.device(), all.get(i)));
            }
            file.page(begin.device(), peer, begin.till(), NEVER, half + 1L, newer);
            file.page(begin.device(), peer, begin.till(), NEVER, from, older);
        });
    }

    private static ObjectNode marks(int peer, Marks marks) {
        return Json.object()
                .put("peer", Plan.name(peer))
                .put("readSeq", marks.read())
                .put("peerReadSeq", marks.peerRead())
                .put("deliveredSeq", marks.delivered())
                .put("peerDeliveredSeq", marks.peerDelivered());
    }

    /** A relation is told as a whole. */
    private void notes(HistoryFile file) {
        Map<List<Object>, ObjectNode> whole = new LinkedHashMap<>();
        for (Note note : history.notes) {
            ObjectNode told = whole.computeIfAbsent(
                    List.of(
                            note.device(),
                            note.peer(),
                            note.rev(),
                            whole.size() * (Plan.RELATIONS.contains(note.what()) ? 0 : 1)),
                    key -> Json.object().put("peer", Plan.name(note.peer())).put("rev", note.rev()));
            switch (note.what()) {
                case "cleared" -> told.put("cleared", Long.parseLong(note.value()));
                case "blocked" -> told.put("blocked", Boolean.parseBoolean(note.value()));
                default -> told.withObjectProperty("relation").put(note.what(), Boolean.parseBoolean(note.value()));
            }
        }
        whole.forEach((key, told) -> file.own((Device) key.get(0), told));
    }

    private long toldAt(Message message) {
        return history.firstTold.getOrDefault(message, NEVER);
    }

    /** One that was changed is answered again for each of its forms. */
    private void synced(HistoryFile file, Device device, Message message) {
        ArrayDeque<Telling> told =
                tellings.getOrDefault(new Told(Way.SYNC, device.user(), device.number(), message), new ArrayDeque<>());
        if (told.isEmpty()) {
            file.synced(device, 0, toldAt(message), array(json(message, Form.SENT)));
        }
        while (!told.isEmpty()) {
            Telling telling = told.poll();
            file.synced(device, telling.at(), toldAt(message), array(json(message, telling.form())));
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
        Side side = new Side(user, contact.peer());
        ObjectNode json = marks(contact.peer(), contact.marks());
        Set<String> relation = history.relations.getOrDefault(side, Set.of());
        if (!relation.isEmpty()) {
            ObjectNode flags = json.putObject("relation");
            Plan.RELATIONS.forEach(flag -> flags.put(flag, relation.contains(flag)));
        }
        if (history.requests.contains(side)) {
            json.put("request", true);
        }
        return json.put("unread", contact.unread())
                .set(
                        "last",
                        contact.last() == null
                                ? Json.MAPPER.nullNode()
                                : next(Way.CONTACT, new Device(user, -1), contact.last()));
    }
}
