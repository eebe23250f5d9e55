package io.danmaku.room.membership;

import java.util.List;

/**
 * Some of who is in a room.
 *
 * @param viewers by user; of a sample in no order
 * @param sampled whether these are some of too many to be listed
 * @param top those who rank highest, where it is a sample
 * @param cursor goes on behind this page, null = it is the last
 */
public record ViewerPage(List<Viewer> viewers, boolean sampled, List<Viewer> top, String cursor) {}
