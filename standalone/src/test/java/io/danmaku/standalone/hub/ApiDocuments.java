package io.danmaku.standalone.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.danmaku.protocol.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The OpenAPI documents of the hub's services, to which the tests' clients hold every answer that they get: its status is one of the
 * operation's, and its body is as the document says. Of what was taken (2xx) the request is, too.
 */
public final class ApiDocuments {
    private static final List<Operation> OPERATIONS = Stream.of("room-service", "dm-service", "edge")
            .flatMap(ApiDocuments::operations)
            .sorted(Comparator.comparing(operation -> operation.path.size() - operation.words()))
            .toList();

    private ApiDocuments() {}

    /**
     * Fails when the documents do not say what happened. Only what is below {@code /api} counts.
     *
     * @param sent the body of the request, null or empty = none
     */
    public static void check(HttpRequest request, byte[] sent, HttpResponse<byte[]> answer) {
        check(request, answer, (operation, faults) -> operation.asked(request.uri(), sent, faults));
    }

    /** The same of the answer alone: whether a request that is taken is as the documents say, its test asks itself. */
    public static void checkAnswer(HttpRequest request, HttpResponse<byte[]> answer) {
        check(request, answer, (operation, faults) -> {});
    }

    private static void check(
            HttpRequest request, HttpResponse<byte[]> answer, BiConsumer<Operation, List<String>> ofTaken) {
        URI uri = request.uri();
        if (!uri.getPath().startsWith("/api/")) {
            return;
        }
        List<String> path = List.of(uri.getPath().split("/", -1));
        Operation operation = OPERATIONS.stream()
                .filter(each -> each.method.equals(request.method()) && each.isAt(path))
                .findFirst()
                .orElse(null);
        List<String> faults = new ArrayList<>();
        boolean taken = answer.statusCode() / 100 == 2;
        if (operation != null) {
            operation.answered(answer, faults);
            if (taken) {
                ofTaken.accept(operation, faults);
            }
        } else if (taken) {
            faults.add("no such operation is in a document");
        }
        if (!faults.isEmpty()) {
            throw new AssertionError(request.method() + " " + uri + " " + answer.statusCode() + ": " + faults + "\n"
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
    }

    private static Stream<Operation> operations(String service) {
        JsonNode document;
        try (InputStream in = ApiDocuments.class.getResourceAsStream("/openapi/" + service + ".yaml")) {
            document = new YAMLMapper().readTree(in);
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
        List<Operation> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (operation.getValue().has("operationId")) {
                    found.add(new Operation(
                            operation.getKey().toUpperCase(Locale.ROOT),
                            List.of(path.getKey().split("/", -1)),
                            document,
                            path.getValue(),
                            operation.getValue()));
                }
            }
        }
        return found.stream();
    }

    /**
     * One operation of a document.
     *
     * @param path its segments
     * @param item what holds for all operations of the path
     */
    private record Operation(String method, List<String> path, JsonNode document, JsonNode item, JsonNode told) {
        long words() {
            return path.stream().filter(segment -> !segment.startsWith("{")).count();
        }

        boolean isAt(List<String> asked) {
            if (asked.size() != path.size()) {
                return false;
            }
            for (int i = 0; i < path.size(); i++) {
                if (!path.get(i).startsWith("{") && !path.get(i).equals(asked.get(i))) {
                    return false;
                }
            }
            return true;
        }

        private JsonNode resolved(JsonNode node) {
            return node.has("$ref") ? document.at(node.get("$ref").textValue().substring(1)) : node;
        }

        void answered(HttpResponse<byte[]> answer, List<String> faults) {
            JsonNode response = told.path("responses").path(Integer.toString(answer.statusCode()));
            if (response.isMissingNode()) {
                faults.add("the operation has no such status");
                return;
            }
            JsonNode content = resolved(response).path("content");
            if (content.isEmpty()) {
                if (answer.body().length > 0) {
                    faults.add("the document has no body for it");
                }
                return;
            }
            String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
            if (!content.has(type)) {
                faults.add("the document has no body of type " + type);
                return;
            }
            faults.addAll(faults(content.path(type).path("schema"), answer.body()));
        }

        void asked(URI uri, byte[] sent, List<String> faults) {
            if (sent != null && sent.length > 0) {
                JsonNode schema = told.at("/requestBody/content/application~1json/schema");
                if (schema.isMissingNode()) {
                    faults.add("the document has no body for the request");
                } else {
                    faults(schema, sent).forEach(fault -> faults.add("request " + fault));
                }
            } else if (told.path("requestBody").path("required").booleanValue()) {
                faults.add("the document asks for a body");
            }
            if (uri.getRawQuery() != null) {
                for (String pair : uri.getRawQuery().split("&", -1)) {
                    if (!pair.isEmpty()) {
                        parameter(pair, faults);
                    }
                }
            }
        }

        private void parameter(String pair, List<String> faults) {
            String[] parts = pair.split("=", 2);
            JsonNode parameter = Stream.of(item, told)
                    .flatMap(
                            node -> StreamSupport.stream(node.path("parameters").spliterator(), false))
                    .map(this::resolved)
                    .filter(each -> each.path("in").asText().equals("query")
                            && each.path("name").asText().equals(parts[0]))
                    .findFirst()
                    .orElse(null);
            if (parameter == null) {
                faults.add("the document has no parameter " + parts[0]);
                return;
            }
            JsonNode schema = resolved(parameter.path("schema"));
            String text = parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
            boolean isList = schema.path("type").asText().equals("array");
            for (String each : isList ? text.split(",", -1) : new String[] {text}) {
                JsonNode one = isList ? resolved(schema.path("items")) : schema;
                JsonNode value = switch (one.path("type").asText()) {
                    case "integer" ->
                        each.matches("-?[0-9]{1,18}") ? LongNode.valueOf(Long.parseLong(each)) : TextNode.valueOf(each);
                    case "boolean" ->
                        each.matches("true|false")
                                ? BooleanNode.valueOf(Boolean.parseBoolean(each))
                                : TextNode.valueOf(each);
                    default -> TextNode.valueOf(each);
                };
                new JsonSchema(document).faults(one, value).forEach(fault -> faults.add(parts[0] + " " + fault));
            }
        }

        private List<String> faults(JsonNode schema, byte[] body) {
            try {
                return new JsonSchema(document).faults(schema, Json.MAPPER.readTree(body));
            } catch (IOException notJson) {
                return List.of("it is no JSON");
            }
        }
    }
}
