package io.danmaku.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Locator;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a room's rules and its moderators let one do, on the room page: told in words, and not offered where it would be refused. */
@Timeout(180)
final class RoomPageRulesIT {
    @RegisterExtension
    static final RoomPages PAGES = new RoomPages();

    private static final Duration SOON = Duration.ofSeconds(10);

    private static Locator part(RoomPage page, String id) {
        return page.raw().locator("#" + id);
    }

    @Test
    void whatIsHeldIsAnsweredByEitherOfTwoModeratorsOnTheirPages() {
        String room = PAGES.api().createRoom("page-held", Map.of("holdAll", true));
        RoomPage ann = PAGES.viewer("ann", room, 1);
        RoomPage first = PAGES.moderator("m1", room, 1);
        ann.say("<b>look</b> at me");
        ann.chatLine("Your comment waits for a moderator.").waitFor();
        assertThat(part(first, "held-list").locator(".said")).hasText("ann: <b>look</b> at me");
        // who comes later finds what waits already
        RoomPage second = PAGES.moderator("m2", room, 2);
        assertThat(part(second, "held-list").locator(".said")).hasText("ann: <b>look</b> at me");
        assertThat(part(second, "held-list").locator(".why")).hasText("all are looked at");
        second.picture("held");
        assertEquals(List.of(), ann.chat());

        part(second, "held-list").locator("button").first().click();
        for (RoomPage page : List.of(ann, first, second)) {
            page.chatLine("<b>look</b> at me").waitFor();
        }
        assertThat(part(first, "held")).isHidden();
        assertThat(part(second, "held")).isHidden();

        ann.say("not nice");
        for (RoomPage page : List.of(first, second)) {
            assertThat(part(page, "held-list").locator(".said")).hasText("ann: not nice");
        }
        part(first, "held-list").locator("button").last().click();
        assertThat(part(first, "held")).isHidden();
        assertThat(part(second, "held")).isHidden();
        assertThat(part(ann, "held")).isHidden();
        for (RoomPage page : List.of(ann, first, second)) {
            assertEquals(List.of("<b>look</b> at me"), page.chat());
        }
        PAGES.assertClean();
    }

    @Test
    void whoIsMutedIsToldSoAndOthersToo() {
        String room = PAGES.api().createRoom("page-mute", Map.of());
        RoomPage ann = PAGES.viewer("ann", room, 1);
        RoomPage boris = PAGES.viewer("boris", room, 2);
        HubApi.Reply mute = PAGES.api().mute(room, "ann", 600);
        assertEquals(201, mute.status(), mute::toString);
        ann.chatLine("You are muted for 10 min: test").waitFor();
        boris.chatLine("ann is muted for 10 min: test").waitFor();

        ann.say("let me speak");
        assertThat(part(ann, "send-alert"))
                .hasText("A moderator has muted you for another 10 min. You can go on reading.");
        assertThat(part(ann, "text")).hasValue("let me speak");
        part(ann, "like").click();
        ann.chatLine("A moderator has muted you for another").waitFor();
        ann.picture("muted");

        assertEquals(2, PAGES.api().unmute(room, mute.body().get("id").asText()).status() / 100);
        ann.chatLine("You may write again.").waitFor();
        boris.chatLine("ann may write again.").waitFor();
        assertEquals(List.of(), boris.chat());
        PAGES.assertClean();
    }

    @Test
    void whatARoomAsksOfWhoWritesIsToldBeforeAndWithTheRefusal() {
        assertRefused(
                Map.of("emoteOnly", true),
                "Emotes only",
                "The rules of this room do not take that: chats here have emotes and spaces only.");
        assertRefused(Map.of("levelMin", 5), "From level 5 on", "Only from level 5 on may one write in this room now.");
        assertRefused(
                Map.of("followerMinutes", 0),
                "Followers only",
                "Only who follows this room may write here now. Follow it to chat.");
        PAGES.assertClean();
    }

    private void assertRefused(Map<String, ?> policy, String rule, String words) {
        String room = PAGES.api().createRoom("page-rule", policy);
        RoomPage ann = PAGES.viewer("ann", room, 1);
        assertThat(part(ann, "rule")).hasText(rule);
        ann.say("hello");
        assertThat(part(ann, "send-alert")).hasText(words);
        assertThat(part(ann, "text")).hasValue("hello");
        assertEquals(List.of(), ann.chat());
    }

