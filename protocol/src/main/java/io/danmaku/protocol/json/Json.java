package io.danmaku.protocol.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The one way this project reads and writes JSON: strict, and bounded against hostile input. */
public final class Json {
    /** Deeper input is refused: our own forms need five levels, an application's payload a few more. */
    public static final int NESTING_MAX = 16;

    public static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX)
                            .maxStringLength(1 << 20)
                            .maxNameLength(256)
                            .maxNumberLength(32)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Whether what was read can be written again: JSON's escapes can say half of a surrogate pair, UTF-8 cannot. Ask it of
     * everything that a client sent before any of it is kept.
     */
    public static boolean isWritable(JsonNode node) {
        if (node.isTextual()) {
            return Ids.isUnicode(node.textValue());
        }
        for (var member : node.properties()) {
            if (!Ids.isUnicode(member.getKey())) {
                return false;
            }
        }
        for (JsonNode child : node) {
            if (!isWritable(child)) {
                return false;
            }
        }
        return true;
    }

    /** Writes a value of ours; failure would be a bug of ours, hence unchecked. */
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a record that another node wrote. */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            T read = MAPPER.readValue(json, type);
            if (read == null) {
                throw new IOException("null");
            }
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException("not a " + type.getSimpleName(), e);
        }
    }
}
