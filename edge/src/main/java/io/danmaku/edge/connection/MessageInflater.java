package io.danmaku.edge.connection;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates messages of clients (RFC 7692, section 7.2.2), one whole message after the other: none needs the one before, so an
 * event loop has one of these for all its connections. What a message may become is bounded before it is there.
 */
final class MessageInflater {
    /** What the sender left out. */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private final Inflater inflater = new Inflater(true);
    /** One byte more than a message may have, to know a larger one by. */
    private final byte[] message;

    MessageInflater(int messageBytesMax) {
        message = new byte[messageBytesMax + 1];
    }

    /**
     * The message, or null when it is larger than it may be.
     *
     * @throws DataFormatException when this is not what RFC 7692 says
     */
    byte[] inflate(ByteBuf compressed) throws DataFormatException {
        byte[] input = new byte[compressed.readableBytes() + TAIL.length];
        compressed.getBytes(compressed.readerIndex(), input, 0, compressed.readableBytes());
        System.arraycopy(TAIL, 0, input, compressed.readableBytes(), TAIL.length);
        try {
            inflater.setInput(input);
            int size = 0;
            while (size < message.length) {
                int inflated = inflater.inflate(message, size, message.length - size);
                if (inflated == 0) {
                    if (inflater.needsDictionary()) {
                        throw new DataFormatException("a dictionary is not agreed on");
                    }
                    return Arrays.copyOf(message, size);
                }
                size += inflated;
            }
            return null;
        } finally {
            inflater.reset();
        }
    }
}
