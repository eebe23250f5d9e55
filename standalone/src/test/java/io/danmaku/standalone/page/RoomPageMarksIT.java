package io.danmaku.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Replies, emotes and what is pinned, on the room page. */
@Timeout(180)
final class RoomPageMarksIT {
    @RegisterExtension
    static final RoomPages PAGES = new RoomPages();

    @Test
    void aReplyAndThePinAreShownAndGoWithWhatIsDeleted() {
        HubApi api = PAGES.api();
        String room = api.createRoom("page-marks", Map.of());
        String moderator = PAGES.hub().hostToken("m", room);
        RoomPage ann = PAGES.viewer("ann", room, 1);
        try (Clients clients = new Clients(1);
                Witness boris = Witness.viewer(clients, PAGES.hub(), "boris", 2)) {
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
            RoomPage late = PAGES.viewer("late", room, 2);
            assertThat(late.raw().locator("#pin-text")).hasText("boris: <b>who</b> is there?");

            assertEquals(200, api.delete(moderator, room, "/" + o).status());
            for (RoomPage page : List.of(ann, late)) {
                assertThat(page.raw().locator("#pin")).isHidden();
                assertThat(page.raw().locator("#chat .quote")).hasText("↩ a deleted comment");
            }
            PAGES.assertClean();
            assertEquals(
                    200,
                    api.pin(moderator, room, Map.of("text", "for a while", "seconds", 2))
                            .status());
            assertThat(ann.raw().locator("#pin-text")).hasText("for a while");
            assertThat(ann.raw().locator("#pin")).isHidden();
        }
    }

    @Test
    void whoWritesSeesThatTheRoomIsGuardedAgainstARaid() {
        HubApi api = PAGES.api();
        String room = api.createRoom("page-raid", Map.of());
        String moderator = PAGES.hub().hostToken("m", room);
        RoomPage ann = PAGES.viewer("ann", room, 1);
        ann.raw().locator("#state[data-state=open]").waitFor();
        assertThat(ann.raw().locator("#raid")).isHidden();
        assertEquals(200, api.raid(moderator, room, Map.of("step", "members")).status());
        String words = "This room is guarded against a raid for a while: only members may write.";
        assertThat(ann.raw().locator("#raid")).hasText(words);
        RoomPage late = PAGES.viewer("late", room, 2);
        assertThat(late.raw().locator("#raid")).hasText(words);
        assertEquals(200, api.endRaid(moderator, room).status());
        for (RoomPage page : List.of(ann, late)) {
            assertThat(page.raw().locator("#raid")).isHidden();
        }
        PAGES.assertClean();
    }
}
