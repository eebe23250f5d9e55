package io.danmaku.room.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.config.TenantQuotas;
import io.danmaku.node.http.RequestMeter;
import io.danmaku.node.http.RequestRates;
import io.danmaku.node.ops.Ops;
import io.danmaku.node.pulsar.PulsarConfig;
import io.danmaku.node.pulsar.PulsarNode;
import io.danmaku.node.redis.UniqueViewers;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.room.HookType;
import io.danmaku.protocol.room.Pin;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.room.audit.Audit;
import io.danmaku.room.audit.AuditQuery;
import io.danmaku.room.key.Keys;
import io.danmaku.room.membership.MembershipBounds;
import io.danmaku.room.membership.MembershipCount;
import io.danmaku.room.membership.StatsTable;
import io.danmaku.room.moderation.ExternalChecks;
import io.danmaku.room.moderation.HeldChats;
import io.danmaku.room.moderation.Pins;
import io.danmaku.room.moderation.Raids;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.moderation.SanctionForm;
import io.danmaku.room.moderation.Sanctions;
import io.danmaku.room.moderation.Takedowns;
import io.danmaku.room.moderation.Words;
import io.danmaku.room.posting.Posts;
import io.danmaku.room.room.EventBounds;
import io.danmaku.room.room.Instances;
import io.danmaku.room.room.Owner;
import io.danmaku.room.room.Reports;
import io.danmaku.room.room.Retentions;
import io.danmaku.room.room.RoomBounds;
import io.danmaku.room.room.RoomForm;
import io.danmaku.room.room.RoomLog;
import io.danmaku.room.room.RoomTopics;
import io.danmaku.room.room.Rooms;
import io.danmaku.room.room.Standstill;
import io.danmaku.room.room.StateBounds;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.webhook.HookBounds;
import io.danmaku.room.webhook.Webhooks;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The OpenAPI document and the service say the same. The service runs here as it is, with a Pulsar that is not there. */
class ApiDocumentTest {
    private static final Tokens TOKENS = new Tokens("0123456789abcdef0123456789abcdef");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private static Vertx vertx;
    private static PulsarNode node;
    private static Ops ops;
    private static UniqueViewers redis;
    private static Router router;
    private static int port;
    private static JsonNode document;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        Context context = vertx.getOrCreateContext();
        // connects when it is used, and nothing here does
        node = new PulsarNode(new PulsarConfig("pulsar://127.0.0.1:1", "http://127.0.0.1:1", "", "standalone"));
        PulsarClient pulsar = node.client();
        ops = new Ops("room-service");
        HttpClient http = vertx.createHttpClient();
        Owner self = new Owner("me", "http://127.0.0.1:1");
        StateGroups groups = new StateGroups(
                vertx,
                context,
                pulsar,
                http,
                self,
                new Instances(context, node.admin(), self, MembershipCount.readings(), ops.registry()),
                new StateBounds(1, 1_000, 1_000, 1_000, 1_000),
                ops.registry(),
                Clock.systemUTC());
        RoomBounds bounds =
                new RoomBounds(new TenantQuotas(new TenantQuotas.Quota(0, 0, 1), Map.of()), 1, 1, 1, 1, 1, 1, 1);
        StatsTable stats = new StatsTable();
        redis = new UniqueViewers(vertx, "redis://127.0.0.1:1");
        Reports reports = new Reports(groups, stats::of);
        RoomLog log = new RoomLog(pulsar, context, new EventBounds(1, 1, 1_000), ops.registry());
        Posts posts = new Posts(groups, log, bounds);
        router = new RoomApi(
                        vertx,
                        TOKENS,
                        TrustedProxies.NONE,
                        new RequestRates(
                                new RequestRates.Allowance(9, 9, 1, 9),
                                "too many",
                                System::nanoTime,
                                ops.registry().counter("limited")),
                        64 << 10,
                        new Rooms(
                                groups,
                                new RoomTopics(null, context, ops.registry()),
                                new Retentions(vertx, context, null, groups, ops.registry()),
                                log,
                                reports,
                                bounds),
                        new Roles(groups, bounds),
                        new Sanctions(groups, log, bounds),
                        new Takedowns(groups, log, bounds),
                        posts,
                        new Pins(groups, log),
                        new Raids(groups, log, ops.registry(), Clock.systemUTC()),
                        new Words(groups, bounds.quotas()),
                        new Keys(groups),
                        new HeldChats(groups, log, posts),
                        new ExternalChecks(groups),
                        new Audit(node, context, 1, ops.registry()),
                        new Webhooks(
                                vertx,
                                context,
                                context,
                                node,
                                groups,
                                Standstill.watch(vertx, context),
                                new HookBounds(2, 100, 100, 100, 1, 1),
                                ops.registry(),
                                Clock.systemUTC()),
                        reports,
                        groups,
                        stats,
                        new MembershipCount(
                                vertx,
                                context,
                                pulsar,
                                groups.self(),
                                new MembershipBounds(1, 1, 1, 1, 1, 1),
                                stats,
                                groups::live,
                                redis,
                                ops.registry()),
                        new Forwarding(http, groups, 1_000, 1_000, ops.registry()),
                        new RequestMeter(ops.registry(), OpenTelemetry.noop().getTracer("test")),
                        Clock.systemUTC())
                .router(ops);
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        port = server.actualPort();
        document = new YAMLMapper().readTree(get("/openapi/room-service.yaml").body());
    }

    @AfterAll
    static void stop() throws PulsarClientException {
        redis.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        node.close();
        ops.close();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return java.net.http.HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void everyRouteIsInTheDocumentAndEveryOperationHasARoute() {
        Set<String> served = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null && route.methods() != null) {
                for (HttpMethod method : route.methods()) {
                    served.add(method.name() + " " + route.getPath().replaceAll(":(\\w+)", "{$1}"));
                }
            }
        }
        Set<String> described = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (METHODS.contains(operation.getKey())) {
                    described.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                }
            }
        }
        assertEquals(described, served);
    }

    @Test
    void everyCodeOfTheDocumentIsOneOfOursAndItsStatusIsDescribed() {
        Map<String, ErrorCode> ours =
                Stream.of(ErrorCode.values()).collect(Collectors.toMap(ErrorCode::wireName, c -> c));
        Set<String> statuses = new TreeSet<>();
        collectStatuses(document.get("paths"), statuses);
        for (JsonNode code : document.at("/components/schemas/Code/enum")) {
            ErrorCode known = ours.get(code.textValue());
            assertNotNull(known, code.textValue());
            if (known != ErrorCode.INTERNAL) {
                assertTrue(statuses.contains(Integer.toString(known.httpStatus())), code.textValue());
            }
        }
    }

    private static void collectStatuses(JsonNode node, Set<String> statuses) {
        node.properties().forEach(field -> {
            if (field.getKey().equals("responses")) {
                field.getValue().fieldNames().forEachRemaining(statuses::add);
            } else {
                collectStatuses(field.getValue(), statuses);
            }
        });
    }

    @Test
    void everyReferenceOfTheDocumentHasItsTarget() {
        assertReferences(document);
    }

    private static void assertReferences(JsonNode node) {
        if (node.has("$ref")) {
            String target = node.get("$ref").textValue();
            assertTrue(!document.at(target.substring(1)).isMissingNode(), target);
        }
        node.forEach(ApiDocumentTest::assertReferences);
    }

    @Test
    void theBoundsOfTheDocumentAreThoseOfTheCode() {
        JsonNode schemas = document.at("/components/schemas");
        assertEquals(RoomForm.TITLE_CHARS_MAX, schemas.at("/Title/maxLength").intValue());
        assertEquals(
                Requests.LIMIT_MAX,
                document.at("/components/parameters/limit/schema/maximum").intValue());
        assertEquals(
                Requests.LIMIT_DEFAULT,
                document.at("/components/parameters/limit/schema/default").intValue());
        assertEquals(
                SanctionForm.SECONDS_MAX,
                schemas.at("/NewSanction/properties/seconds/maximum").intValue());
        assertEquals(
                Pin.TEXT_CHARS_MAX,
                schemas.at("/NewPin/properties/text/maxLength").intValue());
        assertEquals(
                Pin.SECONDS_MAX,
                schemas.at("/NewPin/properties/seconds/maximum").intValue());
        assertEquals(
                AuditQuery.LIMIT_MAX,
                document.at("/components/parameters/limit/schema/maximum").intValue());
        assertEquals(
                AuditQuery.LIMIT_DEFAULT,
                document.at("/components/parameters/limit/schema/default").intValue());
        JsonNode newHook = schemas.at("/NewWebhook/properties");
        assertEquals(Webhook.URL_CHARS_MAX, newHook.at("/url/maxLength").intValue());
        assertEquals(Webhook.SECRET_CHARS_MIN, newHook.at("/secret/minLength").intValue());
        assertEquals(Webhook.SECRET_CHARS_MAX, newHook.at("/secret/maxLength").intValue());
        assertEquals(
                List.of(HookType.values()).stream().map(HookType::wireName).toList(),
                newHook.at("/events/items/enum")
                        .valueStream()
                        .map(JsonNode::textValue)
                        .toList());
    }

    @Test
    void withoutATokenOrAPulsarTheAnswersSaySo() throws IOException, InterruptedException {
        assertEquals(401, get("/api/rooms").statusCode());
        assertEquals(404, get("/nothing").statusCode());
        for (String path : List.of("/api/rooms/42", "/api/rooms")) {
            HttpResponse<String> read = java.net.http.HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .header("Authorization", "Bearer " + token())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertEquals(503, read.statusCode(), path);
            assertTrue(read.body().contains("\"code\":\"unavailable\""), read.body());
            assertTrue(read.body().contains("\"retryMs\":1000"), read.body());
        }
    }

    private static String token() {
        return TOKENS.sign(new Claims("7", "Ann", "default", Map.of(), true, System.currentTimeMillis() + 60_000));
    }
}
