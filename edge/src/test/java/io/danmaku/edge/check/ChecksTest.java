package io.danmaku.edge.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.http.Signature;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.ExternalCheck;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChecksTest {
    private static final String SECRET = "0123456789abcdef";

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Checks checks = new Checks(vertx, registry);

    @AfterEach
    void stop() {
        checks.close();
        vertx.close().await();
    }

    private ExternalCheck service(int timeoutMs, Handler<HttpServerRequest> handler) {
        int port = vertx.createHttpServer()
                .requestHandler(handler)
                .listen(0, "127.0.0.1")
                .await()
                .actualPort();
        return new ExternalCheck(
                "default",
                "http://127.0.0.1:" + port + "/chat?x=1",
                SECRET,
                timeoutMs,
                ExternalCheck.WhenDown.ALLOW,
                "1",
                port);
    }

    private Checks.Answer ask(ExternalCheck service) throws Exception {
        return checks.ask(service, Json.object().put("text", "hi")).await(20, TimeUnit.SECONDS);
    }

    private double down(String reason) {
        return registry.counter("danmaku.checks.down", "reason", reason).count();
    }

    @Test
    void aServiceIsToldWhatWasSaidSignedAndItsVerdictCounts() throws Exception {
        List<String> wrong = new CopyOnWriteArrayList<>();
        List<String> verdicts = new CopyOnWriteArrayList<>(List.of("allow", "refuse", "hold", "shadow"));
        ExternalCheck service = service(
                3_000,
                request -> request.body().onSuccess(body -> {
                    String signed = request.getHeader(Signature.HEADER);
                    long t = Long.parseLong(signed.substring(2, signed.indexOf(',')));
                    if (!signed.equals(Signature.of(SECRET.getBytes(StandardCharsets.UTF_8), t, body.getBytes()))
                            || Math.abs(t - System.currentTimeMillis() / 1_000) > 60
                            || !body.toString().equals("{\"text\":\"hi\"}")
                            || !request.uri().equals("/chat?x=1")
                            || !request.method().name().equals("POST")) {
                        wrong.add(signed + body);
                    }
                    request.response().end("{\"verdict\":\"" + verdicts.remove(0) + "\",\"more\":1}");
                }));
        List<Checks.Answer> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            answers.add(ask(service));
        }
        assertEquals(
                List.of(Checks.Answer.ALLOW, Checks.Answer.REFUSE, Checks.Answer.HOLD, Checks.Answer.SHADOW), answers);
        assertEquals(List.of(), wrong);
    }

    @Test
    void whatIsNoVerdictIsNoAnswer() throws Exception {
        AtomicInteger redirected = new AtomicInteger();
        ExternalCheck elsewhere = service(3_000, request -> {
            redirected.incrementAndGet();
            request.response().end("{\"verdict\":\"allow\"}");
        });
        List<Handler<HttpServerRequest>> bad = List.of(
                request -> request.response().end("{\"verdict\":\"maybe\"}"),
                request -> request.response().end("allow"),
                request -> request.response().end(),
                request -> request.response().setStatusCode(500).end("{\"verdict\":\"allow\"}"),
                request -> request.response().end("{\"verdict\":\"allow\",\"x\":\"" + "x".repeat(5_000) + "\"}"),
                request -> request.response()
                        .setStatusCode(307)
                        .putHeader("Location", elsewhere.url())
                        .end());
        for (int i = 0; i < bad.size(); i++) {
            assertEquals(Checks.Answer.DOWN, ask(service(3_000, bad.get(i))), "answer " + i);
        }
        assertEquals(bad.size(), down("answer"));
        assertEquals(0, redirected.get(), "redirects are not followed");
    }

    @Test
    void whoDoesNotAnswerInTimeIsDownAndThenLeftAlone() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        ExternalCheck service = service(50, request -> asked.incrementAndGet());
        for (int i = 0; i < 5; i++) {
            assertEquals(Checks.Answer.DOWN, ask(service));
        }
        int before = asked.get();
        assertEquals(5, down("timeout"));
        for (int i = 0; i < 20; i++) {
            assertEquals(Checks.Answer.DOWN, ask(service));
        }
        assertTrue(asked.get() - before <= 1, "a try in five seconds at the most");
        assertTrue(down("paused") >= 19);
        ExternalCheck another = service(3_000, request -> request.response().end("{\"verdict\":\"allow\"}"));
        assertEquals(Checks.Answer.ALLOW, ask(another), "others are asked all the same");
    }

    @Test
    void whoCannotBeReachedIsDown() throws Exception {
        ExternalCheck nobody = new ExternalCheck(
                "default", "http://127.0.0.1:1/", SECRET, 3_000, ExternalCheck.WhenDown.ALLOW, "1", 0);
        assertEquals(Checks.Answer.DOWN, ask(nobody));
        assertEquals(1, down("failed"));
        ExternalCheck foreign =
                new ExternalCheck("default", "no address", SECRET, 3_000, ExternalCheck.WhenDown.ALLOW, "1", 0);
        assertEquals(Checks.Answer.DOWN, ask(foreign));
    }

    @Test
    void soManyAreAskedAtATimeAndNoMore() throws Exception {
        List<HttpServerRequest> waiting = new CopyOnWriteArrayList<>();
        List<Future<Checks.Answer>> all = new ArrayList<>();
        ExternalCheck slow = service(3_000, waiting::add);
        for (int i = 0; i < 70; i++) {
            all.add(checks.ask(slow, Json.object()));
        }
        assertEquals(6, down("busy"), "one service is asked 64 at a time");
        for (int other = 0; other < 4; other++) {
            ExternalCheck service = service(3_000, waiting::add);
            for (int i = 0; i < 60; i++) {
                all.add(checks.ask(service, Json.object()));
            }
        }
        assertEquals(6 + 48, down("busy"), "all together 256 at a time");
        for (Future<Checks.Answer> one : all) {
            assertEquals(Checks.Answer.DOWN, one.await(20, TimeUnit.SECONDS));
        }
        assertEquals(0, registry.get("danmaku.checks.waiting").gauge().value());
    }
}
