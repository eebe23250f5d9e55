package io.danmaku.bench.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** A connection that counts bytes and does nothing else: what the bare ceiling writes to. On its event loop only. */
final class RawChannel extends ChannelInboundHandlerAdapter {
    private final Counts counts;

    RawChannel(Counts counts) {
        this.counts = counts;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        counts.bytes += in.readableBytes();
        in.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
