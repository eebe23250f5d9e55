package io.danmaku.room.key;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The JSON forms of API keys. */
public final class KeyForm {
    /** Ten years; for ever is without an end. */
    public static final int SECONDS_MAX = 315_360_000;

    private static final Set<String> FIELDS = Set.of("name", "scopes", "expiresInSeconds");

    private KeyForm() {}

    /**
     * A key that somebody wants.
     *
     * @param scopes at least one, each once
     * @param seconds 0 = for ever
     */
    public record Wanted(String name, List<KeyScope> scopes, int seconds) {
        public Wanted {
            scopes = List.copyOf(scopes);
        }
    }

    /** Reads the body of a new key. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a key");
        }
        JsonNode name = body.get("name");
        if (name == null || !name.isTextual() || !isName(name.textValue())) {
            return bad("name is a line of 1.." + ApiKey.NAME_CHARS_MAX + " characters");
        }
        Set<KeyScope> scopes = scopes(body.get("scopes"));
        if (scopes.isEmpty()) {
            return bad("scopes are some of "
                    + Stream.of(KeyScope.values()).map(KeyScope::wireName).collect(Collectors.joining(", ")));
        }
        JsonNode seconds = body.get("expiresInSeconds");
        boolean timed = seconds != null && !seconds.isNull();
        if (timed && (!seconds.isInt() || seconds.intValue() < 1 || seconds.intValue() > SECONDS_MAX)) {
            return bad("expiresInSeconds is a whole number of 1.." + SECONDS_MAX + ", or absent for ever");
        }
        return Result.of(new Wanted(name.textValue(), List.copyOf(scopes), timed ? seconds.intValue() : 0));
    }

    /** Empty when it is not of its form. */
    private static Set<KeyScope> scopes(JsonNode array) {
        Set<KeyScope> scopes = EnumSet.noneOf(KeyScope.class);
        if (array == null || !array.isArray() || array.size() > KeyScope.values().length) {
            return scopes;
        }
        for (JsonNode name : array) {
            KeyScope scope = KeyScope.ofWireName(name.textValue());
            if (scope == null) {
                return EnumSet.noneOf(KeyScope.class);
            }
            scopes.add(scope);
        }
        return scopes;
    }

    private static boolean isName(String text) {
        return !text.isBlank()
                && text.length() <= ApiKey.NAME_CHARS_MAX
                && text.chars().noneMatch(Character::isISOControl);
    }

    /** A key as it is told, without its secret. */
    public static ObjectNode json(ApiKey key) {
        ObjectNode json = Json.object().put("id", key.id()).put("name", key.name());
        ArrayNode scopes = json.putArray("scopes");
        key.scopes().forEach(scope -> scopes.add(scope.wireName()));
        return json.put("by", key.by())
                .put("at", key.createdAtMs())
                .put("expiresAt", key.expiresAtMs() == ApiKey.NEVER_MS ? null : Long.valueOf(key.expiresAtMs()))
                .put("revokedAt", key.revoked() ? Long.valueOf(key.revokedAtMs()) : null);
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
