package io.danmaku.edge.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.danmaku.edge.service.Instances;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.context.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PageClientTest {
    private static final DirectBounds BOUNDS = new DirectBounds(10, 1_000, 10, 10, 10, 2, 5_000, 1_000);

    private static final PageRequest SYNC = PageRequest.of(new Command.DmSync(null, 20));

    private final Vertx vertx = Vertx.vertx();
    private final List<String> urls = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private PageClient client;

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        vertx.close().await();
    }

    @Test
    void theAnswerIsHandedOnAsItIs() {
        serve(request -> request.response().end("{\"messages\":[],\"pos\":\"p2\",\"more\":false}"));
        Outcome.Done done = (Outcome.Done) sync("p 1&x");
        assertEquals(
                "{\"messages\":[],\"pos\":\"p2\",\"more\":false}", done.ok().toString());
        assertEquals(List.of("/api/dm/sync?limit=20&pos=p+1%26x Bearer secret"), asked);
    }

    @Test
    void theFirstPositionIsNone() {
        serve(request -> request.response().end("{}"));
        sync(null);
        assertEquals(List.of("/api/dm/sync?limit=20 Bearer secret"), asked);
    }

    @Test
    void problemDetailsBecomeTheSameRefusal() {
        serve(request -> request.response()
                .setStatusCode(503)
                .end("{\"title\":\"x\",\"detail\":\"too many\",\"code\":\"busy\",\"retryMs\":700}"));
        assertEquals(new Outcome.Refused(new Refusal(ErrorCode.BUSY, "too many", 700)), sync(null));
    }

    @Test
    void anAnswerThatIsNotOursIsUnavailable() {
        serve(request -> request.response().setStatusCode(502).end("<html>"));
        assertEquals(ErrorCode.UNAVAILABLE, code(sync(null)));
    }

    @Test
    void anAnswerThatIsTooLargeIsUnavailable() {
        serve(request -> request.response().end("{\"pos\":\"" + "x".repeat(2_000) + "\"}"));
        assertEquals(ErrorCode.UNAVAILABLE, code(sync(null)));
    }

    @Test
    void aPageOfTooManyBytesIsAskedForWithFewerEntries() {
        serve(request -> request.response()
                .end(
                        request.getParam("limit").equals("20")
                                ? "{\"messages\":[\"" + "x".repeat(2_000) + "\"]}"
                                : "{\"messages\":[]}"));
        assertEquals("{\"messages\":[]}", ((Outcome.Done) sync("p")).ok().toString());
        assertEquals(
                List.of("/api/dm/sync?limit=20&pos=p Bearer secret", "/api/dm/sync?limit=5&pos=p Bearer secret"),
                asked);
    }

    @Test
    void historyAndContactsAreAskedForWithTheirFields() {
        serve(request -> request.response().end("{}"));
        client = new PageClient(vertx, instances(), BOUNDS);
        ask(PageRequest.of(new Command.DmHistory("a@b", 12, 3)));
        ask(PageRequest.of(new Command.DmHistory("8", Long.MAX_VALUE, 50)));
        ask(PageRequest.of(new Command.DmContacts("1.8", 7, "requests")));
        assertEquals(
                List.of(
                        "/api/dm/a%40b/messages?limit=3&before=12 Bearer secret",
                        "/api/dm/8/messages?limit=50 Bearer secret",
                        "/api/dm/contacts?limit=7&cursor=1.8&box=requests Bearer secret"),
                asked);
    }

    @Test
    void aChangeGoesAsItIsAndWhenNobodyAnswersNobodyKnows() {
        serve(request -> request.bodyHandler(body -> request.response().end(body)));
        client = new PageClient(vertx, instances(), BOUNDS);
        PageRequest change = PageRequest.of(new Command.DmSettings(Json.object().put("online", "nobody")));
        assertEquals(
                "{\"online\":\"nobody\"}", ((Outcome.Done) ask(change)).ok().toString());
        assertEquals(List.of("/api/dm/settings Bearer secret"), asked);
        client = nobody();
        assertEquals(ErrorCode.PENDING, code(ask(change)));
        assertEquals(ErrorCode.UNAVAILABLE, code(ask(PageRequest.of(new Command.DmSettings(Json.object())))));
    }

    @Test
    void whatIsNoPageIsAskedForAsItIsAndBoundedAlike() {
        AtomicBoolean answers = new AtomicBoolean(true);
        serve(request -> {
            if (answers.get()) {
                request.response().end("{}");
            }
        });
        client = new PageClient(vertx, instances(), BOUNDS);
        CompletionStage<Outcome> typing = client.call(HttpMethod.POST, "/api/dm/8/typing", "secret", Context.root());
        assertInstanceOf(
                Outcome.Done.class,
                typing.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join());
        assertEquals(List.of("/api/dm/8/typing Bearer secret"), asked);
        answers.set(false);
        client.call(HttpMethod.POST, "/api/dm/8/typing", "secret", Context.root());
        client.call(HttpMethod.POST, "/api/dm/8/typing", "secret", Context.root());
        Outcome third = client.call(HttpMethod.POST, "/api/dm/8/typing", "secret", Context.root())
                .toCompletableFuture()
                .join();
        assertEquals(ErrorCode.BUSY, code(third));
    }

    @Test
    void aReportIsPosted() {
        serve(request -> request.body()
                .onSuccess(body -> request.response()
                        .setStatusCode(201)
                        .end("{\"method\":\"" + request.method() + "\",\"sent\":" + body + "}")));
        client = new PageClient(vertx, instances(), BOUNDS);
        Outcome.Done done =
                (Outcome.Done) ask(PageRequest.of(new Command.DmReport("8", List.of("m1", "m2"), "spam", "why")));
        assertEquals(
                "{\"method\":\"POST\",\"sent\":{\"peer\":\"8\",\"reason\":\"why\",\"category\":\"spam\",\"mids\":[\"m1\",\"m2\"]}}",
                done.ok().toString());
        assertEquals(List.of("/api/dm/reports Bearer secret"), asked);
    }

    @Test
    void noAnswerInTimeIsUnavailable() {
        serve(request -> {});
        client = new PageClient(vertx, instances(), new DirectBounds(10, 1_000, 10, 10, 10, 2, 200, 1_000));
        assertEquals(ErrorCode.UNAVAILABLE, code(sync(null)));
    }

    @Test
    void anotherInstanceIsAskedWhenOneIsAway() {
        serve(request -> request.response().end("{\"pos\":\"p2\"}"));
        urls.add(0, "http://127.0.0.1:1");
        assertEquals("p2", ((Outcome.Done) sync(null)).ok().get("pos").asText());
        assertEquals("p2", ((Outcome.Done) sync(null)).ok().get("pos").asText());
    }

    @Test
    void anotherInstanceIsAskedWhenOneHangs() {
        serve(request -> {});
        serve(request -> request.response().end("{\"pos\":\"p2\"}"));
        client = new PageClient(vertx, instances(), new DirectBounds(10, 1_000, 10, 10, 10, 2, 400, 1_000));
        assertEquals("p2", ((Outcome.Done) sync(null)).ok().get("pos").asText());
        assertEquals("p2", ((Outcome.Done) sync(null)).ok().get("pos").asText());
        assertEquals(3, asked.size(), "the second time it is asked first");
    }

    @Test
    void anotherInstanceIsAskedWhenOneCannotAnswerNow() {
        String starts = "{\"detail\":\"it starts\",\"code\":\"unavailable\",\"retryMs\":300}";
        serve(request -> request.response().setStatusCode(503).end(starts));
        assertEquals(
                new Outcome.Refused(new Refusal(ErrorCode.UNAVAILABLE, "it starts", 300)),
                sync(null),
                "there is no other");
        client = null;
        serve(request -> request.response().end("{\"pos\":\"p2\"}"));
        assertEquals("p2", ((Outcome.Done) sync(null)).ok().get("pos").asText());
    }

    @Test
    void aChangeThatMayHaveBeenCarriedOutIsAskedOfNoOtherInstance() {
        serve(request -> {});
        serve(request -> request.response().end("{}"));
        client = new PageClient(vertx, instances(), new DirectBounds(10, 1_000, 10, 10, 10, 2, 400, 1_000));
        PageRequest change = PageRequest.of(new Command.DmSettings(Json.object().put("online", "nobody")));
        assertEquals(ErrorCode.PENDING, code(ask(change)));
        assertEquals(1, asked.size());
        // the next one goes where an answer is to be had
        assertInstanceOf(Outcome.Done.class, ask(change));
    }

    @Test
    void aChangeThatNobodyHasSeenIsAskedOfTheNextInstance() {
        serve(request -> request.response().end("{}"));
        urls.add(0, "http://127.0.0.1:1");
        client = new PageClient(vertx, instances(), BOUNDS);
        assertInstanceOf(
                Outcome.Done.class,
                ask(PageRequest.of(new Command.DmSettings(Json.object().put("online", "nobody")))));
    }

    @Test
    void withoutAnyInstanceItIsUnavailable() {
        urls.add("http://127.0.0.1:1");
        assertEquals(ErrorCode.UNAVAILABLE, code(sync(null)));
    }

    @Test
    void moreThanTheBoundAreBusy() {
        serve(request -> {});
        client = new PageClient(vertx, instances(), BOUNDS);
        client.page(SYNC, "secret", Context.root());
        client.page(SYNC, "secret", Context.root());
        assertEquals(ErrorCode.BUSY, code(sync(null)));
    }

    private void serve(Handler<HttpServerRequest> handler) {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> {
                    asked.add(request.uri() + " " + request.getHeader("Authorization"));
                    handler.handle(request);
                })
                .listen(0, "127.0.0.1")
                .await();
        urls.add("http://127.0.0.1:" + server.actualPort());
    }

    private PageClient nobody() {
        urls.clear();
        urls.add("http://127.0.0.1:1");
        return new PageClient(vertx, instances(), BOUNDS);
    }

    private Instances instances() {
        return new Instances("dm-service", urls.stream().map(URI::create).toList(), new SimpleMeterRegistry());
    }

    private Outcome sync(String position) {
        if (client == null) {
            client = new PageClient(vertx, instances(), BOUNDS);
        }
        return ask(PageRequest.of(new Command.DmSync(position, 20)));
    }

    private Outcome ask(PageRequest page) {
        return client.page(page, "secret", Context.root())
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static ErrorCode code(Outcome outcome) {
        return ((Outcome.Refused) outcome).refusal().code();
    }
}
