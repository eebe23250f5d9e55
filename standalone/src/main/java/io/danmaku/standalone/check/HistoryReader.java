package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.check.History.Begin;
import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Form;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.MarkTold;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.MarksSynced;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Note;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import io.danmaku.standalone.check.History.Stir;
import io.danmaku.standalone.check.History.Telling;
import io.danmaku.standalone.check.History.Way;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads what a {@link HistoryFile} wrote. */
final class HistoryReader {
    private static final int PLAIN = 6;
    private static final int MARKS = 4;

    private final History history;
    /** Cids by mid: a message that was taken back says nothing of its own any more. */
    private final Map<String, String> cids = new HashMap<>();
    /** Cids of messages that somebody has changed or wanted to. */
    private final Set<String> touched = new HashSet<>();

    private final Map<Device, Set<Message>> synced = new HashMap<>();

    private HistoryReader(History history) {
        this.history = history;
    }

    /** Reads a whole file; one that is cut, or no history, is an exception. */
    static History read(Path path) throws IOException {
        HistoryReader reader = null;
        boolean whole = false;
        try (BufferedReader in = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                number++;
                JsonNode line;
                try {
                    line = Json.MAPPER.readTree(text);
                } catch (IOException notJson) {
                    throw new IOException(path + " is no history: line " + number + " is not JSON", notJson);
                }
                if (number == 1) {
                    reader = new HistoryReader(new History(setup(path, line)));
                }
                reader.take(line);
                whole = "end".equals(line.path("t").asText());
            }
        }
        if (!whole) {
            throw new IOException(path + " is not whole: its run was cut short");
        }
        return reader.history;
    }

    private static Plan.Setup setup(Path path, JsonNode line) throws IOException {
        if (!"run".equals(line.path("t").asText())) {
            throw new IOException(path + " is no history: it does not begin with a run");
        }
        int format = line.path("format").asInt();
        if (format != HistoryFile.FORMAT) {
            throw new IOException(path + " has the format " + format + ", and " + HistoryFile.FORMAT
                    + " is read here: judge it with the version that wrote it");
        }
        return new Plan.Setup(
                line.path("seed").asLong(),
                line.path("users").asInt(),
                line.path("devices").asInt(),
                line.path("messages").asInt(),
                List.of(line.path("parts").asText().split(",", -1)),
                line.path("kills").asInt());
    }

    private void take(JsonNode line) {
        int user = line.path("u").asInt();
        Device device = new Device(user, line.path("d").asInt());
        Side side = new Side(user, line.path("p").asInt());
        switch (line.path("t").asText()) {
            case "send" -> {
                Send send = send(line);
                history.sends.add(send);
                cids.put(send.mid(), send.intent().cid());
            }
            case "read" -> history.reads.add(upTo(side, line));
            case "delivered" -> history.deliveries.add(upTo(side, line));
            case "clear" -> history.clears.add(upTo(side, line));
            case "change" -> {
                Change change = change(line);
                history.changes.add(change);
                touched.add(change.cid());
            }
            case "own" -> own(device, side.peer(), line);
            case "mark" ->
                history.marks.add(new MarkTold(
                        device,
                        line.path("what").asText().equals("read"),
                        line.path("reader").asInt(),
                        side.peer(),
                        line.path("seq").asLong(),
                        line.path("at").asLong()));
            case "marks" -> line.path("m").forEach(m -> history.syncedMarks.add(syncedMarks(device, line, m)));
            case "begin" -> begin(device, line);
            case "page" -> page(device, side.peer(), line);
            case "kill", "pause" -> history.stirs.add(new Stir(line.path("at").asLong(), false));
            case "whole" -> history.stirs.add(new Stir(line.path("at").asLong(), true));
            case "push" -> {
                long at = line.path("at").asLong();
                for (JsonNode m : line.path("m")) {
                    Message message = told(Way.PUSH, device, 0, m);
                    history.firstTold.merge(message, at, Math::min);
                    history.pushed
                            .computeIfAbsent(device, d -> new ArrayList<>())
                            .add(message);
                }
            }
            case "sync" -> line.path("m").forEach(m -> synced(device, line, m));
            case "settings" -> history.writers.put(user, line.path("writers").asText());
            case "readback" -> {
                history.histories.clear();
                history.contacts.clear();
                history.relations.clear();
                history.requests.clear();
                history.writers.clear();
                history.tellings.removeIf(telling -> telling.at() == Telling.AT_THE_END);
            }
            case "history" -> {
                List<Message> messages = new ArrayList<>();
                line.path("m").forEach(m -> messages.add(atTheEnd(Way.HISTORY, user, m)));
                history.histories.put(side, messages);
            }
            case "contacts" -> {
                List<Contact> contacts = new ArrayList<>();
                line.path("c").forEach(contact -> contacts.add(contactAtTheEnd(user, contact)));
                history.contacts.put(user, contacts);
            }
            default -> {
                // for people
            }
        }
    }

    private static MarksSynced syncedMarks(Device device, JsonNode line, JsonNode m) {
        return new MarksSynced(
                device,
                m.path(0).asInt(),
                marks(m, 1),
                m.path(MARKS + 1).asLong(),
                m.path(MARKS + 2).asLong(),
                line.path("at").asLong(),
                line.path("till").asLong());
    }

    private static Marks marks(JsonNode all, int first) {
        return new Marks(
                all.path(first).asLong(),
                all.path(first + 1).asLong(),
                all.path(first + 2).asLong(),
                all.path(first + MARKS - 1).asLong());
    }

    private void begin(Device device, JsonNode line) {
        Map<Integer, Contact> contacts = new TreeMap<>();
        long at = line.path("at").asLong();
        line.path("c").forEach(c -> contacts.put(c.path("p").asInt(), contact(Way.BEGIN, device, at, c)));
        history.begin(new Begin(device, at, line.path("till").asLong(), contacts, new TreeMap<>(), new TreeMap<>()));
    }

    /** Pages come from the newest to the oldest. */
    private void page(Device device, int peer, JsonNode line) {
        Begin begin = history.begins.get(device);
        List<Message> messages = new ArrayList<>();
        for (JsonNode m : line.path("m")) {
            Message message = told(Way.BEGIN, device, line.path("at").asLong(), m);
            history.firstTold.merge(message, line.path("till").asLong(), Math::min);
            messages.add(message);
        }
        begin.from().put(peer, line.path("next").asLong());
        begin.histories().computeIfAbsent(peer, p -> new ArrayList<>()).addAll(0, messages);
    }

    /** One that was changed comes again, and stands where it came first. */
    private void synced(Device device, JsonNode line, JsonNode m) {
        Message message = told(Way.SYNC, device, line.path("at").asLong(), m);
        long till = line.path("till").asLong();
        history.firstTold.merge(message, till, Math::min);
        history.firstSynced
                .computeIfAbsent(device.user(), user -> new HashMap<>())
                .merge(message, till, Math::min);
        boolean first = synced.computeIfAbsent(device, d -> new HashSet<>()).add(message);
        if (first || m.size() == PLAIN) {
            history.synced.computeIfAbsent(device, d -> new ArrayList<>()).add(message);
        }
    }

    private static Read upTo(Side side, JsonNode line) {
        return new Read(
                side.user(),
                side.peer(),
                line.path("seq").asLong(),
                line.path("at").asLong(),
                line.path("till").asLong(),
                outcome(line),
                line.path("answered").asLong());
    }

    private void own(Device device, int peer, JsonNode line) {
        long rev = line.path("rev").asLong();
        if (line.has("hidden")) {
            history.hidden
                    .computeIfAbsent(device, d -> new HashSet<>())
                    .add(line.path("hidden").asText());
        }
        for (String what : List.of("cleared", "blocked")) {
            if (line.has(what)) {
                history.notes.add(new Note(device, peer, what, line.path(what).asText(), rev));
            }
        }
        if (line.has("relation")) {
            Set<String> set = strings(line.path("relation"));
            Plan.RELATIONS.forEach(
                    flag -> history.notes.add(new Note(device, peer, flag, Boolean.toString(set.contains(flag)), rev)));
        }
    }

    private static Set<String> strings(JsonNode array) {
        Set<String> all = new TreeSet<>();
        array.forEach(one -> all.add(one.asText()));
        return all;
    }

    private Message atTheEnd(Way way, int user, JsonNode m) {
        return told(way, atTheEnd(user), Telling.AT_THE_END, m);
    }

    private static Device atTheEnd(int user) {
        return new Device(user, -1);
    }

    private Message told(Way way, Device device, long at, JsonNode m) {
        String said = m.path(4).asText();
        String mid = m.path(3).asText();
        Message message = history.one(new Message(
                m.path(0).asInt(),
                m.path(1).asInt(),
                m.path(2).asLong(),
                mid,
                said.isEmpty() ? cids.getOrDefault(mid, "") : said,
                m.path(5).asLong()));
        if (m.size() > PLAIN || touched.contains(message.cid())) {
            history.tellings.add(new Telling(way, device.user(), device.number(), message, form(m), at));
        }
        return message;
    }

    private static Form form(JsonNode m) {
        return m.size() == PLAIN
                ? Form.SENT
                : new Form(
                        m.path(PLAIN).asLong(),
                        m.path(PLAIN + 1).asBoolean(),
                        m.path(PLAIN + 2).asText(),
                        m.path(PLAIN + 3).asText(),
                        m.path(PLAIN + 4).asText());
    }

    private static Change change(JsonNode line) {
        return new Change(
                Deed.valueOf(line.path("what").asText().toUpperCase(Locale.ROOT)),
                line.path("u").asInt(),
                line.path("p").asInt(),
                line.path("cid").asText(),
                line.path("text").asText(),
                line.path("at").asLong(),
                line.path("till").asLong(),
                outcome(line),
                line.path("code").asText(),
                line.path("rev").asLong());
    }

    private static Send send(JsonNode line) {
        return new Send(
                new Intent(
                        line.path("u").asInt(),
                        line.path("p").asInt(),
                        line.path("cid").asText()),
                line.path("d").asInt(),
                line.path("bad").asBoolean(),
                line.path("at").asLong(),
                line.path("till").asLong(),
                outcome(line),
                line.path("code").asText(),
                line.path("mid").asText(),
                line.path("seq").asLong(),
                line.path("ts").asLong());
    }

    private static Outcome outcome(JsonNode line) {
        return Outcome.valueOf(line.path("x").asText().toUpperCase(Locale.ROOT));
    }

    private Contact contactAtTheEnd(int user, JsonNode contact) {
        Side side = new Side(user, contact.path("p").asInt());
        history.relations.put(side, strings(contact.path("relation")));
        if (contact.path("request").asBoolean()) {
            history.requests.add(side);
        }
        return contact(Way.CONTACT, atTheEnd(user), Telling.AT_THE_END, contact);
    }

    private Contact contact(Way way, Device device, long at, JsonNode contact) {
        JsonNode last = contact.path("last");
        return new Contact(
                contact.path("p").asInt(),
                last.isArray() ? told(way, device, at, last) : null,
                contact.path("unread").asLong(),
                marks(contact.path("marks"), 0));
    }
}
