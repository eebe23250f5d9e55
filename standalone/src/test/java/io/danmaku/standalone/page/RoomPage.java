package io.danmaku.standalone.page;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.danmaku.protocol.room.Ids;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The page of one person in one room, with the words that its tests use. */
final class RoomPage {

    /** A first danmaku may meet a broker that has just started. */
    private static final double WAIT_MS = 30_000;

    private final BrowserContext context;
    private final Page page;
    private final String room;
    private final List<String> errors = new ArrayList<>();

    RoomPage(TestBrowser browser, int width, int height, URI hub, String room, String token) {
        this(browser, width, height, hub, room, "token", token);
    }

    /** The page of somebody who is let in as a guest. */
    static RoomPage guest(TestBrowser browser, int width, int height, URI hub, String room) {
        return new RoomPage(browser, width, height, hub, room, "guest", Ids.DEFAULT_TENANT);
    }

    private RoomPage(TestBrowser browser, int width, int height, URI hub, String room, String with, String value) {
        this.room = room;
        context = browser.somebody(width, height);
        page = context.newPage();
        page.setDefaultTimeout(WAIT_MS);
        page.onPageError(errors::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text());
            }
        });
        page.navigate(hub + "/?room=" + room + "&" + with + "=" + value);
        await(() -> "joined".equals(counts().get("state")));
    }

    Page raw() {
        return page;
    }

    /** What the page complained about: scripts that failed, what the content security policy forbade, … */
    List<String> errors() {
        return errors;
    }

    void say(String text) {
        page.locator("#text").fill(text);
        page.locator("#send").click();
    }

    /** The comments in the chat list, oldest first. */
    List<String> chat() {
        return page.locator("#chat .line .said").allTextContents();
    }

    Locator chatLine(String text) {
        return page.locator("#chat .line", new Page.LocatorOptions().setHasText(text));
    }

    /** A comment on the stage; it is there for some seconds. */
    Locator flying(String text) {
        return page.locator("#flying .fly", new Page.LocatorOptions().setHasText(text));
    }

    Locator bubble(String text) {
        return page.locator("#bubbles .bubble", new Page.LocatorOptions().setHasText(text));
    }

    /** What the SDK counted in the room: state, last, frames, events, violations, … */
    @SuppressWarnings("unchecked")
    Map<String, Object> counts() {
        Object counts = page.evaluate("room => window.__danmaku?.counts(room) ?? {}", room);
        return (Map<String, Object>) counts;
    }

    /** Everything in which the hub broke its promise. */
    String violations() {
        return (String) page.evaluate("() => JSON.stringify(window.__danmaku.violations)");
    }

    String connection() {
        return (String) page.evaluate("() => window.__danmaku.state");
    }

    void await(BooleanSupplier condition) {
        page.waitForCondition(condition, new Page.WaitForConditionOptions().setTimeout(WAIT_MS));
    }

    /** Keeps a picture for a person to look at. */
    void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "pages", name + ".png")));
    }

    void close() {
        context.close();
    }
}
