package io.danmaku.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.danmaku.protocol.room.Ids;
import io.danmaku.standalone.hub.RedisLine;
import io.danmaku.standalone.system.HubApi;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Direct messages on the room page, beyond writing and reading them: requests, changes, reports, settings. */
@Timeout(180)
final class DirectPageIT {
    @RegisterExtension
    static final RoomPages PAGES = new RoomPages();

    private static final int REPORTS_AN_HOUR = 10;
    /** The page asks for what it was not told every 36 to 54 s. */
    private static final double SYNCED_MS = 70_000;

    private String room;
    private String ann;
    private String boris;
    private int sent;

    @BeforeEach
    void names() {
        room = PAGES.api().createRoom("page-direct", Map.of());
        ann = "ann-" + room;
        boris = "boris-" + room;
    }

    /** With a token that may ask faster than a person. */
    private static HubApi.Reply ask(String user, String method, String path, Map<String, ?> body) {
        return PAGES.api()
                .ask(PAGES.hub().edge(2), method, "/api/dm/" + path, PAGES.hub().adminToken(user), body, Map.of());
    }

    private HubApi.Reply send(String from, String to, String text) {
        return ask(from, "POST", to + "/messages", Map.of("cid", "c" + ++sent, "kind", "text", "body", text));
    }

    private static Locator part(RoomPage page, String id) {
        return page.raw().locator("#" + id);
    }

    private static void box(RoomPage page, String box) {
        page.raw().locator("#boxes label:has(input[value=" + box + "])").click();
    }

    private static Locator contact(RoomPage page, String name) {
        return page.raw().locator("#contacts .contact", new Page.LocatorOptions().setHasText(name));
    }

    private static void act(RoomPage page, String text, String what) {
        page.bubble(text).locator(".bubble-more").click();
        page.bubble(text)
                .locator(".bubble-actions button", new Locator.LocatorOptions().setHasText(what))
                .click();
    }

    @Test
    void aStrangersRequestIsAcceptedOrItsSenderBlocked() {
        String cleo = "cleo-" + room;
        RoomPage page = PAGES.phone(ann, room, 1);
        assertEquals(201, send(boris, ann, "do you remember me?").status());
        assertEquals(201, send(cleo, ann, "buy this <b>now</b>").status());
        part(page, "tab-direct").click();
        assertThat(part(page, "requests-count")).hasText("2");
        assertThat(part(page, "contacts-empty")).isVisible();
        box(page, "requests");
        assertThat(page.raw().locator("#contacts .contact")).hasCount(2);
        page.picture("direct-requests-phone");

        contact(page, boris).click();
        assertThat(part(page, "peer-says")).containsText("You do not know this person yet.");
        page.picture("direct-request-phone");
        part(page, "peer-accept").click();
        assertThat(part(page, "direct-status")).containsText("Accepted");
        assertThat(part(page, "peer-bar")).isHidden();
        part(page, "conversation-back").click();
        assertThat(part(page, "requests-count")).hasText("1");

        contact(page, cleo).click();
        part(page, "peer-block").click();
        assertThat(part(page, "peer-says")).containsText("You have blocked this person");
        assertEquals(403, send(cleo, ann, "and this").status());
        page.picture("direct-blocked-phone");
        part(page, "peer-block").click();
        assertThat(part(page, "direct-status")).hasText("This person may write to you again.");
        assertEquals(201, send(cleo, ann, "sorry").status());
        page.bubble("sorry").waitFor();
        part(page, "conversation-back").click();

        box(page, "inbox");
        assertEquals(
                200,
                ask(ann, "PUT", boris + "/relation", Map.of("remark", "Bo <i>B.</i>"))
                        .status());
        assertThat(page.raw().locator("#contacts .contact-name")).hasText(new String[] {"Bo <i>B.</i>"});
        PAGES.assertClean();
    }

