package io.danmaku.standalone.page;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Clock;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An empty page that can import the JavaScript SDK, straight from the class path: there is no hub. Each test has one of its own, in a browser for
 * the class.
 */
final class SdkPage implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final String ORIGIN = "http://sdk.test";
    static final String WEB_SOCKET = "ws://sdk.test/ws";

    private TestBrowser browser;
    private BrowserContext somebody;
    private Page page;

    @Override
    public void beforeAll(ExtensionContext context) {
        browser = new TestBrowser();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        somebody = browser.somebody(800, 600);
        somebody.route(ORIGIN + "/**", SdkPage::serve);
        page = somebody.newPage();
        open();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (somebody != null) {
            somebody.close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (browser != null) {
            browser.close();
        }
    }

    /** Loads it anew: a routed WebSocket is one of a document opened after that. */
    void open() {
        page.navigate(ORIGIN + "/");
    }

    Page page() {
        return page;
    }

    /** From here on the pages' time goes on by {@link Clock#runFor} alone: on a slow machine its own time would be past what a test looks at. */
    Clock stoppedClock() {
        Clock clock = page.clock();
        clock.install(new Clock.InstallOptions().setTime("2026-01-01T00:00:00Z"));
        clock.pauseAt("2026-01-01T01:00:00Z");
        return clock;
    }

    /** Runs the body of an asynchronous function. What it returns comes as JSON. */
    String run(String body) {
        return (String) page.evaluate("async () => JSON.stringify(await (async () => {" + body + "})())");
    }

    private static void serve(Route route) {
        String path = URI.create(route.request().url()).getPath();
        Route.FulfillOptions answer = new Route.FulfillOptions();
        if (path.equals("/")) {
            route.fulfill(answer.setContentType("text/html").setBody("<!doctype html><title>SDK</title>"));
            return;
        }
        try (InputStream in = SdkPage.class.getResourceAsStream("/web" + path)) {
            if (in == null) {
                route.fulfill(answer.setStatus(404));
            } else {
                route.fulfill(answer.setContentType("text/javascript").setBodyBytes(in.readAllBytes()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
