package io.danmaku.edge.connection;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.zip.DataFormatException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Last handler of a viewer's pipeline: WebSocket frames to whole messages, and what happens to frames that are none. */
final class ViewerSocket extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ViewerSocket.class);
    /** RSV1, as Netty gives the three bits. */
    private static final int COMPRESSED = 4;

    /** How much is read and thrown away behind a closing frame, so that a reset does not destroy it. */
    private static final long DISCARD_BYTES_MAX = 4 << 20;

    private final Connection connection;
    private final int frameBytesMax;
    /** What there is of a fragmented message, or null. */
    private ByteBuf fragments;

    private boolean fragmentsCompressed;
    private long discardedBytes;

    ViewerSocket(Connection connection, int frameBytesMax) {
        this.connection = connection;
        this.frameBytesMax = frameBytesMax;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (connection.closing()) {
                discardedBytes += bytes(message);
                // both have said it, or it is too much
                if (message instanceof CloseWebSocketFrame || discardedBytes > DISCARD_BYTES_MAX) {
                    context.close();
                }
            } else if (message instanceof WebSocketFrame frame) {
                connection.heard();
                frame(frame);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private static int bytes(Object message) {
        ByteBuf bytes = message instanceof ByteBufHolder holder ? holder.content() : (ByteBuf) message;
        return bytes.readableBytes();
    }

    private void frame(WebSocketFrame frame) {
        if (frame.rsv() != 0 && !(frame.rsv() == COMPRESSED && frame instanceof TextWebSocketFrame)) {
            // the decoder leaves reserved bits to us where compression was agreed on: it is said on a message's first
            // frame
            broken("the frame breaks RFC 7692");
        } else if (isMessage(frame) || frame instanceof ContinuationWebSocketFrame) {
            part(frame);
        } else if (frame instanceof PingWebSocketFrame) {
            connection.pong(frame.content());
        } else if (frame instanceof CloseWebSocketFrame close) {
            connection.closedByPeer(close.statusCode());
        } else if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
            String kind = connection.dialect().binary() ? "binary" : "text";
            connection.refuseAndClose(
                    Refusal.of(ErrorCode.BAD_FRAME, "messages are " + kind + " frames here"), CloseReason.WRONG_KIND);
        }
    }

    /** Whether a message begins with this frame. */
    private boolean isMessage(WebSocketFrame frame) {
        return connection.dialect().binary()
                ? frame instanceof BinaryWebSocketFrame
                : frame instanceof TextWebSocketFrame;
    }

    private void part(WebSocketFrame frame) {
        if (!(frame instanceof ContinuationWebSocketFrame) && frame.isFinalFragment()) {
            message(frame.content(), frame.rsv() == COMPRESSED);
            return;
        }
        if (fragments == null) {
            fragments = Unpooled.buffer(frame.content().readableBytes());
            fragmentsCompressed = frame.rsv() == COMPRESSED;
        }
        if (fragments.readableBytes() + frame.content().readableBytes() > frameBytesMax) {
            dropFragments();
            tooBig();
            return;
        }
        fragments.writeBytes(frame.content());
        if (frame.isFinalFragment()) {
            ByteBuf whole = fragments;
            fragments = null;
            try {
                message(whole, fragmentsCompressed);
            } finally {
                whole.release();
            }
        }
    }

    private void message(ByteBuf payload, boolean compressed) {
        if (!compressed) {
            connection.dialect().take(connection, payload);
            return;
        }
        byte[] inflated;
        try {
            inflated = connection.loop().inflater(frameBytesMax).inflate(payload);
        } catch (DataFormatException broken) {
            broken("the message cannot be inflated");
            return;
        }
        if (inflated == null) {
            tooBig();
        } else {
            connection.dialect().take(connection, Unpooled.wrappedBuffer(inflated));
        }
    }

    private void broken(String how) {
        connection.refuseAndClose(Refusal.of(ErrorCode.BAD_FRAME, how), CloseReason.PROTOCOL);
    }

    private void tooBig() {
        connection.refuseAndClose(
                Refusal.of(ErrorCode.FRAME_TOO_BIG, "a message is at most " + frameBytesMax + " bytes"),
                CloseReason.TOO_BIG);
    }

    private void dropFragments() {
        if (fragments != null) {
            fragments.release();
            fragments = null;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        // who does not read our answers is not read from either
        context.channel().config().setAutoRead(context.channel().isWritable() || connection.closing());
        if (context.channel().isWritable()) {
            connection.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        dropFragments();
        connection.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (connection.closing()) {
            return;
        }
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            if (corrupted.closeStatus().code() == WebSocketCloseStatus.MESSAGE_TOO_BIG.code()) {
                tooBig();
            } else {
                broken("the frame breaks RFC 6455");
            }
        } else if (cause instanceof TooLongFrameException) {
            tooBig();
        } else {
            if (!(cause instanceof IOException)) {
                LOG.error("a connection is closed", failure); // not a reset by the peer and the like
            }
            context.close();
        }
    }
}