    @Test
    void messagesAreEditedTakenBackSignedHiddenAndReported() {
        RoomPage page = PAGES.viewer(ann, room, 1);
        RoomPage other = PAGES.phone(boris, room, 2);
        other.say("hi all");
        page.chatLine("hi all").locator(".name").click();
        for (String text : List.of("one", "two", "three")) {
            part(page, "direct-text").fill(text);
            part(page, "direct-text").press("Enter");
            page.bubble(text).locator(".bubble-more").waitFor();
        }
        part(other, "tab-direct").click();
        box(other, "requests");
        contact(other, ann).click();

        act(page, "one", "Edit");
        assertThat(part(page, "direct-text")).hasValue("one");
        page.picture("direct-edit");
        part(page, "direct-text").fill("first");
        part(page, "direct-text").press("Enter");
        other.bubble("first (edited)").waitFor();
        assertThat(part(page, "editing")).isHidden();
        act(page, "two", "Take back");
        other.bubble("(taken back)").waitFor();
        act(other, "three", "😂");
        page.bubble("three 😂").waitFor();
        other.bubble("three 😂").locator(".bubble-more").click();
        assertThat(other.bubble("three 😂").locator("button[aria-pressed=true]"))
                .hasText("😂");
        other.picture("direct-actions-phone");
        other.bubble("three 😂").locator("button[aria-pressed=true]").press("Escape");
        act(other, "(taken back)", "Hide");
        assertThat(other.raw().locator("#bubbles .bubble-text")).hasText(new String[] {"first (edited)", "three 😂"});
        assertThat(page.raw().locator("#bubbles .bubble")).hasCount(3);

        part(other, "peer-report").click();
        assertThat(part(other, "report-send")).isDisabled();
        other.raw().locator("#bubbles .pick").first().check();
        other.raw().locator("#bubbles .pick").last().check();
        part(other, "report-category").selectOption("harassment");
        part(other, "report-reason").fill("<b>not</b> nice");
        other.picture("direct-report-phone");
        part(other, "report-send").click();
        assertThat(part(other, "direct-status")).containsText("Reported.");
        JsonNode report = reports().get(0);
        assertEquals("<b>not</b> nice", report.get("reason").asText());
        assertEquals("harassment", report.get("category").asText());
        assertEquals(2, report.get("mids").size());

        reportTillNoMoreIsTaken();
        part(other, "peer-report").click();
        other.raw().locator("#bubbles .pick").first().check();
        part(other, "report-category").selectOption("other");
        part(other, "report-reason").fill("again");
        part(other, "report-send").click();
        assertThat(part(other, "direct-alert")).containsText("Not reported. Too much at a time. Try again in");
        assertThat(part(other, "report-reason")).hasValue("again");
        PAGES.assertClean();
    }

    @Test
    void eitherChoosesForHowLongMessagesLiveAndBothPagesShowIt() {
        assertEquals(201, send(ann, boris, "how long?").status());
        assertEquals(201, send(boris, ann, "not for ever").status());
        RoomPage page = PAGES.viewer(ann, room, 1);
        RoomPage other = PAGES.phone(boris, room, 2);
        openConversation(page, boris);
        openConversation(other, ann);
        assertThat(part(page, "expiry-says")).isHidden();
        for (RoomPage each : List.of(page, other)) {
            assertThat(part(each, "peer-expiry")).isVisible();
            assertThat(part(each, "peer-expiry")).hasValue("0");
        }
        part(page, "peer-expiry").selectOption("3600");
        assertThat(part(page, "direct-status")).hasText("From now on what you both write goes after 1 hour.");
        assertThat(part(other, "direct-status")).containsText(": from now on what you both write goes after 1 hour.");
        for (RoomPage each : List.of(page, other)) {
            assertThat(part(each, "expiry-says")).hasText("New messages go after 1 hour.");
            assertThat(part(each, "peer-expiry")).hasValue("3600");
        }
        page.picture("direct-expiry");
        other.picture("direct-expiry-phone");
        assertEquals(201, send(boris, ann, "an hour").status());
        JsonNode message =
                ask(ann, "GET", boris + "/messages?limit=1", null).body().at("/messages/0");
        assertEquals(
                3_600_000, message.get("expires").asLong() - message.get("ts").asLong());

        assertEquals(
                200, ask(boris, "PUT", ann + "/expiry", Map.of("seconds", 90)).status());
        assertThat(part(page, "expiry-says")).hasText("New messages go after 90 seconds.");
        assertThat(part(page, "peer-expiry")).hasValue("90");
        page.raw().reload();
        openConversation(page, boris);
        assertThat(part(page, "expiry-says")).hasText("New messages go after 90 seconds.");
        assertThat(part(page, "peer-expiry")).hasValue("90");

        assertEquals(200, ask(boris, "PUT", ann + "/block", null).status());
        part(page, "peer-expiry").selectOption("0");
        assertThat(part(page, "direct-alert")).hasText("This person does not take messages from you.");
        assertThat(part(page, "peer-expiry")).hasValue("90");
        assertThat(part(page, "expiry-says")).hasText("New messages go after 90 seconds.");
        assertEquals(200, ask(boris, "DELETE", ann + "/block", null).status());
        part(page, "peer-expiry").selectOption("0");
        assertThat(part(page, "direct-status")).hasText("From now on what you both write stays.");
        assertThat(part(page, "direct-alert")).isEmpty();
        for (RoomPage each : List.of(page, other)) {
            assertThat(part(each, "expiry-says")).isHidden();
        }
        PAGES.assertClean();
    }

