package io.danmaku.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.BoundingBox;
import io.danmaku.standalone.system.HubApi;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The room page in a real Chromium against the real hub: Ann is on the first edge, Boris on the second one. */
@Timeout(180)
final class RoomPageIT {
    @RegisterExtension
    static final RoomPages PAGES = new RoomPages();

    @Test
    void eachPageSeesTheOthersDanmakuFlyAndInTheChat() {
        String room = room();
        RoomPage ann = PAGES.host("ann-page", room, 1);
        RoomPage boris = PAGES.viewer("boris-page", room, 2);

        ann.say("Good evening everybody! 大家好");
        boris.flying("Good evening everybody! 大家好").waitFor();
        boris.say("<b>hello</b> from the second edge");
        ann.flying("<b>hello</b> from the second edge").waitFor();
        boris.flying("<b>hello</b> from the second edge").waitFor();

        for (RoomPage page : List.of(ann, boris)) {
            assertEquals(List.of("Good evening everybody! 大家好", "<b>hello</b> from the second edge"), page.chat());
        }
        PAGES.assertClean();
        assertThat(ann.raw().locator("#room-name")).hasText("late-night-synth");
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
    void theBrowserAgreesOnCompressedFramesAndReadsThem() {
        String room = room();
        RoomPage ann = PAGES.viewer("ann-page", room, 1);
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
            })\
            """).toString().startsWith("permessage-deflate"));
    }

    @Test
    void whoComesLaterSeesWhatWasSaidBefore() {
        String room = room();
        RoomPage ann = PAGES.viewer("ann-page", room, 1);
        ann.say("said before");
        ann.chatLine("said before").waitFor();

        RoomPage boris = PAGES.viewer("boris-page", room, 2);

        boris.chatLine("said before").waitFor();
        assertEquals("[]", boris.violations());
    }

    @Test
    void aDirectMessageReachesTheOtherPageAndItsAnswerComesBack() {
        String room = room();
        RoomPage ann = PAGES.viewer("ann-" + room, room, 1);
        RoomPage boris = PAGES.phone("boris-" + room, room, 2);
        boris.say("hi all");
        ann.chatLine("hi all").locator(".name").click();
        ann.raw().locator("#direct-text").fill("Hi Boris, nice to see you here.");
        ann.raw().locator("#direct-text").press("Enter");

        assertThat(boris.raw().locator("#unread")).hasText("1");
        boris.picture("phone-unread");
        boris.raw().locator("#tab-direct").click();
        boris.raw().locator("#boxes label:has(input[value=requests])").click();
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
        String room = room();
        RoomPage ann = PAGES.host("ann-page", room, 1);
        try (CuttableRelay relay = new CuttableRelay(PAGES.hub().edge(2))) {
            RoomPage boris = PAGES.viewer("boris-page", room, relay.address());
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
    void theSendBoxIsUsableAtAPhonesWidth() {
        String room = room();
        RoomPage boris = PAGES.phone("boris-page", room, 2);

        Locator text = boris.raw().locator("#text");
        Locator send = boris.raw().locator("#send");
        for (Locator part : List.of(text, send, boris.raw().locator("#style"))) {
            BoundingBox box = part.boundingBox();
            assertTrue(box.height >= 40, "large enough for a thumb: " + box.height);
            assertTrue(
                    box.x >= 0 && box.x + box.width <= RoomPages.PHONE_WIDTH,
                    "within the width: " + box.x + "+" + box.width);
            assertTrue(box.y + box.height <= RoomPages.PHONE_HEIGHT, "within the height: " + box.y + "+" + box.height);
        }
        assertTrue(text.boundingBox().width >= 180, "room for some words");
        assertEquals(
                RoomPages.PHONE_WIDTH,
                boris.raw().evaluate("() => document.documentElement.scrollWidth"),
                "nothing sticks out");

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
    void aRefusalIsToldInWordsAndTheTextStays() {
        String room = PAGES.api().createRoom("page", Map.of("slowModeMs", 20_000));
        RoomPage boris = PAGES.phone("boris-page", room, 2);
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
    void thePageFollowsTheRoomsRulesAndItsEnd() {
        String room = room();
        RoomPage boris = PAGES.viewer("boris-page", room, 2);
        assertThat(boris.raw().locator("#rule")).isHidden();

        done(PAGES.api().changePolicy(room, Map.of("slowModeMs", 7_000)));
        assertThat(boris.raw().locator("#rule")).hasText("Slow mode: one every 7 s");
        done(PAGES.api().changePolicy(room, Map.of("whoMaySend", "moderators")));
        assertThat(boris.raw().locator("#text")).isDisabled();
        done(PAGES.api().closeRoom(room));
        assertThat(boris.raw().locator("#banner-text")).hasText("This room is closed.");
        boris.picture("desktop-closed");
        assertEquals("[]", boris.violations());
    }

    @Test
    void whatIsDeletedIsTakenDownAndWhoGetsARoleOrIsBannedIsTold() {
        String room = room();
        RoomPage ann = PAGES.host("ann-page", room, 1);
        RoomPage boris = PAGES.viewer("boris-page", room, 2);
        ann.say("this stays");
        boris.say("delete this");
        ann.flying("delete this").waitFor();
        boris.chatLine("this stays").waitFor();

        done(PAGES.api().delete(PAGES.hub().adminToken(), room, "?user=boris-page"));
        for (RoomPage page : List.of(ann, boris)) {
            assertThat(page.chatLine("delete this")).hasCount(0);
            assertThat(page.flying("delete this")).hasCount(0);
            assertEquals(List.of("this stays"), page.chat());
        }

        assertThat(boris.raw().locator("#me-role")).isHidden();
        done(PAGES.api().give(PAGES.hub().adminToken(), room, "boris-page", "vip"));
        assertThat(boris.raw().locator("#me-role")).hasText("vip");
        done(PAGES.api().sanction(room, "boris-page", "ban"));
        assertThat(boris.raw().locator("#banner-text")).hasText("A moderator has put you out of this room.");
        assertThat(boris.raw().locator("#text")).isDisabled();
        ann.chatLine("boris-page is banned: test").waitFor();
        boris.picture("desktop-banned");
        PAGES.assertClean();
    }

    @Test
    void withoutAGoodTokenThePageAsksForOne() {
        String room = room();
        try (var context = PAGES.browser().somebody(RoomPages.WIDTH, RoomPages.HEIGHT)) {
            var page = context.newPage();
            page.navigate(PAGES.hub().edge(1) + "/?room=" + room + "&token=nonsense");
            assertThat(page.locator("#entry-why")).containsText("does not accept this token");
            page.locator("#entry-token").fill(PAGES.hub().token("cy-page"));
            page.locator("#entry button[type=submit]").click();
            assertThat(page.locator("#state-text")).hasText("Connected");
            assertThat(page.locator("#entry")).isHidden();
        }
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

    private static String room() {
        return PAGES.api().createRoom("late-night-synth", Map.of());
    }

    private static void done(HubApi.Reply reply) {
        assertEquals(2, reply.status() / 100, reply::toString);
    }
}
