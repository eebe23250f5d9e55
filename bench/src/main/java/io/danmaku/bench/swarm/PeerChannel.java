package io.danmaku.bench.swarm;

import io.danmaku.bench.load.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * One viewer of whatever server: it says its {@link Dialog}, and from then on looks for the mark of messages in all that comes, frames' heads
 * and all, so that a message costs the same whoever sent it. Only what a read ends in the middle of is copied. On its event loop only.
 */
final class PeerChannel extends ChannelInboundHandlerAdapter {
    /** Tells of the life of viewers; called on the event loop. */
    interface Life {
        /** Messages will reach it from now on. */
        void joined();

        /** They never will. */
        void failed(String why);
    }

    private static final byte[] MARK = Scan.ascii(Kind.CHAT_MARK);
    private static final char MARK_START = (char) MARK[0];
    private static final byte[] SPACE = {' '};
    private static final byte[] SWITCHING = Scan.ascii("HTTP/1.1 101");
    private static final byte[] HEAD_END = Scan.ascii("\r\n\r\n");
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final int TOLD_BYTES_MAX = 300;

    private enum State {
        HANDSHAKE,
        JOINING,
        JOINED,
        OVER
    }

    private final Dialog dialog;
    private final String hello;
    private final byte[] joinedMark;
    private final Counts counts;
    private final Latency latency;
    private final Scan scan;
    private final Life life;
    /** Numbers of the messages seen; null for who only counts. */
    private final BitSet seen;

    private State state = State.HANDSHAKE;
    private ChannelHandlerContext context;
    private ByteBuf kept;

    /** @param token takes the place of the one in the hello */
    PeerChannel(Dialog dialog, String token, boolean checks, Counts counts, Latency latency, Scan scan, Life life) {
        this.dialog = dialog;
        this.hello = dialog.hello().replace("{token}", token);
        joinedMark = Scan.ascii(dialog.joined());
        this.counts = counts;
        this.latency = latency;
        this.scan = scan;
        this.life = life;
        seen = checks ? new BitSet() : null;
    }

    @Override
    public void channelActive(ChannelHandlerContext opened) {
        context = opened;
        write(hello);
        if (!dialog.webSocket()) {
            open();
        }
    }

    private void write(String text) {
        context.writeAndFlush(
                context.alloc().buffer(text.length()).writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private void open() {
        state = State.JOINING;
        dialog.openers().forEach(this::say);
        if (dialog.joined().isEmpty()) {
            joined();
        }
    }

    private void joined() {
        state = State.JOINED;
        life.joined();
    }

    private void say(String text) {
        if (!dialog.webSocket()) {
            write(text);
            return;
        }
        context.writeAndFlush(ClientFrames.text(context.alloc(), text));
    }

    void keepAlive() {
        if (state != State.JOINED) {
            return;
        }
        if (!dialog.keepAlive().isEmpty()) {
            say(dialog.keepAlive());
        } else if (dialog.webSocket()) {
            context.writeAndFlush(ClientFrames.ping(context.alloc()));
        }
    }

    void close() {
        state = State.OVER;
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        ByteBuf in = (ByteBuf) message;
        counts.bytes += in.readableBytes();
        long nowNs = System.nanoTime();
        if (kept != null) {
            kept.writeBytes(in);
            in.release();
            in = kept;
            kept = null;
        }
        try {
            if (state == State.HANDSHAKE) {
                handshake(in);
            }
            if (state == State.JOINING) {
                answer(in);
            }
            if (state == State.JOINED) {
                in.readerIndex(messages(in, nowNs));
            }
            if (in.isReadable() && state != State.OVER) {
                kept = from.alloc().buffer(in.readableBytes() * 2).writeBytes(in);
            }
        } finally {
            in.release();
        }
    }

    private void handshake(ByteBuf in) {
        if (skipBehind(HEAD_END, in)) {
            open();
        }
    }

    private void answer(ByteBuf in) {
        if (skipBehind(joinedMark, in)) {
            joined();
        }
    }

    /** Reads on to behind these bytes, when they have come; fails when they will not. */
    private boolean skipBehind(byte[] wanted, ByteBuf in) {
        int start = in.readerIndex();
        scan.of(in, start, in.writerIndex());
        while (scan.find((char) wanted[0])) {
            if (scan.take(wanted)) {
                int behind = scan.at();
                if (state == State.HANDSHAKE && !scan.of(in, start, behind).take(SWITCHING)) {
                    fail(in);
                    return false;
                }
                in.readerIndex(behind);
                return true;
            }
            scan.skip();
        }
        if (in.readableBytes() > ANSWER_BYTES_MAX) {
            fail(in);
        }
        return false;
    }

    private void fail(ByteBuf in) {
        state = State.OVER;
        int told = Math.min(in.readableBytes(), TOLD_BYTES_MAX);
        life.failed(in.toString(in.readerIndex(), told, StandardCharsets.US_ASCII));
        context.close();
    }

    /** Takes all messages; returns from where on bytes are to be kept, because they may be the start of one. */
    private int messages(ByteBuf in, long nowNs) {
        int end = in.writerIndex();
        scan.of(in, in.readerIndex(), end);
        while (scan.find(MARK_START)) {
            int start = scan.at();
            if (scan.take(MARK)) {
                if (seen != null && !message(nowNs, end)) {
                    return start;
                }
                counts.events++;
            } else if (end - start < MARK.length && startsMark(in, start, end)) {
                return start;
            } else {
                scan.skip();
            }
        }
        return end;
    }

    private static boolean startsMark(ByteBuf in, int start, int end) {
        for (int i = start; i < end; i++) {
            if (in.getByte(i) != MARK[i - start]) {
                return false;
            }
        }
        return true;
    }

    /** Reads the two numbers of a message; false when they may go on beyond the end. */
    private boolean message(long nowNs, int end) {
        long intendedNs = scan.number();
        long number = scan.take(SPACE) ? scan.number() : -1;
        if (scan.at() == end) {
            return false;
        }
        if (intendedNs < 0 || number < 0 || number > Integer.MAX_VALUE) {
            counts.miscounted++;
            return true;
        }
        if (seen.get((int) number)) {
            counts.doubled++;
        }
        seen.set((int) number);
        latency.record(intendedNs, nowNs);
        return true;
    }

    @Override
    public void channelInactive(ChannelHandlerContext closed) {
        if (kept != null) {
            kept.release();
            kept = null;
        }
        if (state == State.JOINED) {
            counts.dropped++;
        } else if (state != State.OVER) {
            life.failed("the connection ended before it had joined");
        }
        state = State.OVER;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext broken, Throwable cause) {
        broken.close();
    }
}
