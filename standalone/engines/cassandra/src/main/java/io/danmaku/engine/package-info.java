/** What stands between the launcher and an engine's own start. */
package io.danmaku.engine;