    private static void openConversation(RoomPage page, String peer) {
        part(page, "tab-direct").click();
        contact(page, peer).click();
        part(page, "peer-more").click();
    }

    private List<JsonNode> reports() {
        JsonNode all = PAGES.api()
                .get("/api/dm/reports?limit=200", PAGES.hub().adminToken())
                .body()
                .get("reports");
        return StreamSupport.stream(all.spliterator(), false)
                .filter(report -> report.get("reporter").asText().equals(boris))
                .toList();
    }

    private void reportTillNoMoreIsTaken() {
        int status = 201;
        // an hour of the clock may end meanwhile
        for (int i = 0; i < 2 * REPORTS_AN_HOUR && status == 201; i++) {
            String mid = send(ann, boris, "n" + i).body().get("mid").asText();
            status = ask(boris, "POST", "reports", Map.of("peer", ann, "mids", List.of(mid), "reason", "more"))
                    .status();
        }
        assertEquals(429, status);
    }

    @Test
    void whatIsChosenInTheSettingsIsInForceAndStays() {
        RoomPage page = PAGES.viewer(ann, room, 1);
        part(page, "tab-direct").click();
        part(page, "settings-open").click();
        assertThat(part(page, "settings-title")).isFocused();
        assertThat(part(page, "set-writers")).hasValue("all");
        part(page, "set-writers").selectOption("contacts");
        part(page, "set-strangers").fill("2");
        part(page, "set-online").selectOption("nobody");
        part(page, "settings-save").click();
        assertThat(part(page, "settings-status")).hasText("Saved.");
        page.picture("direct-settings");
        assertEquals(403, send(boris, ann, "hello?").status());

        page.raw().reload();
        part(page, "tab-direct").click();
        part(page, "settings-open").click();
        assertThat(part(page, "set-writers")).hasValue("contacts");
        assertThat(part(page, "set-strangers")).hasValue("2");
        assertThat(part(page, "set-online")).hasValue("nobody");
        PAGES.assertClean();
    }

    @Test
    void whatNoPushHasBroughtBecauseOfRedisIsShownWithoutAReload() throws IOException {
        RoomPage page = PAGES.viewer(ann, room, 1);
        assertEquals(201, send(boris, ann, "hello").status());
        part(page, "tab-direct").click();
        box(page, "requests");
        contact(page, boris).click();
        page.bubble("hello").waitFor();
        Object session = session(page);
        page.raw()
                .evaluate(
                        "() => { window.__danmaku.on('dm', ({ message, live }) => { (window.live ??= {})[message.body] ??= live; }); }");

        PAGES.hub().pause("redis");
        try {
            assertEquals(201, send(boris, ann, "Redis stands still").status(), "it is acknowledged all the same");
        } finally {
            PAGES.hub().resume("redis");
        }
        Locator.WaitForOptions synced = new Locator.WaitForOptions().setTimeout(SYNCED_MS);
        page.bubble("Redis stands still").waitFor(synced);

        String unpushed = sendWhileNobodyIsInTheDirectory();
        page.bubble(unpushed).waitFor(synced);
        assertEquals(false, page.raw().evaluate("body => window.live[body]", unpushed), "a sync has brought it");
        assertEquals(session, session(page), "on the same connection");
        PAGES.assertClean();
    }

    private static Object session(RoomPage page) {
        return page.raw().evaluate("() => window.__danmaku.identity.session");
    }

    /** Each edge enters its devices again when it renews their leases, every 10 s. */
    private String sendWhileNobodyIsInTheDirectory() throws IOException {
        String text;
        do {
            assertEquals("+OK", RedisLine.ask(PAGES.hub(), "FLUSHALL"));
            text = "Redis is empty " + sent;
            assertEquals(201, send(boris, ann, text).status());
        } while (!RedisLine.ask(PAGES.hub(), "EXISTS dir:" + Ids.DEFAULT_TENANT + ":" + ann)
                .equals(":0"));
        return text;
    }
}
