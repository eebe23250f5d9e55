package io.danmaku.bench.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a viewer: a handshake written by hand, a {@code join}, then frames, which are looked at where they lie. Only what a read
 * ends in the middle of is copied. On its event loop only.
 */
final class ViewerChannel extends ChannelInboundHandlerAdapter {
    /** Tells of the life of a connection; called on the event loop. */
    interface Life {
        /** The edge has answered the handshake. */
        void opened();

        /** The hub says when to come back after an end, in milliseconds. */
        void told(long returnMsMin, long returnMsMax);

        /** It has joined its room. The room's frames follow. */
        void joined(String epoch, long head);

        /**
         * It will never join.
         *
         * @param retryMs when asking again can succeed, 0: unknown
         */
        void failed(String why, long retryMs);

        /** It ended by itself after it had joined. */
        void ended();
    }

    private static final byte[] SWITCHING = Scan.ascii("HTTP/1.1 101 ");
    private static final byte[] HEAD_END = Scan.ascii("\r\n\r\n");
    private static final byte[] REPLY = Scan.ascii("{\"re\":");
    private static final int TEXT = 0x81;
    private static final int COMPRESSED_TEXT = 0xc1;
    private static final int CLOSE = 0x88;
    private static final int TOO_SLOW = 4004;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int HTTP_BYTES_MAX = 4096;
    private static final int TRIES_MAX = 300;
    private static final long RETRY_MS = 100;
    private static final long MS_PER_S = 1_000;

    private enum State {
        HANDSHAKE,
        JOINING,
        JOINED,
        OVER
    }

    private final Hello hello;
    private final Watch watch;
    private final Counts counts;
    private final Scan scan;
    private final Inflation inflation;
    private final Life life;
    private State state = State.HANDSHAKE;
    private ChannelHandlerContext context;
    private ByteBuf kept;
    private int tries;

    ViewerChannel(Hello hello, Watch watch, Counts counts, Scan scan, Inflation inflation, Life life) {
        this.hello = hello;
        this.watch = watch;
        this.counts = counts;
        this.scan = scan;
        this.inflation = inflation;
        this.life = life;
    }

    @Override
    public void channelActive(ChannelHandlerContext opened) {
        context = opened;
        context.writeAndFlush(hello.handshake(context.alloc()));
    }

    private void join() {
        tries++;
        context.writeAndFlush(hello.join(context.alloc()));
    }

    /** A connection that says nothing is closed by the edge. */
    void ping() {
        if (state == State.JOINED) {
            context.writeAndFlush(ClientFrames.ping(context.alloc()));
        }
    }

    void reading(boolean on) {
        if (context != null) {
            context.channel().config().setAutoRead(on);
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
            boolean more = true;
            while (more && state != State.OVER) {
                more = step(in, nowNs);
            }
            if (in.isReadable() && state != State.OVER) {
                kept = from.alloc().buffer(in.readableBytes() * 2).writeBytes(in);
            }
        } finally {
            in.release();
        }
    }

    private boolean step(ByteBuf in, long nowNs) {
        return state == State.HANDSHAKE ? handshake(in) : frame(in, nowNs);
    }

    private boolean handshake(ByteBuf in) {
        int start = in.readerIndex();
        scan.of(in, start, in.writerIndex());
        while (scan.find('\r')) {
            int line = scan.at();
            if (scan.take(HEAD_END)) {
                int end = scan.at();
                if (!scan.of(in, start, end).take(SWITCHING)) {
                    refused(in.toString(start, Math.min(end - start, HTTP_BYTES_MAX), StandardCharsets.US_ASCII));
                    return false;
                }
                in.readerIndex(end);
                state = State.JOINING;
                life.opened();
                if (hello.auth()) {
                    context.write(hello.auth(context.alloc()));
                }
                join();
                return true;
            }
            scan.to(line + 1);
        }
        if (in.readableBytes() > HTTP_BYTES_MAX) {
            fail("no end of the answer to the handshake", 0);
        }
        return false;
    }

