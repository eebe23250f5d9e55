package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The history of a run as a file, a line of JSON for each thing that happened, so that a person can look up what led to a fault and
 * {@link #read} can give it to the judge. Writing is thread-safe; what cannot be written is told by {@link #close}.
 *
 * <p>{@code t} is what a line is about, {@code u} and {@code d} the user and the device, {@code p} the peer, {@code at} and {@code till}
 * microseconds of the run, {@code m} messages as {@code [from,to,seq,mid,cid,ts]}. A file without an {@code end} is not whole.
 */
final class HistoryFile implements AutoCloseable {
    private final Writer out;
    private final long startNs = System.nanoTime();
    private IOException failed;

    HistoryFile(Path path, Plan.Setup setup) throws IOException {
        out = Files.newBufferedWriter(path);
        write(Json.object()
                .put("t", "run")
                .put("seed", setup.seed())
                .put("users", setup.users())
                .put("devices", setup.devices())
                .put("messages", setup.messages())
                .put("kills", setup.kills())
                .put("parts", String.join(",", setup.parts())));
    }

    /** The run's clock: monotonic, the same for all that happens in it. */
    long nowUs() {
        return (System.nanoTime() - startNs) / 1_000;
    }

    void send(Send send) {
        ObjectNode line = line("send", send.intent().from(), send.device())
                .put("p", send.intent().to())
                .put("cid", send.intent().cid())
                .put("at", send.at())
                .put("till", send.till());
        if (send.bad()) {
            line.put("bad", true);
        }
        outcome(line, send.outcome());
        if (send.outcome() == Outcome.ACKNOWLEDGED) {
            line.put("mid", send.mid()).put("seq", send.seq()).put("ts", send.tsMs());
        } else {
            line.put("code", send.code());
        }
        write(line);
    }

    void read(int device, Read read) {
        ObjectNode line = line("read", read.user(), device)
                .put("p", read.peer())
                .put("seq", read.seq())
                .put("at", read.at())
                .put("till", read.till());
        outcome(line, read.outcome());
        write(line.put("answered", read.answered()));
    }

    private static void outcome(ObjectNode line, Outcome outcome) {
        line.put("x", outcome.name().toLowerCase(Locale.ROOT));
    }

    /** @param messages as the hub says them */
    void pushed(Device device, JsonNode messages) {
        ObjectNode line = line("push", device.user(), device.number()).put("at", nowUs());
        write(line.set("m", all(messages)));
    }

    /** @param messages as the hub says them */
    void synced(Device device, long at, JsonNode messages) {
        ObjectNode line =
                line("sync", device.user(), device.number()).put("at", at).put("till", nowUs());
        write(line.set("m", all(messages)));
    }

    /** What happened to a connection or to the hub: for who reads the file, not for the judge. */
    void note(String what, int user, int device, String detail) {
        write(line(what, user, device).put("at", nowUs()).put("detail", detail));
    }

    /** What is told of histories and contacts from here on takes the place of what was told before. */
    void readBack() {
        write(Json.object().put("t", "readback").put("at", nowUs()));
    }

    /** @param messages as the hub says them, of the whole conversation */
    void history(Side side, Iterable<JsonNode> messages) {
        ObjectNode line = line("history", side.user(), -1).put("p", side.peer());
        write(line.set("m", all(messages)));
    }

    /** @param contacts as the hub says them, all pages */
    void contacts(int user, Iterable<JsonNode> contacts) {
        ArrayNode all = Json.MAPPER.createArrayNode();
        for (JsonNode contact : contacts) {
            ObjectNode one = all.addObject()
                    .put("p", Plan.user(contact.path("peer").asText()))
                    .put("unread", contact.path("unread").asLong())
                    .put("read", contact.path("readSeq").asLong())
                    .put("peerRead", contact.path("peerReadSeq").asLong());
            one.set("last", compact(contact.path("last")));
        }
        write(line("contacts", user, -1).set("c", all));
    }

    void end() {
        write(Json.object().put("t", "end").put("at", nowUs()));
    }

    private static ObjectNode line(String what, int user, int device) {
        ObjectNode line = Json.object().put("t", what);
        if (user >= 0) {
            line.put("u", user);
        }
        return device >= 0 ? line.put("d", device) : line;
    }

    private static ArrayNode all(Iterable<JsonNode> messages) {
        ArrayNode all = Json.MAPPER.createArrayNode();
        messages.forEach(message -> all.add(compact(message)));
        return all;
    }

    private static ArrayNode compact(JsonNode message) {
        return Json.MAPPER
                .createArrayNode()
                .add(Plan.user(message.path("from").asText()))
                .add(Plan.user(message.path("to").asText()))
                .add(message.path("seq").asLong())
                .add(message.path("mid").asText())
                .add(Plan.cid(message.path("body").asText()))
                .add(message.path("ts").asLong());
    }

    private synchronized void write(JsonNode line) {
        if (failed != null) {
            return;
        }
        try {
            out.write(line.toString());
            out.write('\n');
        } catch (IOException cannot) {
            failed = cannot;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
        if (failed != null) {
            throw failed;
        }
    }

    /** Reads a whole file; one that is cut, or no history, is an exception. */
    static History read(Path path) throws IOException {
        History history = null;
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
                    history = new History(setup(path, line));
                }
                take(history, line);
                whole = "end".equals(line.path("t").asText());
            }
        }
        if (!whole) {
            throw new IOException(path + " is not whole: its run was cut short");
        }
        return history;
    }

    private static Plan.Setup setup(Path path, JsonNode line) throws IOException {
        if (!"run".equals(line.path("t").asText())) {
            throw new IOException(path + " is no history: it does not begin with a run");
        }
        return new Plan.Setup(
                line.path("seed").asLong(),
                line.path("users").asInt(),
                line.path("devices").asInt(),
                line.path("messages").asInt(),
                List.of(line.path("parts").asText().split(",", -1)),
                line.path("kills").asInt());
    }

    private static void take(History history, JsonNode line) {
        int user = line.path("u").asInt();
        Device device = new Device(user, line.path("d").asInt());
        Side side = new Side(user, line.path("p").asInt());
        switch (line.path("t").asText()) {
            case "send" -> history.sends.add(send(line));
            case "read" ->
                history.reads.add(new Read(
                        user,
                        side.peer(),
                        line.path("seq").asLong(),
                        line.path("at").asLong(),
                        line.path("till").asLong(),
                        outcome(line),
                        line.path("answered").asLong()));
            case "push" -> told(history, history.pushed, device, line);
            case "sync" -> told(history, history.synced, device, line);
            case "readback" -> {
                history.histories.clear();
                history.contacts.clear();
            }
            case "history" -> history.histories.put(side, messages(history, line.path("m")));
            case "contacts" -> {
                List<Contact> contacts = new ArrayList<>();
                line.path("c").forEach(contact -> contacts.add(contact(history, contact)));
                history.contacts.put(user, contacts);
            }
            default -> {
                // for people
            }
        }
    }

    private static void told(History history, Map<Device, List<Message>> to, Device device, JsonNode line) {
        to.computeIfAbsent(device, d -> new ArrayList<>()).addAll(messages(history, line.path("m")));
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

    private static Contact contact(History history, JsonNode contact) {
        return new Contact(
                contact.path("p").asInt(),
                message(history, contact.path("last")),
                contact.path("unread").asLong(),
                contact.path("read").asLong(),
                contact.path("peerRead").asLong());
    }

    private static List<Message> messages(History history, JsonNode array) {
        List<Message> messages = new ArrayList<>(array.size());
        array.forEach(message -> messages.add(message(history, message)));
        return messages;
    }

    private static Message message(History history, JsonNode m) {
        return history.one(new Message(
                m.path(0).asInt(),
                m.path(1).asInt(),
                m.path(2).asLong(),
                m.path(3).asText(),
                m.path(4).asText(),
                m.path(5).asLong()));
    }
}
