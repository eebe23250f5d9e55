package io.danmaku.bench.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * One viewer: a handshake written by hand (RFC 6455), a {@code join}, then frames, which are looked at where they lie. Only what a read ends
 * in the middle of is copied. On its event loop only.
 */
final class ViewerChannel extends ChannelInboundHandlerAdapter {
    /** Tells of the life of viewers; called on the event loop. */
    interface Life {
        /** It has joined its room. */
        void joined(ViewerChannel viewer);

        /** It will never join. */
        void failed(ViewerChannel viewer, String why);
    }

    private static final byte[] SWITCHING = Scan.ascii("HTTP/1.1 101 ");
    private static final byte[] HEAD_END = Scan.ascii("\r\n\r\n");
    private static final byte[] REPLY = Scan.ascii("{\"re\":1,\"ok\":");
    private static final byte[] REFUSAL = Scan.ascii("{\"re\":1,\"error\":");
    private static final byte[] HEAD = Scan.ascii("\"head\":");
    private static final int TEXT = 0x81;
    private static final int MASKED = 0x80;
    private static final int PING = 0x89;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int HTTP_BYTES_MAX = 4096;
    private static final int TRIES_MAX = 300;
    private static final long RETRY_MS = 100;

    private enum State {
        HANDSHAKE,
        JOINING,
        JOINED,
        OVER
    }

    private final String room;
    private final String host;
    private final String token;
    private final Watch watch;
    private final Counts counts;
    private final Scan scan;
    private final Life life;
    private State state = State.HANDSHAKE;
    private ChannelHandlerContext context;
    private ByteBuf kept;
    private int tries;

    ViewerChannel(String room, String host, String token, Watch watch, Counts counts, Scan scan, Life life) {
        this.room = room;
        this.host = host;
        this.token = token;
        this.watch = watch;
        this.counts = counts;
        this.scan = scan;
        this.life = life;
    }

    String room() {
        return room;
    }

    Watch watch() {
        return watch;
    }

    @Override
    public void channelActive(ChannelHandlerContext opened) {
        context = opened;
        String request = "GET /ws?token=" + token + " HTTP/1.1\r\nHost: " + host
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
                // any 16 bytes: the key guards caches, and there is none between
                + "\r\nSec-WebSocket-Key: ZGFubWFrdSBiZW5jaCAhIQ==\r\nSec-WebSocket-Protocol: danmaku.v1.json\r\n\r\n";
        context.writeAndFlush(ascii(request));
    }

    private ByteBuf ascii(String text) {
        return context.alloc().buffer(text.length()).writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void join() {
        tries++;
        byte[] command = ("{\"id\":1,\"op\":\"join\",\"room\":\"" + room + "\"}").getBytes(StandardCharsets.US_ASCII);
        // a mask of zeros is a mask: the text stays as it is; ids of rooms are short enough for 16 bits of length
        ByteBuf frame = context.alloc().buffer(command.length + 8);
        frame.writeByte(TEXT);
        if (command.length < LENGTH_16) {
            frame.writeByte(MASKED | command.length);
        } else {
            frame.writeByte(MASKED | LENGTH_16).writeShort(command.length);
        }
        context.writeAndFlush(frame.writeInt(0).writeBytes(command));
    }

    /** A connection that says nothing is closed by the edge. */
    void ping() {
        if (state == State.JOINED) {
            context.writeAndFlush(
                    context.alloc().buffer(6).writeByte(PING).writeByte(MASKED).writeInt(0));
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
                    fail(in.toString(start, Math.min(end - start, 200), StandardCharsets.US_ASCII));
                    return false;
                }
                in.readerIndex(end);
                state = State.JOINING;
                join();
                return true;
            }
            scan.to(line + 1);
        }
        if (in.readableBytes() > HTTP_BYTES_MAX) {
            fail("no end of the answer to the handshake");
        }
        return false;
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
        if (kind == TEXT && !watch.take(in, start + head, end, nowNs, scan) && state == State.JOINING) {
            reply(in, start + head, end);
        }
        return true;
    }

    private void reply(ByteBuf in, int start, int end) {
        if (scan.of(in, start, end).take(REPLY)) {
            while (scan.find('"')) {
                if (scan.take(HEAD)) {
                    watch.joined(scan.number());
                    state = State.JOINED;
                    life.joined(this);
                    return;
                }
                scan.skip();
            }
            fail("no head in the answer to join");
        } else if (scan.of(in, start, end).take(REFUSAL)) {
            String refusal = in.toString(start, end - start, StandardCharsets.UTF_8);
            // a new room is not known on every edge at once
            boolean again = refusal.contains("\"retryMs\":") || refusal.contains("\"no_such_room\"");
            if (again && tries < TRIES_MAX) {
                context.executor().schedule(this::joinAgain, RETRY_MS, TimeUnit.MILLISECONDS);
            } else {
                fail(refusal);
            }
        }
    }

    private void joinAgain() {
        if (state == State.JOINING) {
            join();
        }
    }

    private void fail(String why) {
        state = State.OVER;
        life.failed(this, why);
        context.close();
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
            life.failed(this, "the connection ended before it had joined");
        }
        state = State.OVER;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext broken, Throwable cause) {
        broken.close();
    }
}