    private void refused(String answer) {
        boolean busy = answer.startsWith("HTTP/1.1 503");
        if (busy) {
            counts.refused++;
        }
        fail(
                answer.lines().findFirst().orElse(""),
                busy ? Math.max(0, number(answer.toLowerCase(Locale.ROOT), "\r\nretry-after: ")) * MS_PER_S : 0);
    }

    /** Takes one frame of a server: unmasked, and never in parts. */
    private boolean frame(ByteBuf in, long nowNs) {
        int start = in.readerIndex();
        int readable = in.readableBytes();
        if (readable < 2) {
            return false;
        }
        int kind = in.getUnsignedByte(start);
        int head = 2;
        long length = in.getUnsignedByte(start + 1);
        if (length == LENGTH_16) {
            head = 4;
        } else if (length == LENGTH_64) {
            head = 10;
        }
        if (readable < head) {
            return false;
        }
        if (head == 4) {
            length = in.getUnsignedShort(start + 2);
        } else if (head == 10) {
            length = in.getLong(start + 2);
        }
        if (readable - head < length) {
            return false;
        }
        int end = start + head + (int) length;
        in.readerIndex(end);
        switch (kind) {
            case TEXT -> text(in, start + head, end, nowNs);
            case COMPRESSED_TEXT -> {
                ByteBuf text = inflation.inflate(in, start + head, end);
                if (text == null) {
                    counts.miscounted++;
                } else {
                    counts.compressed++;
                    text(text, text.readerIndex(), text.writerIndex(), nowNs);
                }
            }
            case CLOSE -> {
                if (length >= 2 && in.getUnsignedShort(start + head) == TOO_SLOW) {
                    counts.tooSlow++;
                }
            }
            default -> {
                // a pong
            }
        }
        return true;
    }

    private void text(ByteBuf in, int start, int end, long nowNs) {
        if (!watch.take(in, start, end, nowNs, scan)
                && state == State.JOINING
                && scan.of(in, start, end).take(REPLY)) {
            reply(in.toString(start, end - start, StandardCharsets.UTF_8));
        }
    }

    private void reply(String reply) {
        if (reply.startsWith("{\"re\":1,\"ok\":")) {
            long head = number(reply, "\"head\":");
            if (head < 0) {
                fail("no head in the answer to join", 0);
                return;
            }
            state = State.JOINED;
            life.joined(text(reply, "\"epoch\":\""), head);
        } else if (reply.startsWith("{\"re\":0,\"ok\":")) {
            long min = number(reply, "\"minMs\":");
            long max = number(reply, "\"maxMs\":");
            if (min >= 0 && max >= min) {
                life.told(min, max);
            }
        } else if (reply.startsWith("{\"re\":1,\"error\":")) {
            long retryMs = number(reply, "\"retryMs\":");
            // a new room is not known on every edge at once
            boolean again = retryMs >= 0 || reply.contains("\"no_such_room\"");
            if (again && tries < TRIES_MAX) {
                context.executor().schedule(this::joinAgain, Math.max(RETRY_MS, retryMs), TimeUnit.MILLISECONDS);
            } else {
                fail(reply, 0);
            }
        } else {
            fail(reply, 0);
        }
    }

    private static String text(String json, String before) {
        int at = json.indexOf(before);
        return at < 0 ? "" : json.substring(at + before.length(), json.indexOf('"', at + before.length()));
    }

    /** The number behind a text, -1 when there is none. */
    private static long number(String in, String before) {
        int at = in.indexOf(before);
        if (at < 0) {
            return -1;
        }
        int from = at + before.length();
        int to = from;
        while (to < in.length() && Character.isDigit(in.charAt(to))) {
            to++;
        }
        return to == from ? -1 : Long.parseLong(in, from, to, 10);
    }

    private void joinAgain() {
        if (state == State.JOINING) {
            join();
        }
    }

    private void fail(String why, long retryMs) {
        state = State.OVER;
        life.failed(why, retryMs);
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext closed) {
        if (kept != null) {
            kept.release();
            kept = null;
        }
        State last = state;
        state = State.OVER;
        if (last == State.JOINED) {
            counts.dropped++;
            life.ended();
        } else if (last != State.OVER) {
            life.failed("the connection ended before it had joined", 0);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext broken, Throwable cause) {
        broken.close();
    }
}
