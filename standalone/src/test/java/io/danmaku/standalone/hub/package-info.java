/** A whole hub for tests: {@link io.danmaku.standalone.hub.TestHub} is the one that all integration tests of a run share. */
package io.danmaku.standalone.hub;
