package io.danmaku.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.BoundingBox;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The room page in a real Chromium against the real hub: Ann is on the first edge, Boris on the second one. */
@Timeout(180)
final class RoomPageIT {

    private static final int DESKTOP_WIDTH = 1280;
    private static final int DESKTOP_HEIGHT = 800;
    private static final int PHONE_WIDTH = 360;
    private static final int PHONE_HEIGHT = 740;
    private static final double WAIT_MS = 20_000;
    private static final Duration TOKEN_TTL = Duration.ofHours(1);
    private static final String ROOM_JSON = "{\"id\":\"%s\",\"title\":\"Late night synth session\",\"policy\":{%s}}";

    private static TestHub hub;
    private static TestBrowser browser;
    private static int rooms;

    private final List<RoomPage> pages = new ArrayList<>();

    @BeforeAll
    static void start() {
        hub = TestHub.get();
        PlaywrightAssertions.setDefaultAssertionTimeout(WAIT_MS);
        browser = new TestBrowser();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void closePages() {
        pages.forEach(RoomPage::close);
    }

    @Test
    void eachPageSeesTheOthersDanmakuFlyAndInTheChat() throws Exception {
        String room = room("");
        RoomPage ann = host("ann-page", room, hub.edge(1));
        RoomPage boris = desktop("boris-page", room, hub.edge(2));

        ann.say("Good evening everybody! 大家好");
        boris.flying("Good evening everybody! 大家好").waitFor();
        boris.say("<b>hello</b> from the second edge");
        ann.flying("<b>hello</b> from the second edge").waitFor();
        boris.flying("<b>hello</b> from the second edge").waitFor();

        for (RoomPage page : List.of(ann, boris)) {
            assertEquals(List.of("Good evening everybody! 大家好", "<b>hello</b> from the second edge"), page.chat());
            assertEquals("[]", page.violations());
            assertEquals(List.of(), page.errors());
        }
        assertThat(ann.raw().locator("#room-name")).hasText("Late night synth session");
        assertThat(ann.raw().locator("#me-role")).hasText("host");
        assertThat(ann.raw().locator("#state-text")).hasText("Connected");
        assertThat(ann.raw().locator("#online-text")).hasText("2 online");
        assertTrue(
                !ann.raw().url().contains("token"),
                "the token stays out of the address bar: " + ann.raw().url());
        ann.picture("desktop-host");
        boris.picture("desktop-viewer");
    }

    @Test
    void theBrowserAgreesOnCompressedFramesAndReadsThem() throws Exception {
        String room = room("");
        RoomPage ann = desktop("ann-page", room, hub.edge(1));
        // large enough to be compressed
        String text = "前方高能，非战斗人员请迅速撤离！".repeat(12);
        ann.say(text);
        ann.chatLine(text).waitFor();
        assertEquals("[]", ann.violations());
        assertEquals(List.of(), ann.errors());
        assertTrue(ann.raw().evaluate("""
                        () => new Promise((resolve) => {
                            const socket = new WebSocket(`ws://${location.host}/ws`, 'danmaku.v1.json');
                            socket.onopen = () => { resolve(socket.extensions); socket.close(); };
                        })""").toString().startsWith("permessage-deflate"));
    }

    @Test
    void whoComesLaterSeesWhatWasSaidBefore() throws Exception {
        String room = room("");
        RoomPage ann = desktop("ann-page", room, hub.edge(1));
        ann.say("said before");
        ann.chatLine("said before").waitFor();

        RoomPage boris = desktop("boris-page", room, hub.edge(2));

        boris.chatLine("said before").waitFor();
        assertEquals("[]", boris.violations());
    }

    @Test
    void aDirectMessageReachesTheOtherPageAndItsAnswerComesBack() throws Exception {
        String room = room("");
        RoomPage ann = desktop("ann-" + room, room, hub.edge(1));
        RoomPage boris = phone("boris-" + room, room, hub.edge(2));
        boris.say("hi all");
        ann.chatLine("hi all").locator(".name").click();
        ann.raw().locator("#direct-text").fill("Hi Boris, nice to see you here.");
        ann.raw().locator("#direct-text").press("Enter");

        assertThat(boris.raw().locator("#unread")).hasText("1");
        boris.picture("phone-unread");
        boris.raw().locator("#tab-direct").click();
        boris.raw().locator("#contacts .contact").click();
        boris.bubble("Hi Boris, nice to see you here.").waitFor();
        boris.raw().locator("#direct-text").fill("Hello Ann!");
        boris.raw().locator("#direct-text").press("Enter");
        ann.bubble("Hello Ann!").waitFor();

        assertThat(boris.raw().locator("#unread")).isHidden();
        for (RoomPage page : List.of(ann, boris)) {
            assertThat(page.raw().locator("#bubbles .bubble")).hasCount(2);
            assertThat(page.raw().locator("#bubbles .bubble .bubble-text"))
                    .hasText(new String[] {"Hi Boris, nice to see you here.", "Hello Ann!"});
            assertEquals(List.of(), page.errors());
        }
        ann.raw().locator(".bubble.mine.read").waitFor();
        ann.picture("desktop-direct");
        boris.picture("phone-direct");

        boris.raw().reload();
        boris.raw().locator("#tab-direct").click();
        assertThat(boris.raw().locator("#contacts .contact-last")).hasText("You: Hello Ann!");
        assertThat(boris.raw().locator("#unread")).isHidden();
    }

    @Test
    void aPageWhoseSocketWasCutGoesOnWithNothingMissingAndNothingDoubled() throws Exception {
        String room = room("");
        RoomPage ann = host("ann-page", room, hub.edge(1));
        try (CuttableRelay relay = new CuttableRelay(hub.edge(2))) {
            RoomPage boris = desktop("boris-page", room, relay.address());
            say(ann, 1, 5);
            boris.chatLine("line 5").waitFor();

            relay.cut();
            boris.await(() -> !boris.connection().equals("open"));
            say(ann, 6, 20);
            boris.say("said in the tunnel");
            boris.picture("desktop-cut");
            relay.mend();
            say(ann, 21, 25);
            boris.chatLine("line 25").waitFor();
            ann.chatLine("said in the tunnel").waitFor();
            boris.chatLine("said in the tunnel").waitFor();

            assertEquals(IntStream.rangeClosed(1, 25).mapToObj(i -> "line " + i).toList(), annsLines(boris));
            assertEquals(ann.chat(), boris.chat());
            assertEquals(26, boris.counts().get("events"));
            assertEquals(26, boris.counts().get("last"));
            assertEquals("[]", boris.violations());
            assertEquals("[]", ann.violations());
            boris.picture("desktop-back");
        }
    }

    @Test
    void theSendBoxIsUsableAtAPhonesWidth() throws Exception {
        String room = room("");
        RoomPage boris = phone("boris-page", room, hub.edge(2));

        Locator text = boris.raw().locator("#text");
        Locator send = boris.raw().locator("#send");
        for (Locator part : List.of(text, send, boris.raw().locator("#style"))) {
            BoundingBox box = part.boundingBox();
            assertTrue(box.height >= 40, "large enough for a thumb: " + box.height);
            assertTrue(box.x >= 0 && box.x + box.width <= PHONE_WIDTH, "within the width: " + box.x + "+" + box.width);
            assertTrue(box.y + box.height <= PHONE_HEIGHT, "within the height: " + box.y + "+" + box.height);
        }
        assertTrue(text.boundingBox().width >= 180, "room for some words");
        assertEquals(
                PHONE_WIDTH, boris.raw().evaluate("() => document.documentElement.scrollWidth"), "nothing sticks out");

        boris.raw().locator("#style").click();
        boris.raw().locator("#tray label:has(input[value=top])").click();
        boris.raw().locator("label[title=Pink]").click();
        boris.picture("phone-style");
        boris.say("from my phone");
        boris.flying("from my phone").waitFor();
        assertEquals(
                "rgb(255, 138, 196)",
                boris.flying("from my phone").evaluate("element => getComputedStyle(element).color"));
        boris.picture("phone");
        assertEquals(List.of(), boris.errors());
    }

    @Test
    void aRefusalIsToldInWordsAndTheTextStays() throws Exception {
        String room = room("\"slowModeMs\":20000");
        RoomPage boris = phone("boris-page", room, hub.edge(2));
        boris.say("first");
        boris.chatLine("first").waitFor();

        boris.say("second, too soon");

        assertThat(boris.raw().locator("#send-alert")).hasText("Slow mode: wait for the count-down, then send again.");
        assertThat(boris.raw().locator("#text")).hasValue("second, too soon");
        assertThat(boris.raw().locator("#send")).isDisabled();
        assertThat(boris.raw().locator("#rule")).hasText("Slow mode: one every 20 s");
        assertEquals(List.of("first"), boris.chat());
        boris.picture("phone-slow-mode");
    }

    @Test
    void thePageFollowsTheRoomsRulesAndItsEnd() throws Exception {
        String room = room("");
        RoomPage boris = desktop("boris-page", room, hub.edge(2));
        assertThat(boris.raw().locator("#rule")).isHidden();

        admin("PATCH", "/api/rooms/" + room, "{\"policy\":{\"slowModeMs\":7000}}");
        assertThat(boris.raw().locator("#rule")).hasText("Slow mode: one every 7 s");
        admin("PATCH", "/api/rooms/" + room, "{\"policy\":{\"whoMaySend\":\"moderators\"}}");
        assertThat(boris.raw().locator("#text")).isDisabled();
        admin("DELETE", "/api/rooms/" + room, "");
        assertThat(boris.raw().locator("#banner-text")).hasText("This room is closed.");
        boris.picture("desktop-closed");
        assertEquals("[]", boris.violations());
    }

    @Test
    void whatIsDeletedIsTakenDownAndWhoGetsARoleOrIsBannedIsTold() throws Exception {
        String room = room("");
        RoomPage ann = host("ann-page", room, hub.edge(1));
        RoomPage boris = desktop("boris-page", room, hub.edge(2));
        ann.say("this stays");
        boris.say("delete this");
        ann.flying("delete this").waitFor();
        boris.chatLine("this stays").waitFor();

        admin("DELETE", "/api/rooms/" + room + "/events?user=boris-page", "");
        for (RoomPage page : List.of(ann, boris)) {
            assertThat(page.chatLine("delete this")).hasCount(0);
            assertThat(page.flying("delete this")).hasCount(0);
            assertEquals(List.of("this stays"), page.chat());
        }

        assertThat(boris.raw().locator("#me-role")).isHidden();
        admin("PUT", "/api/rooms/" + room + "/roles/boris-page", "{\"role\":\"vip\"}");
        assertThat(boris.raw().locator("#me-role")).hasText("vip");
        admin(
                "POST",
                "/api/rooms/" + room + "/sanctions",
                "{\"user\":\"boris-page\",\"kind\":\"ban\",\"reason\":\"spam\"}");
        assertThat(boris.raw().locator("#banner-text")).hasText("A moderator has put you out of this room.");
        assertThat(boris.raw().locator("#text")).isDisabled();
        ann.chatLine("boris-page is banned: spam").waitFor();
        boris.picture("desktop-banned");
        for (RoomPage page : List.of(ann, boris)) {
            assertEquals("[]", page.violations());
            assertEquals(List.of(), page.errors());
        }
    }

    @Test
    void withoutAGoodTokenThePageAsksForOne() throws Exception {
        String room = room("");
        try (var context = browser.somebody(DESKTOP_WIDTH, DESKTOP_HEIGHT)) {
            var page = context.newPage();
            page.navigate(hub.edge(1) + "/?room=" + room + "&token=nonsense");
            assertThat(page.locator("#entry-why")).containsText("does not accept this token");
            page.locator("#entry-token").fill(token("cy-page", Map.of()));
            page.locator("#entry button[type=submit]").click();
            assertThat(page.locator("#state-text")).hasText("Connected");
            assertThat(page.locator("#entry")).isHidden();
        }
    }

    private RoomPage host(String user, String room, URI edge) {
        return open(DESKTOP_WIDTH, DESKTOP_HEIGHT, edge, room, token(user, Map.of(room, Role.HOST)));
    }

    private RoomPage desktop(String user, String room, URI edge) {
        return open(DESKTOP_WIDTH, DESKTOP_HEIGHT, edge, room, token(user, Map.of()));
    }

    private RoomPage phone(String user, String room, URI edge) {
        return open(PHONE_WIDTH, PHONE_HEIGHT, edge, room, token(user, Map.of()));
    }

    private RoomPage open(int width, int height, URI edge, String room, String token) {
        RoomPage page = new RoomPage(browser, width, height, edge, room, token);
        pages.add(page);
        return page;
    }

    /** A token for a user such as ann-1, whose name is Ann. */
    private static String token(String user, Map<String, Role> roles) {
        String name = user.substring(0, 1).toUpperCase(Locale.ROOT) + user.substring(1, user.indexOf('-'));
        long expiresAtMs = System.currentTimeMillis() + TOKEN_TTL.toMillis();
        return hub.token(new Claims(user, name, Ids.DEFAULT_TENANT, roles, false, expiresAtMs));
    }

    private static void say(RoomPage page, int from, int to) {
        for (int i = from; i <= to; i++) {
            page.say("line " + i);
            page.chatLine("line " + i).last().waitFor();
        }
    }

    private static List<String> annsLines(RoomPage page) {
        return page.chat().stream().filter(text -> text.startsWith("line ")).toList();
    }

    private static String room(String policy) throws IOException, InterruptedException {
        String room = "page-" + System.currentTimeMillis() + "-" + rooms++;
        admin("POST", "/api/rooms", ROOM_JSON.formatted(room, policy));
        return room;
    }

    private static void admin(String method, String path, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(hub.edge(1).resolve(path))
                .header("Authorization", "Bearer " + hub.adminToken())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(json))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(2, response.statusCode() / 100, response.body());
    }
}