    @Test
    void onlyTheStylesThatTheRoomTakesAreOffered() {
        String room = PAGES.api().createRoom("page-styles", Map.of());
        RoomPage ann = PAGES.viewer("ann", room, 1);
        RoomPage moderator = PAGES.moderator("m", room, 2);
        try (Clients clients = new Clients(1);
                Witness boris = Witness.viewer(clients, PAGES.hub(), "boris", 2)) {
            boris.join(room);
            ann.raw().locator("#tray label:has(input[value=top])").click();
            ann.raw().locator("#tray label:has(input[value='36'])").click();
            ann.raw().locator("label[title=Pink]").click();
            ann.say("as I like");
            ann.chatLine("as I like").waitFor();

            assertEquals(
                    200,
                    PAGES.api().changePolicy(room, Map.of("styles", "scroll")).status());
            assertThat(part(ann, "modes")).isHidden();
            assertThat(part(ann, "colours")).isVisible();
            ann.say("moving");
            ann.chatLine("moving").waitFor();

            assertEquals(
                    200,
                    PAGES.api().changePolicy(room, Map.of("styles", "plain")).status());
            for (String part : List.of("modes", "sizes", "colours")) {
                assertThat(part(ann, part)).isHidden();
                assertThat(part(moderator, part)).isVisible();
            }
            ann.say("plainly");
            ann.chatLine("plainly").waitFor();
            moderator.chatLine("plainly").waitFor();
            List<String> taken = List.of("top #ff8ac4 36", "scroll #ff8ac4 36", "scroll #ffffff 25");
            Eventually.await(
                    SOON,
                    "each is of a style that the room takes",
                    () -> styles(boris).equals(taken));

            assertEquals(
                    200, PAGES.api().changePolicy(room, Map.of("styles", "all")).status());
            assertThat(part(ann, "modes")).isVisible();
            PAGES.assertClean();
        }
    }

    private static List<String> styles(Witness witness) {
        return witness.events("chat").values().stream()
                .map(event -> event.get("d"))
                .map(d -> d.get("mode").asText() + " " + d.get("color").asText() + " " + d.get("size"))
                .toList();
    }

    @Test
    void aStepAgainstARaidThatHoldsCommentsIsTold() {
        String room = PAGES.api().createRoom("page-raid-held", Map.of());
        RoomPage ann = PAGES.viewer("ann", room, 1);
        assertEquals(
                200,
                PAGES.api()
                        .raid(PAGES.hub().hostToken("h", room), room, Map.of("step", "held"))
                        .status());
        assertThat(part(ann, "raid"))
                .hasText("This room is guarded against a raid for a while: every comment waits for a moderator.");
        PAGES.assertClean();
    }

    @Test
    void aGuestReadsWhereTheRoomTakesGuestsAndIsToldThatItIsAllThereIs() {
        String shut = PAGES.api().createRoom("page-no-guests", Map.of());
        String room = PAGES.api().createRoom("page-guests", Map.of("guests", true));
        assertEquals(200, PAGES.api().live(room, true).status());
        try (Clients clients = new Clients(1);
                var somebody = PAGES.browser().somebody(RoomPages.WIDTH, RoomPages.HEIGHT);
                Witness boris = Witness.viewer(clients, PAGES.hub(), "boris", 2)) {
            boris.join(room);
            boris.say(room, "a", "said before");

            RoomPage guest = PAGES.guest(room, 1);
            guest.chatLine("said before").waitFor();
            assertThat(part(guest, "live")).hasText("Live");
            assertThat(part(guest, "room-name")).hasText("page-guests");
            assertThat(part(guest, "me-role")).hasText("guest");
            assertThat(part(guest, "text")).isDisabled();
            assertThat(part(guest, "text")).hasAttribute("placeholder", "Guests only read. Come with a token to write");
            assertThat(part(guest, "send")).isDisabled();
            assertThat(part(guest, "like")).isDisabled();
            assertThat(part(guest, "tab-direct")).isHidden();
            boris.say(room, "b", "said now");
            guest.chatLine("said now").waitFor();
            assertThat(guest.chatLine("said now").locator(".name")).isDisabled();
            guest.picture("guest");

            // by the dialog, first into a room that takes none
            var page = somebody.newPage();
            page.navigate(PAGES.hub().edge(2) + "/?room=" + shut);
            page.locator("#entry-guest").click();
            assertThat(page.locator("#entry-why"))
                    .hasText("This room takes no guests now. With a token you may enter.");
            page.locator("#entry-room").fill(room);
            page.locator("#entry-guest").click();
            assertThat(page.locator("#chat .line .said").first()).hasText("said before");
            assertThat(page.locator("#entry")).isHidden();
            PAGES.assertClean();
        }
    }
}
