package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.Outcome;
import io.danmaku.protocol.log.DirectRecord;

/** Who wants to know what became of records. Called on the partition's thread: must not block. */
@FunctionalInterface
public interface Outcomes {
    void tell(DirectRecord record, Outcome outcome);
}
