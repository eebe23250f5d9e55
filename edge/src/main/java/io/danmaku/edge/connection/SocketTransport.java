package io.danmaku.edge.connection;

import io.danmaku.node.config.ConfigurationException;
import io.vertx.core.transport.Transport;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How an edge's sockets reach the kernel. docs/decisions/0013 says which is taken by itself, and why. */
public enum SocketTransport {
    IO_URING,
    EPOLL,
    NIO;

    /** The setting that lets {@link #choose} decide. */
    public static final String AUTO = "auto";

    /** io_uring writes for less, but is not shown to answer senders as soon. */
    private static final List<SocketTransport> BY_ITSELF = List.of(EPOLL, NIO);

    private static final String KEY = "transport.kind";
    private static final String RING_SIZE = "io.netty.iouring.ringSize";

    /**
     * Says which transport is used.
     *
     * @param configured {@link #AUTO} or a name
     * @param ringEntries requests that an event loop's io_uring holds: counts only before the first ring is made in this
     *     process, and a system property {@value #RING_SIZE} goes before it
     * @throws ConfigurationException when there is none of this name, or this machine does not have it
     */
    public static SocketTransport choose(String configured, int ringEntries) {
        if (System.getProperty(RING_SIZE) == null) {
            System.setProperty(RING_SIZE, Integer.toString(ringEntries));
        }
        if (configured.equals(AUTO)) {
            return BY_ITSELF.stream()
                    .filter(SocketTransport::available)
                    .findFirst()
                    .orElse(NIO);
        }
        SocketTransport named = Stream.of(values())
                .filter(transport -> transport.toString().equals(configured))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(KEY, "is one of " + names() + ", not " + configured));
        if (!named.available()) {
            throw new ConfigurationException(KEY, configured + " is not to be had here: " + named.reason());
        }
        return named;
    }

    private Object reason() {
        return vertx() == null ? "its classes are missing" : vertx().unavailabilityCause();
    }

    private static String names() {
        return AUTO + ", " + Stream.of(values()).map(SocketTransport::toString).collect(Collectors.joining(", "));
    }

    /** Whether this machine has it. */
    public boolean available() {
        return vertx() != null && vertx().available();
    }

    /** As Vert.x knows it; null where the class path lacks it. */
    public Transport vertx() {
        return switch (this) {
            case IO_URING -> Transport.IO_URING;
            case EPOLL -> Transport.EPOLL;
            case NIO -> Transport.NIO;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
