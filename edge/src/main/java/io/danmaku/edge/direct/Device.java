package io.danmaku.edge.direct;

/** One connected device of a user, to which direct messages are pushed. Known by its identity. */
public interface Device {
    String tenant();

    String user();

    /** The newest token that was accepted of it, with which dm-service is asked in its name. */
    String token();

    /** Names this connection across all nodes. */
    String session();

    /** Sends a text frame; from any thread, never blocks; dropped when the device does not read: then it {@linkplain #mayHaveMissed may have missed} something. */
    void push(byte[] utf8Json);

    /** Whether it reads what it is sent. From any thread. */
    boolean reads();

    /** Pushes to it may have been lost; its next {@code ping} is told so, until it syncs. From any thread. */
    void mayHaveMissed();

    /** Sends a small text frame that nothing brings later, also to a device that does not read just now. From any thread, never blocks. */
    void pushSurely(byte[] utf8Json);
}
