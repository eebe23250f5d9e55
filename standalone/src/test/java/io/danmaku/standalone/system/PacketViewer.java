package io.danmaku.standalone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.danmaku.standalone.hub.Eventually;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;

/** A reader of packets as goim and Bilibili have them, written after what their clients do and not after this hub. Reads block up to 20 s. */
final class PacketViewer implements AutoCloseable {
    static final int HEARTBEAT = 2;
    static final int HEARTBEAT_REPLY = 3;
    static final int MESSAGE = 5;
    static final int DISCONNECT_REPLY = 6;
    static final int AUTH = 7;
    static final int AUTH_REPLY = 8;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration JOINED_MAX = Duration.ofSeconds(40);
    private static final int HEADER = 16;

    private final RawSocket socket;
    /** Of the last message what was not read yet. */
    private final ArrayDeque<Packet> coming = new ArrayDeque<>();

    private int messages;

    /** One packet of the hub. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Packet(int version, int operation, byte[] body) {
        JsonNode json() throws IOException {
            return JSON.readTree(body);
        }

        @Override
        public String toString() {
            return "operation " + operation + ": " + new String(body, StandardCharsets.UTF_8);
        }
    }

    PacketViewer(URI edge) throws IOException {
        socket = RawSocket.ofPackets(edge);
    }

    /** Joins, with patience for a room that was created just now and is not known on this edge yet. */
    static PacketViewer join(URI edge, String token, String room) {
        PacketViewer[] joined = new PacketViewer[1];
        Eventually.await(JOINED_MAX, "packets of " + room, () -> {
            PacketViewer viewer = new PacketViewer(edge);
            viewer.auth(token, room);
            Packet answer = viewer.next();
            if (answer.operation == AUTH_REPLY && answer.json().path("code").asInt(-1) == 0) {
                joined[0] = viewer;
                return true;
            }
            viewer.close();
            throw new AssertionError(answer);
        });
        return joined[0];
    }

    void auth(String token, String room) throws IOException {
        send(
                AUTH,
                JSON.createObjectNode()
                        .put("uid", 0)
                        .put("key", token)
                        .put("room_id", "live://" + room)
                        .put("protover", 3)
                        .toString());
    }

    void send(int operation, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        message(ByteBuffer.allocate(HEADER + bytes.length)
                .putInt(HEADER + bytes.length)
                .putShort((short) HEADER)
                .putShort((short) 1)
                .putInt(operation)
                .putInt(1)
                .put(bytes)
                .array());
    }

    void message(byte[] bytes) throws IOException {
        socket.frame(RawSocket.FIN | RawSocket.BINARY, bytes);
    }

    RawSocket socket() {
        return socket;
    }

    /** Messages that were read, each with one or several packets. */
    int messages() {
        return messages;
    }

    Packet next() throws IOException {
        if (coming.isEmpty()) {
            RawSocket.Frame frame = socket.read();
            if (frame.opcode() != RawSocket.BINARY) {
                throw new AssertionError("no packets: " + frame);
            }
            messages++;
            ByteBuffer in = ByteBuffer.wrap(frame.payload());
            while (in.hasRemaining()) {
                coming.add(packet(in));
            }
        }
        return coming.remove();
    }

    private static Packet packet(ByteBuffer in) {
        int length = in.getInt();
        if (in.getShort() != HEADER) {
            throw new AssertionError("a header of another length");
        }
        int version = in.getShort();
        int operation = in.getInt();
        in.getInt(); // which number an answer has is of no interest to those clients
        byte[] body = new byte[length - HEADER];
        in.get(body);
        return new Packet(version, operation, body);
    }

    /** The next packet that is no event. */
    Packet answer() throws IOException {
        Packet packet = next();
        while (packet.operation == MESSAGE) {
            packet = next();
        }
        return packet;
    }

    /** How many watch, as the answer to a heartbeat says. */
    int heartbeat() throws IOException {
        send(HEARTBEAT, "{}");
        Packet answer = answer();
        if (answer.operation != HEARTBEAT_REPLY || answer.body.length != Integer.BYTES) {
            throw new AssertionError("no answer to a heartbeat: " + answer);
        }
        return ByteBuffer.wrap(answer.body).getInt();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
