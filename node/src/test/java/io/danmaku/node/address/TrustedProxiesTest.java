package io.danmaku.node.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustedProxiesTest {
    private static final Address PROXY = Address.parse("127.0.0.1");

    private static String client(String trusted, String... forwarded) {
        return TrustedProxies.parse(trusted).client(PROXY, List.of(forwarded)).toString();
    }

    @Test
    void theNearestAddressThatIsNoTrustedProxyCounts() {
        String trusted = "127.0.0.0/8, 10.0.0.0/8,::1";
        assertEquals("203.0.113.9", client(trusted, "203.0.113.9"));
        assertEquals("203.0.113.9", client(trusted, "198.51.100.1, 203.0.113.9, 10.0.0.7"), "the first one is a claim");
        assertEquals("203.0.113.9", client(trusted, "198.51.100.1", "203.0.113.9,10.0.0.7"), "headers count in order");
        assertEquals("2001:db8::1", client(trusted, "198.51.100.1, 2001:DB8::1, ::1"));
        assertEquals("10.0.0.7", client(trusted, "10.0.0.7"), "who comes from within");
        assertEquals("127.0.0.1", client(trusted));
    }

    @Test
    void aPortBehindAnAddressDoesNotCount() {
        assertEquals("203.0.113.9", client("127.0.0.1", "203.0.113.9:4711"));
        assertEquals("2001:db8::1", client("127.0.0.1", "[2001:db8::1]:4711"));
    }

    @Test
    void beforeWhatIsNoAddressNothingIsBelieved() {
        assertEquals("10.0.0.7", client("127.0.0.1,10.0.0.0/8", "203.0.113.9, unknown, 10.0.0.7"));
        assertEquals("127.0.0.1", client("127.0.0.1", "203.0.113.9, "));
    }

    @Test
    void whatIsNoRangeIsNamed() {
        String message = assertThrows(IllegalArgumentException.class, () -> TrustedProxies.parse("10.0.0.0/8, proxy"))
                .getMessage();
        assertTrue(message.contains("'proxy'"), message);
    }

    @Test
    void whoIsNoTrustedProxyIsNotBelieved() throws Exception {
        assertEquals("203.0.113.9", asked(TrustedProxies.parse("127.0.0.1")));
        assertEquals("127.0.0.1", asked(TrustedProxies.parse("10.0.0.0/8")));
        assertEquals("127.0.0.1", asked(TrustedProxies.NONE));
        assertEquals("127.0.0.1", asked(TrustedProxies.parse("")));
    }

    /** What a server takes for the address of a client on this machine that says it forwards for another. */
    private static String asked(TrustedProxies proxies) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            int port = vertx.createHttpServer()
                    .requestHandler(request ->
                            request.response().end(proxies.client(request).toString()))
                    .listen(0, "127.0.0.1")
                    .await()
                    .actualPort();
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                    .header("X-Forwarded-For", "203.0.113.9")
                    .build();
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
        } finally {
            vertx.close().await();
        }
    }
}
