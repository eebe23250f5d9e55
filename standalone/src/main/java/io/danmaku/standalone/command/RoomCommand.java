package io.danmaku.standalone.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.service.RoomClient;
import io.danmaku.standalone.supervise.UpFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code danmaku room create | list | close}, through the HTTP API of a running hub. */
@Command(
        name = "room",
        mixinStandardHelpOptions = true,
        description = "Creates, lists and closes rooms of a running hub.")
public final class RoomCommand implements Runnable {
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?\\d{1,18}");

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "create, list or close?");
    }

    /** Where the hub is. */
    static final class Hub {
        @Mixin
        private DataOption data;

        @Option(
                names = "--url",
                defaultValue = "${env:DANMAKU_URL}",
                description = "Address of an edge or of room-service (default: the hub on --data).")
        private String url;

        RoomClient client() throws IOException {
            DataFolder folder = data.folder();
            String secret = Secret.find(folder)
                    .orElseThrow(() -> new IOException("no secret in " + folder.root()
                            + "; start the hub first, choose its --data, or set " + Secret.VARIABLE));
            return new RoomClient(url != null && !url.isBlank() ? url : running(folder), secret);
        }

        private static String running(DataFolder folder) throws IOException {
            return UpFile.running(folder)
                    .flatMap(record -> Optional.ofNullable(record.addresses().get("edges")))
                    .map(edges -> ((List<?>) edges).get(0).toString())
                    .orElseThrow(() -> new IOException("no hub runs on " + folder.root() + "; say --data or --url"));
        }
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Creates a room and prints its id, alone.")
    int create(
            @Mixin Hub hub,
            @Parameters(paramLabel = "ID", arity = "0..1", description = "The room's id; without it the hub makes one.")
                    String id,
            @Option(names = "--title", description = "What people see (default: the id).") String title,
            @Option(
                            names = "--durability",
                            defaultValue = "logged",
                            paramLabel = "logged|ephemeral",
                            description =
                                    "logged keeps history and can resume; ephemeral does not (default: ${DEFAULT-VALUE}).")
                    String durability,
            @Option(
                            names = "--policy",
                            paramLabel = "KEY=VALUE",
                            description = "A rule of the room, may be repeated: slowModeMs, whoMaySend, textLengthMax, "
                                    + "bestEffortPerSecond (0: no limit), retentionHours.")
                    Map<String, String> policy)
            throws IOException, InterruptedException {
        Map<String, Object> room = new LinkedHashMap<>();
        if (id != null) {
            room.put("id", id);
        }
        room.put("title", title != null ? title : id != null ? id : "Room");
        room.put("durability", durability);
        if (policy != null) {
            Map<String, Object> rules = new LinkedHashMap<>();
            policy.forEach((key, value) ->
                    rules.put(key, WHOLE_NUMBER.matcher(value).matches() ? (Object) Long.valueOf(value) : value));
            room.put("policy", rules);
        }
        RoomClient.Answer answer = hub.client().create(room);
        return answered(
                answer, () -> System.out.println(answer.body().path("id").asText()));
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Prints a line per room: id, state, durability and title, with tabs between them.")
    int list(@Mixin Hub hub, @Option(names = "--json", description = "As the API says them, on one page.") boolean json)
            throws IOException, InterruptedException {
        RoomClient client = hub.client();
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        ArrayNode rooms = all.putArray("rooms");
        String cursor = "";
        do {
            RoomClient.Answer page = client.list(cursor);
            if (!page.ok()) {
                return answered(page, () -> {});
            }
            for (JsonNode room : page.body().path("rooms")) {
                if (json) {
                    rooms.add(room);
                } else {
                    print(room);
                }
            }
            cursor = page.body().path("cursor").asText("");
        } while (!cursor.isEmpty());
        if (json) {
            System.out.println(all.putNull("cursor"));
        }
        return 0;
    }

    private static void print(JsonNode room) {
        System.out.println(String.join(
                "\t",
                room.path("id").asText(),
                room.path("state").asText(),
                room.path("durability").asText(),
                room.path("title").asText().replace('\t', ' ')));
    }

    @Command(
            name = "close",
            mixinStandardHelpOptions = true,
            description = "Closes a room: its viewers are told and leave.")
    int close(@Mixin Hub hub, @Parameters(paramLabel = "ID") String id) throws IOException, InterruptedException {
        return answered(hub.client().close(id), () -> {});
    }

    private static int answered(RoomClient.Answer answer, Runnable print) {
        if (!answer.ok()) {
            System.err.println("danmaku: " + answer.problem());
            return 1;
        }
        print.run();
        return 0;
    }
}
