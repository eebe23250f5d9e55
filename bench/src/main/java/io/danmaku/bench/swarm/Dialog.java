package io.danmaku.bench.swarm;

import java.util.List;

/**
 * What a connection says before messages flow, and then now and then. {@code {token}} in its hello stands for a token of its own.
 *
 * @param hello first bytes: the request of a WebSocket handshake, or commands of a protocol over TCP
 * @param webSocket whether what follows is said in WebSocket text frames, once the handshake is answered
 * @param openers said after the hello, one by one
 * @param joined in the answer to the last of them; empty: there is none
 * @param keepAlive said every 20 seconds, so that nobody is taken for dead; empty: a WebSocket ping, or nothing
 */
public record Dialog(String hello, boolean webSocket, List<String> openers, String joined, String keepAlive) {
    public Dialog {
        openers = List.copyOf(openers);
    }

    /** A WebSocket on such a path with query, that says nothing. */
    public static Dialog webSocket(String path) {
        return webSocket(path, "");
    }

    /** The same one that offers a subprotocol; empty: none. */
    public static Dialog webSocket(String path, String subprotocol) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + ClientFrames.UPGRADE
                + (subprotocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n")
                + "\r\n";
        return new Dialog(request, true, List.of(), "", "");
    }

    /** The same one that says something, and waits for an answer to it. */
    public Dialog saying(List<String> told, String answer) {
        return new Dialog(hello, webSocket, told, answer, keepAlive);
    }

    /** The same one with another sign of life than a ping. */
    public Dialog keptAliveBy(String sign) {
        return new Dialog(hello, webSocket, openers, joined, sign);
    }
}
