package io.danmaku.standalone.page;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;

/** An empty page that can import the JavaScript SDK, straight from the class path: there is no hub. */
final class SdkPage implements AutoCloseable {
    private static final String ORIGIN = "http://sdk.test";
    static final String WEB_SOCKET = "ws://sdk.test/ws";

    private final BrowserContext context;
    private final Page page;

    SdkPage(TestBrowser browser) {
        context = browser.somebody(800, 600);
        context.route(ORIGIN + "/**", SdkPage::serve);
        page = context.newPage();
        open();
    }

    /** Loads it anew: a routed WebSocket is one of a document opened after that. */
    void open() {
        page.navigate(ORIGIN + "/");
    }

    Page page() {
        return page;
    }

    /** Runs the body of an asynchronous function. What it returns comes as JSON. */
    String run(String body) {
        return (String) page.evaluate("async () => JSON.stringify(await (async () => {" + body + "})())");
    }

    @Override
    public void close() {
        context.close();
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
