package io.danmaku.edge.connection;

/** Answers of one kind that are large: read one at a time for a connection, and not while it does not read. On its event loop. */
final class LargeAnswer {
    private final Connection connection;
    private boolean reading;

    LargeAnswer(Connection connection) {
        this.connection = connection;
    }

    /** @return false when it may not be read now */
    boolean begin() {
        if (reading || !connection.socket().channel().isWritable()) {
            return false;
        }
        reading = true;
        return true;
    }

    void end() {
        reading = false;
    }
}
