package io.danmaku.edge.tail;

/** In what form a viewer takes a batch: each form is made at most twice a batch, full and lean, and shared. */
public enum Encoding {
    /** Text frames of JSON. */
    PLAIN,
    /** The same, compressed where it is worth it: permessage-deflate was agreed on. */
    COMPRESSED,
    /** Binary frames of packets, one for each event. */
    PACKETS
}
