package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.log.Topics;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A dm-service is added, hangs and goes on, or is killed, while users write and read: each message is there once, in its place, as it was acknowledged. */
class DirectInstancesIT {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration SHARED_MAX = Duration.ofSeconds(30);
    /** From when one hangs; the broker's keep-alive, twice, and some for a machine that has more to do. */
    private static final Duration TAKEN_OVER_MAX = Duration.ofSeconds(40);
    /** How long a message may wait when partitions change hands in order. */
    private static final Duration HANDED_OVER_MAX = Duration.ofSeconds(15);

    private static final String REQUESTS = "danmaku_http_requests_seconds_count";
    private static final String CONTACTS = "route=\"/api/dm/contacts\"";
    private static final String OWNED = "danmaku_dm_partitions_owned";

    private final TestHub hub = TestHub.get();

    @Test
    void oneThatIsAddedTakesItsShareWhileMessagesFlow() throws Exception {
        try (DirectTraffic traffic = new DirectTraffic("added", 4, 300, List.of(hub.dmService()))
                .slowly(PAUSE)
                .start()) {
            traffic.awaitAcknowledged(0.02);
            try (OwnService added = OwnService.start(hub, OwnService.Kind.DM_SERVICE, Map.of())) {
                awaitShared(added);
                int before = traffic.acknowledged();
                assertTrue(before < traffic.total(), "messages flowed meanwhile: " + before);
                traffic.alsoTo(added.address());
                traffic.awaitAllGoOn(SHARED_MAX);
                traffic.hurry();
                traffic.awaitAcknowledged(1);
                assertTrue(added.metric("danmaku_dm_records_total") > 0, "it has carried some out");
                tell("added", traffic.longestWait().toMillis());
                assertTrue(
                        traffic.longestWait().compareTo(HANDED_OVER_MAX) < 0,
                        "nobody waits long: " + traffic.longestWait());
                traffic.check(hub.dmService());
                traffic.check(added.address());
                added.stop();
            }
        }
    }

    @Test
    void whatAHungOneOwnsGoesToTheOtherOneAndNothingIsDoubledWhenItGoesOn() throws Exception {
        try (OwnService hangs = OwnService.start(hub, OwnService.Kind.DM_SERVICE, Map.of())) {
            awaitShared(hangs);
            // six users, so that some conversation is surely in what it owns
            try (DirectTraffic traffic = new DirectTraffic("hung", 6, 60, List.of(hub.dmService(), hub.edge(1)))
                    .slowly(PAUSE)
                    .start()) {
                traffic.awaitAcknowledged(0.1);
                hangs.pause();
                try {
                    long hungNs = System.nanoTime();
                    traffic.awaitAllGoOn(TAKEN_OVER_MAX);
                    tell("hung, all senders went on", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - hungNs));
                    Eventually.await(
                            SHARED_MAX, "the other one has all", () -> ownedByTheFirst() == Topics.DIRECT_PARTITIONS);
                    assertTrue(traffic.askedAgain() > 0, "it was felt");
                    assertTrue(traffic.acknowledged() < traffic.total(), "messages still flow");
                } finally {
                    hangs.resume();
                }
                // with what it had in hand when it was stopped
                awaitShared(hangs);
                traffic.hurry();
                traffic.awaitAcknowledged(1);
                tell("hung, longest wait", traffic.longestWait().toMillis());
                traffic.check(hub.dmService());
                traffic.check(hangs.address());
            }
            hangs.stop();
        }
    }

    @Test
    void anEdgeReadsFromAnotherOneWhenTheOneThatItAskedIsKilled() throws Exception {
        try (OwnService killed = OwnService.start(hub, OwnService.Kind.DM_SERVICE, Map.of());
                OwnService edge = OwnService.start(
                        hub,
                        OwnService.Kind.EDGE,
                        Map.of("DANMAKU_DM_SERVICE_URL", killed.address() + "," + hub.dmService()));
                Clients clients = new Clients(1)) {
            DirectClient ann = DirectClient.on(hub, "pages-ann", "phone");
            HubClient device = clients.open(
                    ClientOptions.of(List.of(edge.webSocket()), () -> hub.token(ann.user())), new HubListener() {});
            assertTrue(device.connected().get(20, TimeUnit.SECONDS).acknowledged());
            double before = killed.metric(REQUESTS, CONTACTS);
            assertEquals(200, ann.get(edge.address(), "/api/dm/contacts").status());
            assertTrue(device.dmContacts(null, 10).get(20, TimeUnit.SECONDS).acknowledged());
            assertEquals(before + 2, killed.metric(REQUESTS, CONTACTS), "it is asked first");
            killed.kill9();
            assertTrue(device.dmContacts(null, 10).get(20, TimeUnit.SECONDS).acknowledged());
            assertEquals(200, ann.get(edge.address(), "/api/dm/contacts").status());
            edge.stop();
        }
    }

    private int ownedByTheFirst() throws IOException, InterruptedException {
        return (int) OwnService.metric(hub.dmService(), OWNED);
    }

    /** Waits until each of the two has some partitions, and each partition one of them. */
    private void awaitShared(OwnService second) {
        Eventually.await(SHARED_MAX, "both have their share", () -> {
            int theirs = (int) second.metric(OWNED);
            int others = ownedByTheFirst();
            assertEquals(Topics.DIRECT_PARTITIONS, theirs + others);
            return theirs > 0 && others > 0;
        });
    }

    private static void tell(String what, long ms) {
        System.out.printf("dm-service %s: %d ms%n", what, ms);
    }
}
