/**
 * The recent frames of a room, shared by all its viewers on this edge. The broadcaster's thread appends; event loops read. Hot: nothing
 * here allocates per viewer, locks, logs or reads a clock.
 */
package io.danmaku.edge.tail;
