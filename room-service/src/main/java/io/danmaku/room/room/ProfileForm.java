package io.danmaku.room.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.ProfileJson;
import io.danmaku.protocol.room.RoomProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The JSON form of a room's profile: fields of the room itself. */
final class ProfileForm {
    private static final String COVER = "cover";
    private static final String TAGS = "tags";
    private static final String CATEGORY = "category";
    private static final String LANGUAGE = "language";
    private static final String LIVE = "live";
    private static final String ATTRIBUTES = "attributes";

    static final Set<String> FIELDS = Set.of(COVER, TAGS, CATEGORY, LANGUAGE, LIVE, ATTRIBUTES);

    private ProfileForm() {}

    /** The fields of a body that are about the profile. */
    static ObjectNode of(ObjectNode body) {
        return body.deepCopy().retain(FIELDS);
    }

    /** The others. */
    static ObjectNode without(ObjectNode body) {
        return body.deepCopy().remove(FIELDS);
    }

    /** A profile with some fields set; null clears a field. */
    static Result<RoomProfile> merged(RoomProfile base, ObjectNode fields) {
        ObjectNode all = put(Json.object(), base);
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (value.isNull()) {
                all.set(name, put(Json.object(), RoomProfile.NONE).get(name));
            } else if (value.getNodeType() != all.get(name).getNodeType()) {
                return bad(name + " is of another type");
            } else {
                all.set(name, value);
            }
        }
        List<String> tags = new ArrayList<>();
        for (JsonNode tag : all.get(TAGS)) {
            if (!tag.isTextual()) {
                return bad("tags are texts");
            }
            tags.add(tag.textValue());
        }
        Map<String, String> attributes = new HashMap<>();
        for (Map.Entry<String, JsonNode> attribute : all.get(ATTRIBUTES).properties()) {
            if (!attribute.getValue().isTextual()) {
                return bad("attributes are texts");
            }
            attributes.put(attribute.getKey(), attribute.getValue().textValue());
        }
        try {
            return Result.of(new RoomProfile(
                    all.get(COVER).textValue(),
                    tags,
                    all.get(CATEGORY).textValue(),
                    all.get(LANGUAGE).textValue(),
                    all.get(LIVE).booleanValue(),
                    attributes));
        } catch (IllegalArgumentException rule) {
            return bad(rule.getMessage());
        }
    }

    /** Adds a profile's fields to a room's. */
    static ObjectNode put(ObjectNode json, RoomProfile profile) {
        json.setAll(ProfileJson.of(profile));
        json.put(LIVE, profile.live());
        ObjectNode attributes = json.putObject(ATTRIBUTES);
        new TreeMap<>(profile.attributes()).forEach(attributes::put);
        return json;
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
