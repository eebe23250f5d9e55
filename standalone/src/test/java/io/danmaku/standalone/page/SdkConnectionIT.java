package io.danmaku.standalone.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Clock;
import com.microsoft.playwright.WebSocketRoute;
import io.danmaku.standalone.hub.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the JavaScript SDK does with its connection, against a twin of an edge in the browser that answers as the test says. */
@Timeout(60)
final class SdkConnectionIT {
    private static final Duration SYNCED_MAX = Duration.ofSeconds(20);

    @RegisterExtension
    static final SdkPage SDK = new SdkPage();

    @Test
    void aConnectionThatFallsSilentIsGivenUpAndMadeAgain() {
        Clock clock = SDK.stoppedClock();
        int[] sockets = {0};
        SDK.page().routeWebSocket(SdkPage.WEB_SOCKET, socket -> {
            boolean first = ++sockets[0] == 1;
            socket.onMessage(frame -> {
                String text = frame.text();
                boolean ping = text.contains("\"op\":\"ping\"");
                if (!ping || !first) {
                    socket.send("{\"re\":" + text.replaceAll(".*\"id\":(\\d+).*", "$1")
                            + ",\"ok\":{\"user\":\"7\",\"reconnect\":{\"minMs\":100,\"maxMs\":1900}}}");
                }
            });
        });
        SDK.open();
        SDK.run("""
            const { DanmakuClient } = await import('/sdk/danmaku-client.js');
            window.client = new DanmakuClient({ url: 'ws://sdk.test/ws', token: 't', random: () => 0.5 });
            window.states = [];
            client.on('state', ({ state, reason, retryInMs }) =>
              states.push(reason ? `${state}: ${reason}, ${retryInMs} ms` : state));
            await new Promise((resolve) => { client.on('state', ({ state }) => state === 'open' && resolve()); client.connect(); });
            return {};\
            """);

        // the ping after 20 s, 10 s of silence after it, and the middle of the window that was told
        clock.runFor(31_500);

        assertEquals("""
                ["connecting","open","waiting: the hub fell silent, 1000 ms","connecting","open"]\
                """, SDK.run("""
                    while (client.state !== 'open') { await new Promise((resolve) => client.addEventListener('state', resolve, { once: true })); }
                    return states;\
                    """));
        assertEquals(2, sockets[0]);
    }

    @Test
    void aPingThatIsToldOfLostPushesMakesItSync() {
        Clock clock = SDK.stoppedClock();
        List<String> asked = new ArrayList<>();
        SDK.page()
                .routeWebSocket(
                        SdkPage.WEB_SOCKET,
                        socket -> socket.onMessage(frame -> {
                            String text = frame.text();
                            String op = text.replaceAll(".*\"op\":\"([^\"]+)\".*", "$1");
                            asked.add(op);
                            String ok = op.equals("ping") ? "{\"sync\":true}" : "{\"user\":\"7\",\"pos\":\"p\"}";
                            socket.send(
                                    "{\"re\":" + text.replaceAll(".*\"id\":(\\d+).*", "$1") + ",\"ok\":" + ok + "}");
                        }));
        SDK.open();
        SDK.run("""
            const { DanmakuClient } = await import('/sdk/danmaku-client.js');
            window.client = new DanmakuClient({ url: 'ws://sdk.test/ws', token: 't', random: () => 0.5 });
            await new Promise((resolve) => { client.on('state', ({ state }) => state === 'open' && resolve()); client.connect(); });
            return {};\
            """);
        Eventually.await(
                SYNCED_MAX, "it syncs when it is connected", () -> asked(asked).contains("dm.sync"));

        // by itself it would sync after 45 s
        clock.runFor(20_500);

        Eventually.await(
                SYNCED_MAX,
                "it syncs when a ping says so",
                () -> asked(asked).equals(List.of("auth", "dm.sync", "ping", "dm.sync")));
    }

    /** The browser's events are told while it is asked something. */
    private static List<String> asked(List<String> so) {
        SDK.run("return {};");
        return so;
    }

