package io.danmaku.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What happens in a room besides chats, and what is told of it and of who is there, on the room page. */
@Timeout(180)
final class RoomPageEventsIT {
    @RegisterExtension
    static final RoomPages PAGES = new RoomPages();

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String PICTURES = "https://pictures.test/";
    private static final String PICTURE = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"/>";
    /** More than the page asks for when it is opened. */
    private static final int MANY = 60;

    private static final int CHANGES = 20;
    private int posted;

    private long post(String room, String type, Map<String, ?> d) {
        HubApi.Reply reply = PAGES.api()
                .post(
                        PAGES.hub().adminToken(),
                        room,
                        "order/" + ++posted,
                        Map.of("t", type, "user", Map.of("id", "7", "name", "Ann"), "d", d));
        assertEquals(201, reply.status(), reply::toString);
        return reply.body().get("o").asLong();
    }

    private long superchat(String room, String text, int seconds, long value) {
        return post(room, "superchat", Map.of("text", text, "seconds", seconds, "value", value, "currency", "USD"));
    }

    private long gift(String room, String gift, int count, int combo) {
        Map<String, Object> d = new HashMap<>(Map.of("gift", gift, "count", count));
        if (combo > 0) {
            d.putAll(Map.of("combo", combo, "value", 100L * count, "currency", "USD"));
        }
        return post(room, "gift", d);
    }

    private static Locator standing(RoomPage page) {
        return page.raw().locator("#superchats-list .superchat-text");
    }

    private static Locator notes(RoomPage page) {
        return page.raw().locator("#chat .note .told");
    }

    @Test
    void aSuperChatStaysForItsTimeAboveTheChatAlsoForWhoComesLater() {
        String room = PAGES.api().createRoom("page-superchat", Map.of());
        String host = PAGES.hub().hostToken("h", room);
        RoomPage ann = PAGES.viewer("ann", room, 1);
        try (Clients clients = new Clients(1);
                Witness boris = Witness.connect(clients, PAGES.hub(), "h", host, 2)) {
            boris.join(room);
            assertThat(ann.raw().locator("#superchats")).isHidden();
            superchat(room, "<i>cheap</i>", 900, 500);
            long dear = superchat(room, "the dearest", 900, 1_000_000);
            superchat(room, "for no time", 0, 9_000_000);
            superchat(room, "for a while", 10, 2_000);
            assertThat(standing(ann)).hasText(new String[] {"the dearest", "for a while", "<i>cheap</i>"});
            assertThat(ann.raw().locator("#superchats-list .price"))
                    .hasText(new String[] {"$10,000.00", "$20.00", "$5.00"});
            assertThat(notes(ann).first()).hasText("Ann ($5.00): <i>cheap</i>");
            ann.picture("superchats");
            assertThat(standing(ann)).hasText(new String[] {"the dearest", "<i>cheap</i>"});

            for (int i = 0; i < MANY; i++) {
                boris.say(room, "c" + i, "line " + i);
            }
            RoomPage late = PAGES.viewer("late", room, 2);
            late.chatLine("line " + (MANY - 1)).waitFor();
            assertThat(standing(late)).hasText(new String[] {"the dearest", "<i>cheap</i>"});
            assertThat(notes(late)).hasCount(0);

            assertEquals(200, PAGES.api().delete(host, room, "/" + dear).status());
            for (RoomPage page : List.of(ann, late)) {
                assertThat(standing(page)).hasText(new String[] {"<i>cheap</i>"});
            }
            assertThat(ann.chatLine("the dearest")).hasCount(0);
            PAGES.assertClean();
        }
    }

    @Test
    void aRowOfGiftsGrowsOnOneLine() {
        String room = PAGES.api().createRoom("page-gift", Map.of());
        RoomPage ann = PAGES.viewer("ann", room, 1);
        gift(room, "rose", 1, 1);
        gift(room, "rose", 1, 2);
        gift(room, "cake", 2, 0);
        gift(room, "rose", 3, 5);
        assertThat(notes(ann)).hasText(new String[] {"Ann gives rose × 3 ($3.00), 5 in a row", "Ann gives cake × 2"});
        gift(room, "rose", 1, 1);
        assertThat(notes(ann)).hasText(new String[] {
            "Ann gives rose × 3 ($3.00), 5 in a row", "Ann gives cake × 2", "Ann gives rose ($1.00)"
        });
        RoomPage late = PAGES.viewer("late", room, 2);
        assertThat(notes(late)).hasCount(3);
        ann.picture("gifts");
        PAGES.assertClean();
    }

    @Test
    void whoComesAndWhatIsAnnouncedIsTold() {
        String room = PAGES.api().createRoom("page-told", Map.of("enterPerSecond", 10));
        RoomPage ann = PAGES.viewer("ann", room, 1);
        try (Clients clients = new Clients(1);
                Witness host = Witness.connect(
                        clients, PAGES.hub(), "host", PAGES.hub().hostToken("host", room), 2)) {
            host.join(room);
            ann.chatLine("host has come in.").waitFor();
            var d = JsonNodeFactory.instance.objectNode().put("text", "We begin <b>now</b>");
            assertTrue(host.wait(host.client().send(room, "announce", "a", d)).acknowledged());
            assertThat(notes(ann)).hasText("host: We begin <b>now</b>");
            assertThat(notes(PAGES.viewer("late", room, 2))).hasText("host: We begin <b>now</b>");
            PAGES.assertClean();
        }
    }

