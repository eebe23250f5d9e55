package io.danmaku.dm.conversation;

import io.danmaku.protocol.log.DirectRecord;

/**
 * A record and where the log holds it.
 *
 * @param index the broker's index of it in its partition, from 0 without gaps
 * @param tsMs the broker's time of it
 */
public record LoggedRecord(DirectRecord record, int partition, long index, long tsMs) {}
