package io.danmaku.dm.account;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A user as the product's backend names it.
 *
 * @param avatar address of a picture, empty = none
 * @param attributes JSON of an object of the product's, empty = none
 * @param settings the user's own; no backend writes them
 */
public record Account(String user, String name, String avatar, String attributes, Settings settings) {
    /** Most accounts that one request brings. */
    public static final int UPSERTS_MAX = 500;

    /** Most accounts that one request names. */
    public static final int IDS_MAX = 100;

    private static final int NAME_CHARS_MAX = 64;
    private static final int ATTRIBUTES_CHARS_MAX = 2_048;
    private static final int ATTRIBUTES_NESTING_MAX = 4;
    private static final Pattern URL = Pattern.compile("https?://[\\x21-\\x7e]{1,1000}");
    private static final Set<String> FIELDS = Set.of("id", "name", "avatar", "attributes");

    /** What is wrong with an account as a backend tells it, or null. */
    public static String fault(JsonNode told) {
        if (!(told instanceof ObjectNode account)
                || !Ids.isUser(account.path("id").textValue())) {
            return "an account is an object with the id of a user";
        }
        for (var field : account.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                return "an account has id, name, avatar and attributes, no " + field.getKey();
            }
        }
        if (!isName(account.path("name"))) {
            return "name is a line of 1.." + NAME_CHARS_MAX + " characters";
        }
        JsonNode avatar = account.path("avatar");
        if (account.hasNonNull("avatar")
                && !(avatar.isTextual() && URL.matcher(avatar.textValue()).matches())) {
            return "avatar is an http or https address of at most 1,000 characters";
        }
        return account.hasNonNull("attributes") ? faultOfAttributes(account.get("attributes")) : null;
    }

    private static boolean isName(JsonNode name) {
        return name.isTextual()
                && !name.textValue().isBlank()
                && name.textValue().length() <= NAME_CHARS_MAX
                && Ids.isUnicode(name.textValue())
                && name.textValue().chars().noneMatch(Character::isISOControl);
    }

    private static String faultOfAttributes(JsonNode attributes) {
        boolean good = attributes.isObject()
                && Json.isWritable(attributes)
                && !DirectBody.isDeeper(attributes, ATTRIBUTES_NESTING_MAX)
                && attributes.toString().length() <= ATTRIBUTES_CHARS_MAX;
        return good
                ? null
                : "attributes is an object of at most " + ATTRIBUTES_CHARS_MAX + " characters, nested no deeper than "
                        + ATTRIBUTES_NESTING_MAX;
    }

    /** Of what {@link #fault} does not mind. */
    public static Account of(JsonNode told) {
        return new Account(
                told.get("id").textValue(),
                told.get("name").textValue(),
                told.hasNonNull("avatar") ? told.get("avatar").textValue() : "",
                told.hasNonNull("attributes") ? told.get("attributes").toString() : "",
                Settings.DEFAULT);
    }
}
