package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.protocol.command.Refusal;
import io.netty.buffer.ByteBuf;

/**
 * What a connection speaks: its client's messages become commands, and what is to be said becomes frames. Knows nothing of a
 * connection beyond its calls, so one serves all connections; on their event loops.
 */
interface Dialect {
    /** Whether messages are binary frames; else they are text frames. */
    boolean binary();

    /**
     * How rooms' batches go out.
     *
     * @param compressed whether compressed frames were agreed on
     */
    Encoding encoding(boolean compressed);

    /**
     * Whether a connection is there to read one room: then it gets no direct messages, and ends where the other one stays, with
     * the room and with whatever is refused.
     */
    boolean readsOneRoom();

    /** Takes one whole message of the client; broken ones are answered, not thrown. */
    void take(Connection connection, ByteBuf message);

    /** A command was carried out. @return null when nothing is said of it */
    ByteBuf done(Connection connection, long id, ObjectNode ok);

    /**
     * Something is refused.
     *
     * @param id the command's, or -1 when it belongs to none
     */
    ByteBuf refused(Connection connection, long id, Refusal refusal);

    /** Something is told that is JSON. @return null where this dialect has no form for it */
    ByteBuf told(byte[] json);
}
