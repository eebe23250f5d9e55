package io.danmaku.standalone.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What edges and dm-service count, and log, as faults of their own: requests answered with 500, and lines of the level ERROR. */
public final class OwnFaults {
    private final TestHub hub;
    private final List<String> before;

    private OwnFaults(TestHub hub) {
        this.hub = hub;
        before = all(hub);
    }

    /** From now on. */
    public static OwnFaults since(TestHub hub) {
        return new OwnFaults(hub);
    }

    /** Fails when there is one more. */
    public void assertNone() {
        List<String> since = new ArrayList<>(all(hub));
        before.forEach(since::remove);
        if (!since.isEmpty()) {
            throw new AssertionError("faults of the hub: " + since);
        }
    }

    private static List<String> all(TestHub hub) {
        List<String> faults = new ArrayList<>();
        for (URI service : List.of(hub.edge(1), hub.edge(2), hub.dmService())) {
            metrics(service)
                    .filter(line ->
                            line.startsWith("danmaku_http_requests_seconds_count") && line.contains("status=\"500\""))
                    .forEach(faults::add);
        }
        for (String part : List.of("edge-1", "edge-2", "dm-service")) {
            try (Stream<String> lines = Files.lines(Path.of(hub.part(part).log()), StandardCharsets.UTF_8)) {
                lines.filter(line -> line.contains("Z ERROR ")).forEach(faults::add);
            } catch (IOException unread) {
                throw new UncheckedIOException(unread);
            }
        }
        return faults;
    }

    private static Stream<String> metrics(URI service) {
        try (InputStream in = service.resolve("/metrics").toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
    }
}