    @Test
    void anEdgeThatStopsIsLeftForTheNextWhenItSays() {
        List<String> asked = new ArrayList<>();
        SDK.page()
                .routeWebSocket(
                        url -> true,
                        socket -> socket.onMessage(frame -> {
                            String text = frame.text();
                            String re = "{\"re\":" + text.replaceAll(".*\"id\":(\\d+).*", "$1") + ",\"ok\":";
                            if (text.contains("\"op\":\"join\"")) {
                                asked.add(socket.url() + " " + text.replaceAll("\"id\":\\d+,", ""));
                                socket.send(re + "{\"room\":\"1\",\"epoch\":\"k\",\"head\":10}}");
                                if (asked.size() == 1) {
                                    socket.send("{\"room\":\"1\",\"from\":11,\"to\":11,\"events\":[{\"o\":11}]}");
                                    socket.send("{\"bye\":{\"code\":\"restart\",\"retryMs\":37}}");
                                    socket.close(new WebSocketRoute.CloseOptions()
                                            .setCode(1012)
                                            .setReason("restart: connect again"));
                                }
                            } else {
                                socket.send(re + "{\"user\":\"7\",\"reconnect\":{\"minMs\":60000,\"maxMs\":60000}}}");
                            }
                        }));
        SDK.open();
        assertEquals("""
                ["connecting","open","waiting: restart: connect again, 37 ms","connecting","open"]\
                """, SDK.run("""
                    const { DanmakuClient } = await import('/sdk/danmaku-client.js');
                    const url = ['ws://sdk.test/ws', 'ws://other.test/ws'];
                    const client = new DanmakuClient({ url, token: 't', random: () => 0.99 });
                    const states = [];
                    client.on('state', ({ state, reason, retryInMs }) =>
                      states.push(reason ? `${state}: ${reason}, ${retryInMs} ms` : state));
                    client.connect();
                    await client.join('1');
                    await new Promise((resolve) => client.on('joined', resolve));
                    return states;\
                    """));
        assertEquals(
                List.of(
                        "ws://sdk.test/ws {\"op\":\"join\",\"room\":\"1\"}",
                        "ws://other.test/ws {\"op\":\"join\",\"room\":\"1\",\"since\":11,\"epoch\":\"k\"}"),
                asked);
    }

    @Test
    void aJoinThatIsPutOffIsTriedAgainWhenTheHubSaidAndNoSooner() {
        Clock clock = SDK.stoppedClock();
        int[] joins = {0};
        SDK.page()
                .routeWebSocket(
                        SdkPage.WEB_SOCKET,
                        socket -> socket.onMessage(frame -> {
                            String text = frame.text();
                            String re = "{\"re\":" + text.replaceAll(".*\"id\":(\\d+).*", "$1");
                            if (text.contains("\"op\":\"join\"") && ++joins[0] == 1) {
                                socket.send(re + ",\"error\":{\"code\":\"busy\",\"message\":\"\",\"retryMs\":7000}}");
                            } else {
                                socket.send(
                                        re + ",\"ok\":{\"user\":\"7\",\"room\":\"1\",\"epoch\":\"k\",\"head\":10}}");
                            }
                        }));
        SDK.open();
        SDK.run("""
            const { DanmakuClient } = await import('/sdk/danmaku-client.js');
            window.client = new DanmakuClient({ url: 'ws://sdk.test/ws', token: 't', random: () => 0.5 });
            await new Promise((resolve) => { client.on('state', ({ state }) => state === 'open' && resolve()); client.connect(); });
            window.joined = client.join('1');
            await client.dmSync().catch(() => {}); // its answer comes behind that of the join
            return {};\
            """);

        clock.runFor(6_900);
        assertEquals(1, joins[0]);
        clock.runFor(200);

        assertEquals("{\"head\":10}", SDK.run("return { head: (await joined).head };"));
        assertEquals(2, joins[0]);
    }

    @Test
    void whatIsStillOnItsWayOfAFormerStayInARoomIsNoPartOfTheNextOne() {
        List<String> leaves = new ArrayList<>();
        SDK.page()
                .routeWebSocket(
                        SdkPage.WEB_SOCKET,
                        socket -> socket.onMessage(frame -> {
                            String text = frame.text();
                            String re = "{\"re\":" + text.replaceAll(".*\"id\":(\\d+).*", "$1") + ",\"ok\":";
                            if (text.contains("\"op\":\"leave\"")) {
                                leaves.add(re + "{}}");
                            } else if (text.contains("\"op\":\"join\"")) {
                                if (!leaves.isEmpty()) {
                                    socket.send("{\"room\":\"1\",\"from\":11,\"to\":11,\"events\":[{\"o\":11}]}");
                                    socket.send("{\"room\":\"1\",\"left\":\"room_closed\"}");
                                    leaves.forEach(socket::send);
                                }
                                int head = leaves.isEmpty() ? 10 : 20;
                                socket.send(re + "{\"room\":\"1\",\"epoch\":\"k\",\"head\":" + head + "}}");
                                socket.send("{\"room\":\"1\",\"from\":" + (head + 1) + ",\"to\":" + (head + 1)
                                        + ",\"events\":[{\"o\":" + (head + 1) + "}]}");
                            } else {
                                socket.send(re + "{\"user\":\"7\"}}");
                            }
                        }));
        SDK.open();
        assertEquals("""
                {"seen":[11,21],"violations":[],"left":0,"last":21}\
                """, SDK.run("""
                    const { DanmakuClient } = await import('/sdk/danmaku-client.js');
                    const client = new DanmakuClient({ url: 'ws://sdk.test/ws', token: 't', random: () => 0 });
                    const seen = [];
                    let left = 0;
                    client.on('event', ({ event }) => seen.push(event.o));
                    client.on('left', () => left++);
                    const batch = () => new Promise((resolve) => client.addEventListener('batch', resolve, { once: true }));
                    const first = batch();
                    client.connect();
                    await client.join('1');
                    await first;
                    const second = batch();
                    client.leave('1');
                    await client.join('1');
                    await second;
                    return { seen, violations: client.violations, left, last: client.counts('1').last };\
                    """));
    }
}
