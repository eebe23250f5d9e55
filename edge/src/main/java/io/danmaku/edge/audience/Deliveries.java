package io.danmaku.edge.audience;

/** Counts what is handed to sockets; on the way of every delivery, so without a lock or an object. */
public interface Deliveries {
    void count(int events, int bytes);
}
