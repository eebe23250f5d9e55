/**
 * The page and the JavaScript SDK in a real Chromium. Everything here runs on the test's own thread: Playwright's objects
 * may not be shared.
 */
package io.danmaku.standalone.page;
