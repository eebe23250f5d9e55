package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnerWatchTest {
    private static final long TIMEOUT_MS = 400;
    private static final long PATIENCE_S = 20;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final BlockingQueue<HttpServerRequest> asked = new LinkedBlockingQueue<>();
    private final HttpServer server = vertx.createHttpServer()
            .requestHandler(asked::add)
            .listen(0, "127.0.0.1")
            .await();
    private final Owner owner = new Owner("x", "http://127.0.0.1:" + server.actualPort());
    private final OwnerWatch watch = new OwnerWatch(vertx.createHttpClient(), TIMEOUT_MS);

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private <T> T on(Callable<T> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        context.runOnContext(v -> {
            try {
                done.complete(work.call());
            } catch (Exception failed) {
                done.completeExceptionally(failed);
            }
        });
        return done.get(PATIENCE_S, TimeUnit.SECONDS);
    }

    private void look(int times) throws Exception {
        on(() -> {
            for (int i = 0; i < times; i++) {
                watch.look(Set.of(owner));
            }
            return null;
        });
    }

    private HttpServerRequest next() throws InterruptedException {
        HttpServerRequest request = asked.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertTrue(request != null, "it is looked at");
        return request;
    }

    private void await(Callable<Boolean> condition) throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!on(condition)) {
            assertTrue(System.nanoTime() < endNs, "in time");
            Thread.onSpinWait();
        }
    }

    private void answer(HttpServerRequest request, String instance) {
        request.response().putHeader(Owner.HEADER, instance).end("ok");
    }

    @Test
    void ticksThatComeAllAtOnceAreOneLook() throws Exception {
        look(10);
        next();
        await(() -> !watch.answers(owner));
        assertFalse(on(() -> watch.isHung(owner)), "one look went without an answer, however often it was asked for");
        assertEquals(0, asked.size());
        look(10);
        next();
        await(() -> watch.isHung(owner));
        assertEquals(0, asked.size());
    }

    @Test
    void anAnswerInBetweenBeginsTheCountAnew() throws Exception {
        look(1);
        next();
        await(() -> !watch.answers(owner));
        look(1);
        answer(next(), "x");
        await(() -> watch.answers(owner));
        look(1);
        next();
        await(() -> !watch.answers(owner));
        assertFalse(on(() -> watch.isHung(owner)));
    }

    @Test
    void whoAnswersAsAnotherInstanceIsNotTheOneLookedFor() throws Exception {
        for (int i = 0; i < OwnerWatch.HUNG_LOOKS; i++) {
            int missed = i;
            look(1);
            answer(next(), "y");
            await(() -> missed + 1 < OwnerWatch.HUNG_LOOKS ? !watch.answers(owner) : watch.isHung(owner));
        }
    }

    @Test
    void whereNobodyListensItIsGoneAndDoesNotHang() throws Exception {
        server.close().await();
        for (int i = 0; i <= OwnerWatch.HUNG_LOOKS; i++) {
            look(1);
            await(() -> !watch.answers(owner));
        }
        assertFalse(on(() -> watch.isHung(owner)));
    }

    @Test
    void whoIsNotLookedAtAnyMoreIsForgotten() throws Exception {
        look(1);
        next();
        await(() -> !watch.answers(owner));
        assertTrue(on(() -> {
            watch.look(Set.of());
            return watch.answers(owner);
        }));
    }
}
