package io.danmaku.standalone.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What Pulsar's storage leaves on disk that the next start must know. */
public final class BookieData {
    /** The bookie's name for itself, which it made from its address at the first start and keeps. */
    private static final Pattern ADDRESS = Pattern.compile("bookieHost: \"[^\"]*:(\\d+)\"");

    private BookieData() {}

    /** The port that this data was made with; the bookie takes no other from then on. */
    public static Optional<Integer> port(Path pulsar) throws IOException {
        Path cookie = cookie(pulsar);
        if (!Files.exists(cookie)) {
            return Optional.empty();
        }
        Matcher address = ADDRESS.matcher(Files.readString(cookie));
        return address.find() ? Optional.of(Integer.valueOf(address.group(1))) : Optional.empty();
    }

    /**
     * A first start that was killed before the bookie wrote its cookie leaves folders with which Pulsar never starts again. Nothing can
     * have been stored yet, so they go.
     */
    static void dropHalfMade(Path pulsar) throws IOException {
        if (Files.exists(of(pulsar)) && !Files.exists(cookie(pulsar))) {
            drop(of(pulsar));
            drop(pulsar.resolve("metadata"));
        }
    }

    static Path of(Path pulsar) {
        return pulsar.resolve("bookkeeper");
    }

    private static Path cookie(Path pulsar) {
        return of(pulsar).resolve("current/VERSION");
    }

    private static void drop(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }
}
