package io.danmaku.edge.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectMessage;
import org.junit.jupiter.api.Test;

final class ResultsTest {
    private static final Outcome DONE = new Outcome.Done(Json.object());

    private final Results results = new Results(2, 5_000);

    @Test
    void aResultGoesToItsRequest() {
        Results.Awaited first = results.await(0);
        Results.Awaited second = results.await(0);
        assertTrue(results.settle(second.sendId(), DONE));
        assertEquals(DONE, second.outcome().getNow(null));
        assertFalse(first.outcome().isDone());
        assertEquals(1, results.waiting());
    }

    @Test
    void withoutAResultInTimeTheOutcomeIsPending() {
        Results.Awaited awaited = results.await(1_000);
        assertEquals(0, results.expire(5_999));
        assertFalse(awaited.outcome().isDone());
        assertEquals(1, results.expire(6_000));
        Outcome.Refused refused = (Outcome.Refused) awaited.outcome().getNow(null);
        assertEquals(ErrorCode.PENDING, refused.refusal().code());
        assertEquals(1_000, refused.refusal().retryMs());
    }

    @Test
    void aLateOrForeignResultReachesNobody() {
        Results.Awaited awaited = results.await(0);
        results.expire(5_000);
        assertFalse(results.settle(awaited.sendId(), DONE));
        assertFalse(results.settle(4711, DONE));
        assertEquals(0, results.waiting());
    }

    @Test
    void noMoreWaitThanTheBoundAndAPlaceComesFreeAgain() {
        Results.Awaited first = results.await(0);
        assertNotNull(results.await(0));
        assertNull(results.await(0));
        results.settle(first.sendId(), DONE);
        assertNotNull(results.await(0));
    }

    @Test
    void whoWaitsWhenTheNodeStopsIsToldPending() {
        Results.Awaited awaited = results.await(0);
        results.abandon();
        assertTrue(awaited.outcome().getNow(null) instanceof Outcome.Refused);
        assertEquals(0, results.waiting());
    }

    @Test
    void aResultSaysWhatItsRequestWants() {
        DirectMessage message = new DirectMessage("m1", "ann", "bob", 7, "text", "hi", 1_764_000_000_000L);
        assertEquals(
                "{\"mid\":\"m1\",\"seq\":7,\"ts\":1764000000000}",
                ok(Outcome.of(Delivery.sent("default", 1, message))));
        assertEquals("{\"seq\":5}", ok(Outcome.of(Delivery.readResult("default", 1, 5))));
        Refusal refusal = Refusal.of(ErrorCode.BAD_FIELD, "no such kind");
        assertEquals(new Outcome.Refused(refusal), Outcome.of(Delivery.refused("default", 1, refusal)));
    }

    private static String ok(Outcome outcome) {
        return ((Outcome.Done) outcome).ok().toString();
    }
}
