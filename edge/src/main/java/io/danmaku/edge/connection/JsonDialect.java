package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.CommandDecoder;
import io.danmaku.protocol.json.Replies;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** {@code danmaku.v1.json} at {@code /ws}: a command a text frame. */
final class JsonDialect implements Dialect {
    private final Commands commands;

    JsonDialect(Commands commands) {
        this.commands = commands;
    }

    @Override
    public boolean binary() {
        return false;
    }

    @Override
    public Encoding encoding(boolean compressed) {
        return compressed ? Encoding.COMPRESSED : Encoding.PLAIN;
    }

    @Override
    public boolean readsOneRoom() {
        return false;
    }

    @Override
    public void take(Connection connection, ByteBuf message) {
        if (ByteBufUtil.isText(message, StandardCharsets.UTF_8)) {
            commands.take(connection, CommandDecoder.decode(ByteBufUtil.getBytes(message)));
        } else {
            connection.refuseAndClose(
                    Refusal.of(ErrorCode.INVALID_UTF8, "a text frame is UTF-8"), CloseReason.INVALID_UTF8);
        }
    }

    @Override
    public ByteBuf done(Connection connection, long id, ObjectNode ok) {
        return told(Replies.ok(id, ok));
    }

    @Override
    public ByteBuf refused(Connection connection, long id, Refusal refusal) {
        return told(Replies.error(id, refusal));
    }

    @Override
    public ByteBuf told(byte[] json) {
        return BatchWriter.textFrame(json);
    }
}
