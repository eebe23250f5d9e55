package io.danmaku.bench.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.bench.machine.ChildLines;
import io.danmaku.dm.store.CqlConfig;
import io.danmaku.dm.store.CqlNode;
import io.danmaku.dm.store.MessageTables;
import java.io.IOException;
import java.util.List;

/**
 * Writes messages' rows into a hub's CQL store by the statements that dm-service has, all of them that a message costs, and reads nothing. Told in lines of JSON: first where the store is, then
 * {@code begin}, {@code count} and {@code end} a loop, or {@code conversation} and {@code contacts} to load; it ends with its standard input.
 */
public final class BareStore {
    /** Content, and of each side index, contact and log. */
    public static final int ROWS_OF_MESSAGE = 7;
    /** Of each side its recent contact, when the conversation's message before was of another second. */
    public static final int ROWS_OF_SECOND = 2;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long OPEN_MS_MAX = 60_000;
    private static final long TIMEOUT_MS = 20_000;
    private static final int CONCURRENT_MAX = 512;
    private static final int QUEUED_MAX = 20_000;

    private final ChildLines parent;
    private final CqlNode cql;
    private BareLoop loop;

    private BareStore(ChildLines parent, CqlNode cql) {
        this.parent = parent;
        this.cql = cql;
    }

    public static void main(String[] args) throws Exception {
        ChildLines parent = new ChildLines();
        JsonNode where = parent.next();
        try (CqlNode cql = CqlNode.open(config(where), OPEN_MS_MAX)) {
            BareStore store = new BareStore(parent, cql);
            parent.say("ready", JSON.createObjectNode());
            parent.follow(store::told);
        }
    }

    private static CqlConfig config(JsonNode where) {
        return new CqlConfig(
                List.of(where.path("cql").asText()),
                where.path("datacenter").asText(),
                "",
                "",
                where.path("keyspace").asText(),
                false,
                "{}",
                // as dm-service asks by default
                "LOCAL_QUORUM",
                TIMEOUT_MS,
                CONCURRENT_MAX,
                QUEUED_MAX);
    }

    private void told(JsonNode command) throws IOException, InterruptedException {
        switch (command.path("do").asText()) {
            case "begin" ->
                loop = BareLoop.begin(
                        new MessageTables(cql),
                        command.path("prefix").asText(),
                        command.path("conversations").asInt(),
                        command.path("body").asText());
            case "count" -> count("count");
            case "end" -> {
                loop.end();
                count("ended");
            }
            case "conversation" ->
                loaded(new Loading(cql)
                        .conversation(
                                command.path("a").asText(),
                                command.path("b").asText(),
                                command.path("messages").asInt(),
                                command.path("spanMs").asLong()));
            case "contacts" ->
                loaded(new Loading(cql)
                        .contacts(
                                command.path("owner").asText(),
                                command.path("contacts").asInt(),
                                command.path("spanMs").asLong()));
            default -> throw new IOException("cannot " + command);
        }
    }

    private void count(String is) {
        ObjectNode line = JSON.createObjectNode();
        parent.say(
                is,
                line.put("messages", loop.messages()).put("rows", loop.rows()).put("failed", loop.failed()));
    }

    private void loaded(long ms) {
        parent.say("loaded", JSON.createObjectNode().put("ms", ms));
    }
}
