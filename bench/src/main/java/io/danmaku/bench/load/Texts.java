package io.danmaku.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What chats say. */
public enum Texts {
    /** Nothing but the mark, the time and the number. */
    PLAIN(""),
    /** As viewers of a Chinese stream write; written for this. */
    CHINESE("chinese.txt"),
    /** As viewers of an English stream write; written for this. */
    ENGLISH("english.txt");

    /** One text in so many carries mark, time and number; the others are as people write them, so that bytes are, too. */
    static final int MARKED_EVERY = 10;

    @SuppressWarnings("ImmutableEnumChecker") // nobody can change it
    private final List<String> lines;

    Texts(String resource) {
        lines = resource.isEmpty() ? List.of() : read(resource);
    }

    private static List<String> read(String resource) {
        try (InputStream in = Texts.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    String of(String mark, long meantNs, long number) {
        if (lines.isEmpty() || number % MARKED_EVERY == 0) {
            return mark + meantNs + " " + number;
        }
        // a step that shares no factor with the list's length passes through all of it
        return lines.get((int) (number * 17 % lines.size()));
    }
}
