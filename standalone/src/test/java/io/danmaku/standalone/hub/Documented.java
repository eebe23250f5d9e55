package io.danmaku.standalone.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An operation, as the OpenAPI document that a running service serves has it.
 *
 * @param path with its parameters in braces
 * @param open whether it asks for no token
 * @param body the schema of its body, missing where it has none
 */
public record Documented(String id, String method, String path, boolean open, JsonNode body) {

    /** A document as it is served. */
    public static JsonNode read(URI document) throws IOException {
        try (InputStream in = document.toURL().openStream()) {
            return new YAMLMapper().readTree(in);
        }
    }

    /** All operations of a document, in its order. */
    public static List<Documented> at(URI document) throws IOException {
        JsonNode root = read(document);
        List<Documented> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                JsonNode told = operation.getValue();
                if (told.has("operationId")) {
                    JsonNode security = told.path("security");
                    found.add(new Documented(
                            told.path("operationId").asText(),
                            operation.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            security.isArray() && security.isEmpty(),
                            told.at("/requestBody/content/application~1json/schema")));
                }
            }
        }
        return found;
    }

    @Override
    public String toString() {
        return id + " (" + method + " " + path + ")";
    }

    /**
     * The path for these parameters, by name.
     *
     * @throws IllegalArgumentException when one has no value
     */
    public String in(Map<String, String> parameters) {
        String filled = path;
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            filled = filled.replace("{" + parameter.getKey() + "}", parameter.getValue());
        }
        if (filled.contains("{")) {
            throw new IllegalArgumentException("no value for all parameters of " + path);
        }
        return filled;
    }
}
