package io.danmaku.standalone.supervise;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Asks a part once whether it is ready; each question is bounded by its time-outs. */
@FunctionalInterface
public interface Probe {
    int CONNECT_TIMEOUT_MS = 500;
    int READ_TIMEOUT_MS = 2_000;

    /** True when the part serves; an exception counts as not yet. */
    boolean ready() throws IOException;

    /** Ready when something accepts connections on the port. */
    static Probe port(int port) {
        return () -> {
            try (Socket socket = connect(port)) {
                return socket.isConnected();
            }
        };
    }

    /** Ready when {@code say} sent to the port is answered by a line that starts with {@code expected}. */
    static Probe answer(int port, String say, String expected) {
        return () -> {
            try (Socket socket = connect(port)) {
                OutputStream out = socket.getOutputStream();
                out.write(say.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                InputStream in = socket.getInputStream();
                byte[] answer = in.readNBytes(expected.length());
                return expected.equals(new String(answer, StandardCharsets.US_ASCII));
            }
        };
    }

    /** Ready when a GET of the address is answered by 200. */
    static Probe http(URI address) {
        return () -> {
            HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
            connection.setConnectTimeout(CONNECT_TIMEOUT_MS);
            connection.setReadTimeout(READ_TIMEOUT_MS);
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        };
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MS);
        return socket;
    }
}
