package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MessageInflaterTest {
    private static final int MAX = 4_096;

    private final MessageInflater inflater = new MessageInflater(MAX);

    private byte[] inflate(byte[] compressed) throws DataFormatException {
        return inflater.inflate(Unpooled.wrappedBuffer(compressed));
    }

    private String inflateHex(String hex) throws DataFormatException {
        return new String(inflate(HexFormat.ofDelimiter(" ").parseHex(hex)), StandardCharsets.US_ASCII);
    }

    /** As a client does it. */
    private static byte[] deflate(byte[] message) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(message);
        byte[] out = new byte[message.length + 100];
        int size = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, size - 4);
    }

    @Test
    void theExamplesOfTheStandardAreHello() throws Exception {
        // RFC 7692, sections 7.2.3.1 to 7.2.3.5
        assertEquals("Hello", inflateHex("f2 48 cd c9 c9 07 00"));
        assertEquals("Hello", inflateHex("00 05 00 fa ff 48 65 6c 6c 6f 00"));
        assertEquals("Hello", inflateHex("f3 48 cd c9 c9 07 00 00"));
        assertEquals("Hello", inflateHex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00"));
        assertEquals("", inflateHex("00"));
    }

    @Property(tries = 200)
    void everyMessageComesBackWhateverCameBefore(@ForAll @Size(max = 3) byte[][] messages) throws Exception {
        for (byte[] message : messages) {
            assertArrayEquals(message, inflate(deflate(message)));
        }
    }

    @Test
    void aMessageMayBecomeAsLargeAsTheBoundAndNoLarger() throws Exception {
        assertEquals(MAX, inflate(deflate(new byte[MAX])).length);
        assertNull(inflate(deflate(new byte[MAX + 1])));
        assertNull(inflate(deflate(new byte[64 << 20])));
        assertEquals("Hello", inflateHex("f2 48 cd c9 c9 07 00"), "and the next one is not touched by it");
    }

    @Test
    void whatIsNoDeflateIsSaidSoAndTheNextMessageIsNotTouchedByIt() throws Exception {
        assertThrows(DataFormatException.class, () -> inflate(new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3}));
        assertEquals("Hello", inflateHex("f2 48 cd c9 c9 07 00"));
    }

    @Property(tries = 500)
    void whateverIsSentEndsWithinTheBound(@ForAll @Size(max = 200) byte[] bytes) {
        try {
            byte[] message = inflate(bytes);
            assertEquals(true, message == null || message.length <= MAX);
        } catch (DataFormatException expected) {
            // most of it is none
        }
    }
}
