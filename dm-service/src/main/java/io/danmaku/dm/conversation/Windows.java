package io.danmaku.dm.conversation;

/**
 * For how long after it was sent a message may be changed by its sender, by the broker's times. They decide what a record does, so they are the
 * same on all instances.
 *
 * @param editMs 0 = never
 * @param recallMs 0 = never
 */
public record Windows(long editMs, long recallMs) {}
