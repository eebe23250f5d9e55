package io.danmaku.dm.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.danmaku.node.ops.Ops;
import io.danmaku.protocol.token.Tokens;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");
    private static final Pattern REFERENCE = Pattern.compile("\"\\$ref\":\"#(/[^\"]+)\"");

    private static JsonNode document() throws IOException {
        try (InputStream in = OpenApiTest.class.getResourceAsStream(Routes.DOCUMENT)) {
            return new ObjectMapper(new YAMLFactory()).readTree(in);
        }
    }

    @Test
    void theDocumentHasEveryRouteThatRunsAndNoOther() throws IOException {
        Set<String> described = new TreeSet<>();
        document()
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        described.add(method + " " + path.getKey());
                    }
                }));
        assertEquals(routes(), described);
    }

    private static Set<String> routes() {
        Vertx vertx = Vertx.vertx();
        try (Ops ops = new Ops("test")) {
            Routes routes = new Routes(
                    vertx,
                    ops,
                    new Tokens("0123456789abcdef0123456789abcdef"),
                    1024,
                    new ApiBounds(5, 500, 10, 10),
                    OpenTelemetry.noop().getTracer("test"));
            Set<String> running = new TreeSet<>();
            for (Route route : routes.router().getRoutes()) {
                // routes for a whole subtree check tokens and read bodies; they answer nothing
                if (route.methods() == null
                        || route.getPath() == null
                        || route.getPath().endsWith("/")) {
                    continue;
                }
                for (HttpMethod method : route.methods()) {
                    running.add(method.name().toLowerCase(Locale.ROOT) + " "
                            + route.getPath().replaceAll(":(\\w+)", "{$1}"));
                }
            }
            return running;
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void everyReferenceHasItsTarget() throws IOException {
        JsonNode document = document();
        Matcher references = REFERENCE.matcher(document.toString());
        int found = 0;
        while (references.find()) {
            assertTrue(!document.at(references.group(1)).isMissingNode(), references.group(1));
            found++;
        }
        assertTrue(found > 10);
    }
}
