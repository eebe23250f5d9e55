package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** How often a user may send over HTTP. */
class DirectLimitsIT {
    private static final int BURST = 10;
    /** As many as a viewer would need minutes for. */
    private static final int MANY = 300;

    private static final byte[] NO_JSON = "{".getBytes(StandardCharsets.UTF_8);

    private final URI direct = TestHub.get().dmService();

    private static DirectClient.Answer firstRefused(DirectClient user, URI at, String path) throws Exception {
        for (int i = 0; i < MANY; i++) {
            DirectClient.Answer answer = user.post(at, path, NO_JSON);
            if (answer.status() == 429) {
                assertTrue(i >= BURST, "the burst is for all");
                return answer;
            }
            assertEquals("bad_json", answer.code());
        }
        throw new AssertionError("never refused");
    }

    @Test
    void aViewerWhoSendsTooFastIsToldWhenToComeBack() throws Exception {
        DirectClient.Answer refused =
                firstRefused(new DirectClient("limits-viewer", false), direct, "/api/dm/somebody/messages");
        assertEquals("rate_limited", refused.code());
        long retryMs = refused.body().path("retryMs").longValue();
        assertTrue(retryMs >= 1 && retryMs <= 200, refused.toString());
    }

    @Test
    void readMarksCountAndAnEdgesPortIsNoWayAround() throws Exception {
        URI edge = TestHub.get().edge(1);
        assertEquals(
                "rate_limited",
                firstRefused(new DirectClient("limits-reader", false), edge, "/api/dm/somebody/read")
                        .code());
    }

    @Test
    void aBackendSendsAsFastAsItNeeds() throws Exception {
        DirectClient backend = new DirectClient("limits-backend", true);
        for (int i = 0; i < MANY; i++) {
            assertEquals(
                    "bad_json",
                    backend.post(direct, "/api/dm/somebody/messages", NO_JSON).code());
        }
    }
}
