package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Pattern;

/** The JSON forms of a product's own service that is asked about chats. */
public final class CheckForm {
    private static final Set<String> FIELDS = Set.of("url", "secret", "timeoutMs", "whenDown");
    private static final Pattern SECRET =
            Pattern.compile("[!-~]{" + ExternalCheck.SECRET_CHARS_MIN + "," + ExternalCheck.SECRET_CHARS_MAX + "}");
    private static final Pattern ASCII = Pattern.compile("[!-~]{1," + ExternalCheck.URL_CHARS_MAX + "}");

    private CheckForm() {}

    /** A service that somebody wants to be asked. */
    public record Wanted(String url, String secret, int timeoutMs, ExternalCheck.WhenDown whenDown) {
        /** Without the secret: it may come into a log. */
        @Override
        public String toString() {
            return "Wanted[" + url + "]";
        }
    }

    /** Reads the body of a service. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a check");
        }
        String url = body.path("url").textValue();
        if (!isUrl(url)) {
            return bad("url is an http or https address of at most " + ExternalCheck.URL_CHARS_MAX
                    + " characters of ASCII, without a user and a fragment");
        }
        String secret = body.path("secret").textValue();
        if (secret == null || !SECRET.matcher(secret).matches()) {
            return bad("secret is " + ExternalCheck.SECRET_CHARS_MIN + ".." + ExternalCheck.SECRET_CHARS_MAX
                    + " printable characters of ASCII without space");
        }
        JsonNode timeoutMs = body.path("timeoutMs");
        if (!timeoutMs.isInt()
                || timeoutMs.intValue() < ExternalCheck.TIMEOUT_MS_MIN
                || timeoutMs.intValue() > ExternalCheck.TIMEOUT_MS_MAX) {
            return bad("timeoutMs is " + ExternalCheck.TIMEOUT_MS_MIN + ".." + ExternalCheck.TIMEOUT_MS_MAX);
        }
        ExternalCheck.WhenDown whenDown =
                ExternalCheck.WhenDown.ofWireName(body.path("whenDown").textValue());
        return whenDown == null
                ? bad("whenDown is allow, hold or refuse")
                : Result.of(new Wanted(url, secret, timeoutMs.intValue(), whenDown));
    }

    private static boolean isUrl(String text) {
        if (text == null || !ASCII.matcher(text).matches()) {
            return false;
        }
        try {
            URI uri = new URI(text);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getPort() <= 65_535
                    && uri.getPort() != 0
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null;
        } catch (URISyntaxException noUri) {
            return false;
        }
    }

    /** A service as it is told: never with its secret. */
    public static ObjectNode json(ExternalCheck check) {
        return Json.object()
                .put("url", check.url())
                .put("timeoutMs", check.timeoutMs())
                .put("whenDown", check.whenDown().wireName())
                .put("by", check.by())
                .put("at", check.atMs());
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
