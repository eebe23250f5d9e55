package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The history of a run as a file, a line of JSON for each thing that happened, so that a person can look up what led to a fault and
 * {@link HistoryReader} can give it to the judge. Writing is thread-safe; what cannot be written is told by {@link #close}.
 *
 * <p>{@code t} is what a line is about, {@code u} and {@code d} the user and the device, {@code p} the peer, {@code at} and {@code till}
 * microseconds of the run, {@code m} messages as {@code [from,to,seq,mid,cid,ts]}, and of one that was changed
 * {@code rev,recalled,edit,sign of from,sign of to} besides. A file without an {@code end} is not whole.
 */
final class HistoryFile implements AutoCloseable {
    /** Of the lines' forms: a change that makes older files unreadable has the next one. */
    static final int FORMAT = 2;

    /** What a note can be about. */
    private static final List<String> OWN = List.of("hidden", "cleared", "blocked", "relation");

    private final Writer out;
    private final long startNs = System.nanoTime();
    private IOException failed;

    HistoryFile(Path path, Plan.Setup setup) throws IOException {
        out = Files.newBufferedWriter(path);
        write(Json.object()
                .put("t", "run")
                .put("format", FORMAT)
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

    /** @param what {@code read}, {@code delivered} or {@code clear} */
    void upTo(String what, int device, Read read) {
        ObjectNode line = line(what, read.user(), device)
                .put("p", read.peer())
                .put("seq", read.seq())
                .put("at", read.at())
                .put("till", read.till());
        outcome(line, read.outcome());
        write(line.put("answered", read.answered()));
    }

    void change(int device, Change change) {
        ObjectNode line = line("change", change.user(), device)
                .put("what", change.deed().name().toLowerCase(Locale.ROOT))
                .put("p", change.peer())
                .put("cid", change.cid())
                .put("text", change.text())
                .put("at", change.at())
                .put("till", change.till());
        outcome(line, change.outcome());
        write(line.put("code", change.code()).put("rev", change.rev()));
    }

    /** @param note as the hub says it: what the device's user has hidden, cleared, blocked or said */
    void own(Device device, JsonNode note) {
        ObjectNode line = line("own", device.user(), device.number())
                .put("p", Plan.user(note.path("peer").asText()))
                .put("rev", note.path("rev").asLong());
        for (String what : OWN) {
            if (note.has(what)) {
                line.set(what, what.equals("relation") ? flags(note.path(what)) : note.path(what));
            }
        }
        write(line);
    }

    private static ArrayNode flags(JsonNode relation) {
        ArrayNode set = Json.MAPPER.createArrayNode();
        Plan.RELATIONS.stream().filter(flag -> relation.path(flag).asBoolean()).forEach(set::add);
        return set;
    }

    /**
     * @param reads else it is delivered
     * @param reader who has read, or got
     * @param mark as the hub says it: that somebody has read or got all up to a number
     */
    void marked(Device device, long at, boolean reads, int reader, JsonNode mark) {
        write(line("mark", device.user(), device.number())
                .put("what", reads ? "read" : "delivered")
                .put("reader", reader)
                .put("p", Plan.user(mark.path("peer").asText()))
                .put("seq", mark.path("seq").asLong())
                .put("at", at));
    }

    private static void outcome(ObjectNode line, Outcome outcome) {
        line.put("x", outcome.name().toLowerCase(Locale.ROOT));
    }

    /** @param messages as the hub says them */
    void pushed(Device device, long at, JsonNode messages) {
        ObjectNode line = line("push", device.user(), device.number()).put("at", at);
        write(line.set("m", all(messages)));
    }

    /** @param messages as the hub says them */
    void synced(Device device, long at, long till, JsonNode messages) {
        ObjectNode line =
                line("sync", device.user(), device.number()).put("at", at).put("till", till);
        write(line.set("m", all(messages)));
    }

    /** @param marks as the hub says them when a device asks what it has missed */
    void syncedMarks(Device device, long at, long till, JsonNode marks) {
        ArrayNode all = Json.MAPPER.createArrayNode();
        for (JsonNode mark : marks) {
            all.addArray()
                    .add(Plan.user(mark.path("peer").asText()))
                    .addAll(marks(mark))
                    .add(mark.path("unread").asLong())
                    .add(mark.path("lastSeq").asLong());
        }
        ObjectNode line =
                line("marks", device.user(), device.number()).put("at", at).put("till", till);
        write(line.set("m", all));
    }

    /** Of sync and of contacts alike. */
    private static ArrayNode marks(JsonNode said) {
        return Json.MAPPER
                .createArrayNode()
                .add(said.path("readSeq").asLong())
                .add(said.path("peerReadSeq").asLong())
                .add(said.path("deliveredSeq").asLong())
                .add(said.path("peerDeliveredSeq").asLong());
    }

    /**
     * @param at when the position was asked for, {@code till} when it was there
     * @param contacts as the hub says them, all pages
     */
    void begun(Device device, long at, long till, Iterable<JsonNode> contacts) {
        ObjectNode line =
                line("begin", device.user(), device.number()).put("at", at).put("till", till);
        write(line.set("c", allContacts(contacts)));
    }

    /**
     * A page of a history that a device reads when it begins.
     *
     * @param next where the next page begins, 0 = there is none
     * @param messages as the hub says them
     */
    void page(Device device, int peer, long at, long till, long next, JsonNode messages) {
        ObjectNode line = line("page", device.user(), device.number())
                .put("p", peer)
                .put("at", at)
                .put("till", till)
                .put("next", next);
        write(line.set("m", all(messages)));
    }

    /** What happened to the hub: {@code kill}, {@code pause} or {@code resume} of a part, or {@code whole}. */
    void stir(String what, long at, String detail) {
        write(line(what, -1, -1).put("at", at).put("detail", detail));
    }

    /** What happened to a connection: for who reads the file, not for the judge. */
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
        write(line("contacts", user, -1).set("c", allContacts(contacts)));
    }

    private static ArrayNode allContacts(Iterable<JsonNode> contacts) {
        ArrayNode all = Json.MAPPER.createArrayNode();
        for (JsonNode contact : contacts) {
            ObjectNode one = all.addObject()
                    .put("p", Plan.user(contact.path("peer").asText()))
                    .put("unread", contact.path("unread").asLong());
            one.set("marks", marks(contact));
            JsonNode last = contact.path("last");
            one.set("last", last.isObject() ? compact(last) : null);
            if (contact.path("request").asBoolean()) {
                one.put("request", true);
            }
            if (contact.has("relation")) {
                one.set("relation", flags(contact.path("relation")));
            }
        }
        return all;
    }

    /** @param settings as the hub says them */
    void settings(int user, JsonNode settings) {
        write(line("settings", user, -1).put("writers", settings.path("writers").asText()));
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
        String from = message.path("from").asText();
        String to = message.path("to").asText();
        String body = message.path("body").asText();
        ArrayNode all = Json.MAPPER
                .createArrayNode()
                .add(Plan.user(from))
                .add(Plan.user(to))
                .add(message.path("seq").asLong())
                .add(message.path("mid").asText())
                .add(Plan.cid(body))
                .add(message.path("ts").asLong());
        if (message.path("rev").asLong() > 0) {
            JsonNode reactions = message.path("reactions");
            all.add(message.path("rev").asLong())
                    .add("recalled".equals(message.path("kind").asText()))
                    .add(Plan.edit(body))
                    .add(reactions.path(from).asText())
                    .add(reactions.path(to).asText());
        }
        return all;
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
}
