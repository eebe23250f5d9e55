package io.danmaku.room.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.room.HookType;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The JSON forms of webhooks, and of what is posted to them. */
public final class HookForm {
    private static final Set<String> FIELDS = Set.of("url", "secret", "events");
    private static final int PORT_MAX = 65_535;

    private HookForm() {}

    /**
     * A webhook that somebody wants.
     *
     * @param secret null = that of before
     */
    public record Wanted(String url, String secret, List<String> events) {
        public Wanted {
            events = List.copyOf(events);
        }

        /** For logs: neither address nor secret. */
        @Override
        public String toString() {
            return "a webhook for " + events;
        }
    }

    /** Reads the body of a webhook. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a webhook");
        }
        String url = body.path("url").asText();
        if (!body.path("url").isTextual() || !isUrl(url)) {
            return bad("url is an http or https address of at most " + Webhook.URL_CHARS_MAX
                    + " characters, without a user and a fragment");
        }
        JsonNode secret = body.get("secret");
        if (secret != null && !(secret.isTextual() && isSecret(secret.textValue()))) {
            return bad("secret is " + Webhook.SECRET_CHARS_MIN + ".." + Webhook.SECRET_CHARS_MAX
                    + " printable ASCII characters without space");
        }
        List<String> events = events(body.path("events"));
        if (events.isEmpty()) {
            return bad("events is a list of one or more of " + String.join(", ", typeNames()));
        }
        return Result.of(new Wanted(url, secret == null ? null : secret.textValue(), events));
    }

    private static List<String> typeNames() {
        return List.of(HookType.values()).stream().map(HookType::wireName).toList();
    }

    /** Empty when they are not of their form. */
    private static List<String> events(JsonNode array) {
        Set<String> events = new LinkedHashSet<>();
        for (JsonNode event : array) {
            if (!event.isTextual()
                    || HookType.ofWireName(event.textValue()) == null
                    || !events.add(event.textValue())) {
                return List.of();
            }
        }
        return array.isArray() ? List.copyOf(events) : List.of();
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            return text.length() <= Webhook.URL_CHARS_MAX
                    && text.chars().allMatch(c -> c > ' ' && c < 0x7f)
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getFragment() == null
                    && uri.getPort() <= PORT_MAX
                    && uri.getPort() != 0;
        } catch (URISyntaxException notUri) {
            return false;
        }
    }

    private static boolean isSecret(String text) {
        return text.length() >= Webhook.SECRET_CHARS_MIN
                && text.length() <= Webhook.SECRET_CHARS_MAX
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** A webhook as it is told: without its secret. */
    public static ObjectNode json(Webhook hook) {
        ObjectNode json = Json.object().put("name", hook.name()).put("url", hook.url());
        ArrayNode events = json.putArray("events");
        hook.events().forEach(events::add);
        return json.put("by", hook.by()).put("at", hook.atMs());
    }

    /** What is posted. */
    static ObjectNode event(HookRecord record) {
        ObjectNode json = Json.object()
                .put("id", record.id())
                .put("type", record.type())
                .put("tenant", record.tenant())
                .put("room", record.room().isEmpty() ? null : record.room())
                .put("at", record.atMs());
        json.set("data", record.data());
        return json;
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
