package io.danmaku.dm.store;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page of reports ended: below which row of which week the next one begins.
 *
 * @param week since 1970
 * @param id empty = at the begin of the week
 */
public record ReportsCursor(long week, long atMs, String id) {
    private static final Pattern FORM = Pattern.compile("1:(\\d{1,9}):(\\d{1,19}):([A-Za-z0-9_-]{0,22})");

    /** The cursor of a text made by {@link #toString()}, or null when it is none. */
    public static ReportsCursor parse(String text) {
        try {
            Matcher m = FORM.matcher(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII));
            return m.matches()
                    ? new ReportsCursor(Long.parseLong(m.group(1)), Long.parseLong(m.group(2)), m.group(3))
                    : null;
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }

    /** Before the newest row of a week. */
    static ReportsCursor beginOf(long week) {
        return new ReportsCursor(week, Long.MAX_VALUE, "");
    }

    @Override
    public String toString() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("1:" + week + ":" + atMs + ":" + id).getBytes(StandardCharsets.US_ASCII));
    }
}
