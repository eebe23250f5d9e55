/**
 * The viewers of a room on one event loop, and how they are brought forward along the tail. Everything here runs on that event loop, but for
 * the wake-up. Hot: nothing allocates per viewer after warm-up.
 */
package io.danmaku.edge.audience;
