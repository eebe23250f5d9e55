package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.edge.tail.Encoding;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.CommandDecoder.Decoded;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.packet.AuthBody;
import io.danmaku.protocol.packet.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;

/**
 * Packets at {@code /sub}, as goim's and Bilibili's live clients speak them: to read one room. An auth packet is a token and a join in
 * one, a heartbeat is a ping that is answered with how many watch; other operations are passed over, as those servers do. A
 * command's id is its packet's operation and sequence.
 */
final class PacketDialect implements Dialect {
    private static final byte[] WELCOME = Json.bytes(Json.object().put("code", 0));

    private final Commands commands;
    private final int packetBytesMax;

    PacketDialect(Commands commands, int packetBytesMax) {
        this.commands = commands;
        this.packetBytesMax = packetBytesMax;
    }

    @Override
    public boolean binary() {
        return true;
    }

    @Override
    public Encoding encoding(boolean compressed) {
        return Encoding.PACKETS;
    }

    @Override
    public boolean readsOneRoom() {
        return true;
    }

    @Override
    public void take(Connection connection, ByteBuf message) {
        Packet.Decoded decoded = Packet.decode(ByteBufUtil.getBytes(message), packetBytesMax);
        if (decoded.refusal() != null) {
            boolean tooBig = decoded.refusal().code() == ErrorCode.FRAME_TOO_BIG;
            connection.refuseAndClose(decoded.refusal(), tooBig ? CloseReason.TOO_BIG : CloseReason.PROTOCOL);
            return;
        }
        for (Packet packet : decoded.packets()) {
            if (connection.closing()) {
                return;
            }
            if (packet.operation() == Packet.AUTH) {
                authenticate(connection, id(packet), AuthBody.decode(packet.body()));
            } else if (packet.operation() == Packet.HEARTBEAT) {
                commands.take(connection, new Decoded(id(packet), new Command.Ping(), null));
            }
        }
    }

    private void authenticate(Connection connection, long id, AuthBody.Decoded body) {
        if (body.refusal() != null) {
            commands.take(connection, new Decoded(id, null, body.refusal()));
            return;
        }
        String room = body.auth().room();
        boolean renews = !connection.rooms().isEmpty();
        if (renews && !connection.rooms().containsKey(room)) {
            Refusal second = Refusal.of(ErrorCode.ALREADY_JOINED, "a connection reads one room");
            commands.take(connection, new Decoded(id, null, second));
            return;
        }
        commands.take(connection, new Decoded(id, new Command.Auth(body.auth().key(), null), null));
        if (!renews && !connection.closing()) {
            commands.take(connection, new Decoded(id, new Command.Join(room, -1, -1, null), null));
        }
    }

    private static long id(Packet packet) {
        return (long) packet.operation() << Integer.SIZE | Integer.toUnsignedLong(packet.sequence());
    }

    private static boolean isOf(int operation, long id) {
        return id >> Integer.SIZE == operation;
    }

    @Override
    public ByteBuf done(Connection connection, long id, ObjectNode ok) {
        if (isOf(Packet.HEARTBEAT, id)) {
            byte[] count = ByteBuffer.allocate(Integer.BYTES)
                    .putInt(online(connection))
                    .array();
            return frame(Packet.HEARTBEAT_REPLY, id, count);
        }
        // a good token is the first half of an auth packet: the join says that both are done
        return connection.rooms().isEmpty() ? null : frame(Packet.AUTH_REPLY, id, WELCOME);
    }

    private int online(Connection connection) {
        for (Membership membership : connection.rooms().values()) {
            if (membership.viewer != null) {
                return commands.online(membership.room.live().key());
            }
        }
        return 0; // not in it yet
    }

    @Override
    public ByteBuf refused(Connection connection, long id, Refusal refusal) {
        ObjectNode body = Json.object()
                .put("code", refusal.code().httpStatus())
                .put("message", refusal.message())
                .put("error", refusal.code().wireName());
        if (refusal.retryMs() > 0) {
            body.put("retryMs", refusal.retryMs());
        }
        boolean answersAuth = isOf(Packet.AUTH, id) || !connection.ready();
        return frame(answersAuth ? Packet.AUTH_REPLY : Packet.DISCONNECT_REPLY, id, Json.bytes(body));
    }

    private static ByteBuf frame(int operation, long id, byte[] body) {
        return BatchWriter.binaryFrame(new Packet(Packet.CONTROL, operation, id < 0 ? 0 : (int) id, body).encode());
    }

    @Override
    public ByteBuf told(byte[] json) {
        return null;
    }
}