    @Test
    void whatTheRoomLikesIsSentByAButtonAndAddedUp() {
        String room = PAGES.api().createRoom("page-like", Map.of());
        RoomPage ann = PAGES.viewer("ann", room, 1);
        RoomPage boris = PAGES.viewer("boris", room, 2);
        try (Clients clients = new Clients(1);
                Witness cleo = Witness.viewer(clients, PAGES.hub(), "cleo", 2)) {
            cleo.join(room);
            assertThat(ann.raw().locator("#like-count")).hasText("");
            for (int i = 0; i < 3; i++) {
                ann.raw().locator("#like").click();
            }
            var d = JsonNodeFactory.instance.objectNode().put("n", 5);
            assertTrue(cleo.wait(cleo.client().send(room, "like", "l", d)).acknowledged());
            for (RoomPage page : List.of(ann, boris)) {
                assertThat(page.raw().locator("#like-count")).hasText("8");
            }
            assertThat(PAGES.viewer("late", room, 1).raw().locator("#like-count"))
                    .hasText("");
            PAGES.assertClean();
        }
    }

    @Test
    void theHeadTellsWhetherTheStreamRunsAndFollowsWhatTheRoomIs() {
        String room = PAGES.api().createRoom("page-live", Map.of());
        profile(room, Map.of("category", "<b>music</b>", "tags", List.of("synth", "late")));
        RoomPage ann = PAGES.viewer("ann", room, 1);
        ann.raw().route(PICTURES + "**", RoomPageEventsIT::picture);
        assertThat(ann.raw().locator("#live")).hasText("Offline");
        assertThat(ann.raw().locator("#about b")).hasText("<b>music</b>");
        assertThat(ann.raw().locator("#about .tag")).hasText(new String[] {"#synth", "#late"});
        assertThat(ann.raw().locator("#cover")).isHidden();

        ann.raw().evaluate("() => { window.told = 0; window.__danmaku.on('profile', () => window.told++); }");
        long beganNs = System.nanoTime();
        for (int i = 0; i < CHANGES; i++) {
            profile(room, Map.of("tags", List.of("change-" + i)));
        }
        profile(room, Map.of("cover", PICTURES + "cover", "tags", List.of("early"), "title", "Another <i>title</i>"));
        assertThat(ann.raw().locator("#cover")).isVisible();
        assertThat(ann.raw().locator("#about .tag")).hasText(new String[] {"#early"});
        assertThat(ann.raw().locator("#room-name")).hasText("Another <i>title</i>");
        long toldMax = 2 + Duration.ofNanos(System.nanoTime() - beganNs).toSeconds();
        int told = ((Number) ann.raw().evaluate("window.told")).intValue();
        assertTrue(told <= toldMax, told + " pushes, more than one a second");

        assertEquals(200, PAGES.api().live(room, true).status());
        assertThat(ann.raw().locator("#live")).hasText("Live");
        ann.chatLine("The stream has begun.").waitFor();
        ann.picture("live");
        ann.raw().reload();
        assertThat(ann.raw().locator("#live")).hasText("Live");
        assertEquals(200, PAGES.api().live(room, false).status());
        assertThat(ann.raw().locator("#live")).hasText("Offline");
        ann.chatLine("The stream has ended.").waitFor();
        assertThat(ann.chatLine("The rules of the room")).hasCount(0);
    }

    private static void profile(String room, Map<String, ?> fields) {
        HubApi.Reply reply = PAGES.api()
                .ask(
                        PAGES.hub().edge(1),
                        "PATCH",
                        "/api/rooms/" + room,
                        PAGES.hub().adminToken(),
                        fields,
                        Map.of());
        assertEquals(200, reply.status(), reply::toString);
    }

    private static void picture(Route route) {
        route.fulfill(new Route.FulfillOptions().setContentType("image/svg+xml").setBody(PICTURE));
    }

    @Test
    void aSendersPictureLevelAndBadgesAreShownAndNobodyHearsWhoLooksAtThem() {
        String room = PAGES.api().createRoom("page-sender", Map.of());
        RoomPage ann = PAGES.viewer("ann", room, 1);
        var asked = new ConcurrentLinkedQueue<Request>();
        ann.raw().route(PICTURES + "**", route -> {
            asked.add(route.request());
            picture(route);
        });
        String token = PAGES.hub()
                .token(new Claims(
                        "boris",
                        "Boris",
                        Ids.DEFAULT_TENANT,
                        Map.of(),
                        false,
                        System.currentTimeMillis() + SOON.toMillis() * 10,
                        new Profile(PICTURES + "b.svg", 17, List.of("vip", "early"))));
        try (Clients clients = new Clients(1);
                Witness boris = Witness.connect(clients, PAGES.hub(), "boris", token, 2)) {
            boris.join(room);
            boris.say(room, "a", "look at me");
            Locator line = ann.chatLine("look at me");
            assertThat(line.locator(".level")).hasText("Lv 17");
            assertThat(line.locator(".mark-of")).hasText(new String[] {"vip", "early"});
            assertThat(line.locator("img.face")).hasAttribute("src", PICTURES + "b.svg");
            ann.await(() -> !asked.isEmpty());
            assertFalse(asked.peek().headers().containsKey("referer"));
            Object strange = ann.raw().evaluate("""
                async () => {
                    const { pictureUrl } = await import('/js/dom.js');
                    return ['javascript:alert(1)', 'data:image/png;base64,AA', 'blob:x', '/here', '', undefined, null]
                        .filter((address) => pictureUrl(address) !== null);
                }\
                """);
            assertEquals(List.of(), strange);
            ann.picture("sender");
            PAGES.assertClean();
        }
    }
}
