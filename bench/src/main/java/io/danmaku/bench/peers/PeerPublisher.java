package io.danmaku.bench.peers;

import io.danmaku.bench.load.Kind;
import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.swarm.Dialog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One connection that publishes by a schedule, whatever becomes of the messages: the open loop. A message says what the hub's own event says,
 * in JSON of about 105 bytes. What the server answers is read and thrown away.
 */
final class PeerPublisher implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;
    private static final int TEXT = 0x81;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final long KEEP_ALIVE_NS = 10_000_000_000L;

    private final Dialog dialog;
    private final String before;
    private final String after;
    private final Socket socket;
    private final OutputStream out;
    private long number;
    private long saidNs = System.nanoTime();

    /**
     * @param before in front of each message; {@code {bytes}} in it is the message's length
     * @param after behind it
     */
    PeerPublisher(int port, Dialog dialog, String before, String after) throws IOException {
        this.dialog = dialog;
        this.before = before;
        this.after = after;
        socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            out = socket.getOutputStream();
            out.write(dialog.hello().getBytes(StandardCharsets.US_ASCII));
            if (dialog.webSocket()) {
                await("\r\n\r\n");
            }
            for (String opener : dialog.openers()) {
                say(opener);
            }
            if (!dialog.joined().isEmpty()) {
                await(dialog.joined());
            }
            socket.setSoTimeout(0);
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
        Thread reader = new Thread(this::drain, "answers to the publisher");
        reader.setDaemon(true);
        reader.start();
    }

    private void await(String answer) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder heard = new StringBuilder();
        while (heard.indexOf(answer) < 0) {
            int next = in.read();
            if (next < 0 || heard.length() > ANSWER_BYTES_MAX) {
                throw new IOException("the publisher was not let in: " + heard);
            }
            heard.append((char) next);
        }
    }

    private void drain() {
        byte[] bytes = new byte[ANSWER_BYTES_MAX];
        try {
            while (socket.getInputStream().read(bytes) >= 0) {
                // whether a message went out is seen by those who get it
            }
        } catch (IOException closed) {
            // as its end
        }
    }

    /** Sends all of the schedule, and returns at its end. */
    void send(Schedule schedule) {
        try {
            for (long i = 0; i < schedule.count(); i++) {
                Sleep.until(schedule.atNs(i));
                String payload = payload(schedule.atNs(i), number++);
                say(before.replace("{bytes}", Integer.toString(payload.length())) + payload + after);
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
        Sleep.until(schedule.endNs());
    }

    /** The same that a viewer of the hub is told of a comment, but for offset and time. */
    static String payload(long meantNs, long number) {
        return "{\"t\":\"chat\",\"u\":{\"id\":\"publisher0\",\"name\":\"Publisher 0\"},\"d\":{\"text\":\""
                + Kind.CHAT_MARK + meantNs + " " + number + "\"}}";
    }

    private void say(String text) throws IOException {
        long nowNs = System.nanoTime();
        if (nowNs - saidNs > KEEP_ALIVE_NS && !dialog.keepAlive().isEmpty()) {
            saidNs = nowNs;
            out.write(frame(dialog.keepAlive()));
        }
        out.write(frame(text));
    }

    private byte[] frame(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        if (!dialog.webSocket()) {
            return ascii;
        }
        // RFC 6455: from a client with a mask, and a mask of zeros is one
        ByteArrayOutputStream frame = new ByteArrayOutputStream(ascii.length + 8);
        frame.write(TEXT);
        if (ascii.length < LENGTH_16) {
            frame.write(MASKED | ascii.length);
        } else {
            frame.write(MASKED | LENGTH_16);
            frame.write(ascii.length >> 8);
            frame.write(ascii.length);
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(ascii);
        return frame.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
