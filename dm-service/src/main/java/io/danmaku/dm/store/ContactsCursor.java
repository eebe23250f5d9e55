package io.danmaku.dm.store;

import io.danmaku.protocol.room.Ids;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page of contacts ended: the last one's time and peer.
 *
 * @param lastAtMs time of its newest message
 * @param peer empty where a page ended before all contacts of that time
 */
public record ContactsCursor(long lastAtMs, String peer) {
    private static final Pattern FORM = Pattern.compile("1:(\\d{1,18}):(.{0,64})");

    /** The cursor of a text made by {@link #toString()}, or null when it is none. */
    public static ContactsCursor parse(String text) {
        try {
            Matcher m = FORM.matcher(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII));
            return m.matches() && (m.group(2).isEmpty() || Ids.isUser(m.group(2)))
                    ? new ContactsCursor(Long.parseLong(m.group(1)), m.group(2))
                    : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    @Override
    public String toString() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("1:" + lastAtMs + ":" + peer).getBytes(StandardCharsets.US_ASCII));
    }
}
