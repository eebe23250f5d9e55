package io.danmaku.edge.audience;

import io.danmaku.edge.tail.Encoding;
import io.netty.channel.ChannelHandlerContext;

/** One connected socket in one room: a cursor. Touched on its event loop only. */
public final class Viewer {
    final ChannelHandlerContext socket;
    /** What its socket negotiated. */
    final Encoding encoding;
    /** Offset of the next event due. */
    long next;
    /** Number of the next batch in the tail, or -1: look it up by {@link #next}. */
    long cursor = -1;
    /** Has not stood at the head since it joined: gets full frames, however far behind. */
    boolean resuming = true;
    /** Fell behind: lean frames until it stands at the head again. */
    boolean lagging;
    /** A page of the log is on its way. */
    boolean catchingUp;
    /** Place in the audience's list, -1 when it has left. */
    int index = -1;

    Viewer(ChannelHandlerContext socket, Encoding encoding, long since) {
        this.socket = socket;
        this.encoding = encoding;
        next = since + 1;
    }

    /** Offset of the next event due. */
    public long next() {
        return next;
    }

    /** Whether it needs the log and nobody is reading it for this viewer. */
    public boolean waitsForLog() {
        return cursor < 0 && !catchingUp;
    }

    public boolean lagging() {
        return lagging;
    }
}
