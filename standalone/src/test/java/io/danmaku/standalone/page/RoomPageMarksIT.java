package io.danmaku.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replies, emotes and what is pinned, on the room page. */
@Timeout(180)
final class RoomPageMarksIT {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 800;
    private static final double WAIT_MS = 20_000;

    private static TestHub hub;
    private static TestBrowser browser;

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

    private static RoomPage open(String user, String room, int edge) {
        return new RoomPage(browser, WIDTH, HEIGHT, hub.edge(edge), room, hub.token(user));
    }

    @Test
    void aReplyAndThePinAreShownAndGoWithWhatIsDeleted() {
        HubApi api = new HubApi(hub);
        String room = api.createRoom("page-marks", Map.of());
        String moderator = hub.hostToken("m", room);
        RoomPage ann = open("ann", room, 1);
        RoomPage late = null;
        try (Clients clients = new Clients(1);
                Witness boris = Witness.viewer(clients, hub, "boris", 2)) {
            boris.join(room);
            long o = boris.say(room, "q", "<b>who</b> is there?");
            ann.chatLine("<b>who</b> is there?").waitFor();

            ObjectNode d = JsonNodeFactory.instance.objectNode().put("text", "@ann look :cat: here");
            d.putObject("reply").put("o", o).put("user", "boris");
            d.putArray("mentions").add("ann");
            d.putArray("emotes").addObject().put("id", "cat").put("from", 10).put("to", 15);
            assertTrue(boris.wait(boris.client().send(room, "chat", "r", d)).acknowledged());
            assertThat(ann.raw().locator("#chat .to-me .said")).hasText("@ann look :cat: here");
            assertThat(ann.raw().locator("#chat .to-me .emote")).hasText(":cat:");
            assertThat(ann.raw().locator("#chat .quote")).hasText("↩ boris: <b>who</b> is there?");

            assertThat(ann.raw().locator("#pin")).isHidden();
            assertEquals(
                    200,
                    api.pin(moderator, room, Map.of("o", o, "user", "boris")).status());
            assertThat(ann.raw().locator("#pin-text")).hasText("boris: <b>who</b> is there?");
            ann.picture("pinned");
            late = open("late", room, 2);
            assertThat(late.raw().locator("#pin-text")).hasText("boris: <b>who</b> is there?");

            assertEquals(200, api.delete(moderator, room, "/" + o).status());
            for (RoomPage page : List.of(ann, late)) {
                assertThat(page.raw().locator("#pin")).isHidden();
                assertThat(page.raw().locator("#chat .quote")).hasText("↩ a deleted comment");
                assertEquals("[]", page.violations());
                assertEquals(List.of(), page.errors());
            }
            assertEquals(
                    200,
                    api.pin(moderator, room, Map.of("text", "for a while", "seconds", 2))
                            .status());
            assertThat(ann.raw().locator("#pin-text")).hasText("for a while");
            assertThat(ann.raw().locator("#pin")).isHidden();
        } finally {
            ann.close();
            if (late != null) {
                late.close();
            }
        }
    }

    @Test
    void whoWritesSeesThatTheRoomIsGuardedAgainstARaid() {
        HubApi api = new HubApi(hub);
        String room = api.createRoom("page-raid", Map.of());
        String moderator = hub.hostToken("m", room);
        RoomPage ann = open("ann", room, 1);
        RoomPage late = null;
        try {
            ann.raw().locator("#state[data-state=open]").waitFor();
            assertThat(ann.raw().locator("#raid")).isHidden();
            assertEquals(
                    200, api.raid(moderator, room, Map.of("step", "members")).status());
            String words = "This room is guarded against a raid for a while: only members may write.";
            assertThat(ann.raw().locator("#raid")).hasText(words);
            late = open("late", room, 2);
            assertThat(late.raw().locator("#raid")).hasText(words);
            assertEquals(200, api.endRaid(moderator, room).status());
            for (RoomPage page : List.of(ann, late)) {
                assertThat(page.raw().locator("#raid")).isHidden();
                assertEquals(List.of(), page.errors());
            }
        } finally {
            ann.close();
            if (late != null) {
                late.close();
            }
        }
    }
}
