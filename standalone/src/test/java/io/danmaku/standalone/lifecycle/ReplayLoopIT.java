package io.danmaku.standalone.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replay without an end. */
class ReplayLoopIT {
    private static final Duration SEEN_MAX = Duration.ofSeconds(60);
    private static final int EXIT_TERM = 143;
    private static final int COMMENTS = 5;
    private static final Pattern SUMMARY =
            Pattern.compile("(?m)^(\\d+) sent in [\\d.]+ s: (\\d+) acknowledged \\(p50 ");

    private final TestHub hub = TestHub.get();

    @Test
    void aLoopBeginsAgainAtTheEndAndReportsWhenItIsStopped(@TempDir Path folder) throws Exception {
        String room = new HubApi(hub).createRoom("loop", Map.of());
        StringBuilder archive = new StringBuilder("<i>");
        for (int i = 0; i < COMMENTS; i++) {
            archive.append("<d p=\"0." + i + ",1,25,16777215,0,0,s" + i + ",1\">comment " + i + "</d>\n");
        }
        Path file = Files.writeString(folder.resolve("archive.xml"), archive + "</i>\n");
        Path said = folder.resolve("said");
        try (Clients clients = new Clients(1);
                Witness witness = Witness.viewer(clients, hub, "reader", 1)) {
            witness.join(room);
            Process replay = Up.command(List.of(
                            "replay",
                            file.toString(),
                            "--room=" + room,
                            "--loop",
                            "--senders=2",
                            "--as-host",
                            "--data=" + hub.data()))
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try {
                Eventually.await(
                        SEEN_MAX,
                        "it goes round for the third time",
                        () -> witness.texts().size() > 2 * COMMENTS);
                replay.toHandle().destroy();
                assertTrue(replay.waitFor(SEEN_MAX.toSeconds(), TimeUnit.SECONDS), "it ends");
            } finally {
                replay.destroyForcibly();
            }
            for (int i = 0; i < COMMENTS; i++) {
                assertTrue(Collections.frequency(witness.texts(), "comment " + i) >= 2, witness.texts()::toString);
            }
            String report = Files.readString(said);
            assertEquals(EXIT_TERM, replay.exitValue(), report);
            Matcher summary = SUMMARY.matcher(report);
            assertTrue(summary.find(), report);
            int sent = Integer.parseInt(summary.group(1));
            int acknowledged = Integer.parseInt(summary.group(2));
            // the last ones may be on their way when it is stopped
            assertTrue(sent > 2 * COMMENTS && acknowledged > COMMENTS && acknowledged <= sent, report);
        }
    }
}
