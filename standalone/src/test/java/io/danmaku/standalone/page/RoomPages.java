package io.danmaku.standalone.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The shared hub, a browser for the class, and pages of people in rooms, which are closed behind each test. */
final class RoomPages implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    static final int WIDTH = 1280;
    static final int HEIGHT = 800;
    static final int PHONE_WIDTH = 360;
    static final int PHONE_HEIGHT = 740;

    private static final double WAIT_MS = 20_000;
    private static final long TOKEN_TTL_MS = 3_600_000;

    private final List<RoomPage> open = new ArrayList<>();
    private TestHub hub;
    private HubApi api;
    private TestBrowser browser;

    @Override
    public void beforeAll(ExtensionContext context) {
        hub = TestHub.get();
        api = new HubApi(hub);
        PlaywrightAssertions.setDefaultAssertionTimeout(WAIT_MS);
        browser = new TestBrowser();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        open.forEach(RoomPage::close);
        open.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (browser != null) {
            browser.close();
        }
    }

    TestHub hub() {
        return hub;
    }

    HubApi api() {
        return api;
    }

    TestBrowser browser() {
        return browser;
    }

    /** @param edge its number, from 1 */
    RoomPage viewer(String user, String room, int edge) {
        return viewer(user, room, hub.edge(edge));
    }

    /** @param at an address that leads to an edge */
    RoomPage viewer(String user, String room, URI at) {
        return opened(new RoomPage(browser, WIDTH, HEIGHT, at, room, hub.token(user)));
    }

    RoomPage phone(String user, String room, int edge) {
        return opened(new RoomPage(browser, PHONE_WIDTH, PHONE_HEIGHT, hub.edge(edge), room, hub.token(user)));
    }

    RoomPage moderator(String user, String room, int edge) {
        return as(Role.MODERATOR, user, room, edge);
    }

    RoomPage host(String user, String room, int edge) {
        return as(Role.HOST, user, room, edge);
    }

    private RoomPage as(Role role, String user, String room, int edge) {
        long expiresAtMs = System.currentTimeMillis() + TOKEN_TTL_MS;
        Claims claims = new Claims(user, user, Ids.DEFAULT_TENANT, Map.of(room, role), false, expiresAtMs);
        return opened(new RoomPage(browser, WIDTH, HEIGHT, hub.edge(edge), room, hub.token(claims)));
    }

    RoomPage guest(String room, int edge) {
        return opened(RoomPage.guest(browser, WIDTH, HEIGHT, hub.edge(edge), room));
    }

    private RoomPage opened(RoomPage page) {
        open.add(page);
        return page;
    }

    /** Fails when one of the open pages complains, or saw the hub break its promise. */
    void assertClean() {
        for (RoomPage page : open) {
            assertEquals("[]", page.violations());
            assertEquals(List.of(), page.errors());
        }
    }
}
