package io.danmaku.standalone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A WebSocket spoken byte by byte, for what no library would send (RFC 6455, section 5.2). Reads block up to 20 s. */
final class RawSocket implements AutoCloseable {
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CONTINUATION = 0x0;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xa;
    static final int FIN = 0x80;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MS = 20_000;
    static final int MASKED = 0x80;
    /** RSV1: RFC 7692, section 6. */
    private static final int COMPRESSED = 0x40;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;
    private final StringBuilder head = new StringBuilder();

    /** One frame of the hub. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int opcode, byte[] payload) {
        int closeCode() {
            if (opcode != CLOSE) {
                throw new AssertionError("no closing frame: " + this);
            }
            return ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
        }

        JsonNode json() throws IOException {
            if (opcode != TEXT) {
                throw new AssertionError("no text frame: " + this);
            }
            return JSON.readTree(payload);
        }

        @Override
        public String toString() {
            return "opcode " + opcode + ": " + new String(payload, StandardCharsets.UTF_8);
        }
    }

    /** Connects and shakes hands. */
    RawSocket(URI edge) throws IOException {
        this(edge, null);
    }

    /** @param extensions what is offered in {@code Sec-WebSocket-Extensions}, or null for no such header */
    RawSocket(URI edge, String extensions) throws IOException {
        this(
                edge,
                "/ws",
                "Sec-WebSocket-Protocol: danmaku.v1.json\r\n"
                        + (extensions == null ? "" : "Sec-WebSocket-Extensions: " + extensions + "\r\n"));
    }

    /** Connects as a proxy does for somebody. */
    static RawSocket forwardedFor(URI edge, String address) throws IOException {
        return new RawSocket(edge, "/ws", "X-Forwarded-For: " + address + "\r\n");
    }

    /** Connects to another address of an edge, with a query perhaps. */
    static RawSocket at(URI edge, String path) throws IOException {
        return new RawSocket(edge, path, "");
    }

    /** As {@code ws} of Node.js connects, which Bilibili's clients use. */
    static RawSocket ofPackets(URI edge) throws IOException {
        return new RawSocket(edge, "/sub", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
    }

    private RawSocket(URI edge, String path, String headers) throws IOException {
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(edge.getHost(), edge.getPort()), TIMEOUT_MS);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        out.write(("GET " + path + " HTTP/1.1\r\nHost: " + edge.getAuthority() + "\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Version: 13\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        // the accept key of RFC 6455, section 1.3
        if (!head.toString().startsWith("HTTP/1.1 101 ")
                || !head.toString().toLowerCase(java.util.Locale.ROOT).contains("s3pplmbitxaq9kygzzhzrbk+xoo=")) {
            throw new AssertionError("no handshake: " + head);
        }
    }

    /** A header of the hub's answer, or null. */
    String header(String name) {
        return head.toString()
                .lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).trim())
                .findFirst()
                .orElse(null);
    }

    void text(String text) throws IOException {
        frame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** @param first FIN and reserved bits and opcode */
    void frame(int first, byte[] payload) throws IOException {
        write(first, payload, true);
    }

    void unmasked(int first, byte[] payload) throws IOException {
        write(first, payload, false);
    }

    private void write(int first, byte[] payload, boolean masked) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
        frame.write(first);
        int mask = masked ? MASKED : 0;
        if (payload.length < 126) {
            frame.write(mask | payload.length);
        } else if (payload.length < 65_536) {
            frame.write(mask | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(mask | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        if (masked) {
            byte[] key = new byte[4];
            ThreadLocalRandom.current().nextBytes(key);
            frame.writeBytes(key);
            for (int i = 0; i < payload.length; i++) {
                frame.write(payload[i] ^ key[i % 4]);
            }
        } else {
            frame.writeBytes(payload);
        }
        raw(frame.toByteArray());
    }

    void raw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** The next frame; EOFException when the hub has closed the connection. */
    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if ((second & MASKED) != 0) {
            throw new AssertionError("a server does not mask");
        }
        byte[] payload = in.readNBytes((int) length);
        return new Frame(first & 0xf, (first & COMPRESSED) == 0 ? payload : inflated(payload));
    }

    /** RFC 7692, section 7.2.2. */
    private static byte[] inflated(byte[] payload) {
        byte[] whole = Arrays.copyOf(payload, payload.length + 4);
        whole[payload.length + 2] = (byte) 0xff;
        whole[payload.length + 3] = (byte) 0xff;
        Inflater inflater = new Inflater(true);
        inflater.setInput(whole);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        byte[] chunk = new byte[8 * 1024];
        try {
            for (int n = inflater.inflate(chunk); n > 0; n = inflater.inflate(chunk)) {
                message.write(chunk, 0, n);
            }
        } catch (DataFormatException broken) {
            throw new AssertionError(broken);
        } finally {
            inflater.end();
        }
        return message.toByteArray();
    }

    /** The next text frame that answers something or is an error; others are passed over. */
    JsonNode reply() throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.opcode == TEXT && frame.json().has("re")) {
                return frame.json();
            }
            if (frame.opcode == CLOSE) {
                throw new AssertionError("closed with " + frame.closeCode());
            }
        }
    }

    /** The code of the closing frame, which must come next. */
    int closeCode() throws IOException {
        return read().closeCode();
    }

    /** Whether the hub closes the TCP connection, and says nothing more before. */
    boolean ends() throws IOException {
        try {
            return in.read() < 0;
        } catch (EOFException end) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
