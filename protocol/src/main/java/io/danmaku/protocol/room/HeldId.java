package io.danmaku.protocol.room;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a held chat to who answers it: its offset, and the broker's time of it, by which it is found in the log. Written {@code offset-time}.
 *
 * @param offset from 1
 * @param atMs Unix time
 */
public record HeldId(long offset, long atMs) {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,15})-([1-9][0-9]{0,15})");

    /** Reads an id; null when it is none. */
    public static HeldId of(String text) {
        Matcher id = text == null ? null : FORM.matcher(text);
        return id != null && id.matches() ? new HeldId(Long.parseLong(id.group(1)), Long.parseLong(id.group(2))) : null;
    }

    @Override
    public String toString() {
        return offset + "-" + atMs;
    }
}
