package io.danmaku.protocol.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.command.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class PacketTest {
    private static final int BYTES_MAX = 1_024;

    private static Packet packet(int operation, String body) {
        return new Packet(Packet.CONTROL, operation, 1, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String code(byte[] message) {
        Packet.Decoded decoded = Packet.decode(message, BYTES_MAX);
        assertTrue(decoded.packets().isEmpty());
        return decoded.refusal().code() + ": " + decoded.refusal().message();
    }

    private static void assertSame(Packet expected, Packet read) {
        assertEquals(expected.version(), read.version());
        assertEquals(expected.operation(), read.operation());
        assertEquals(expected.sequence(), read.sequence());
        assertArrayEquals(expected.body(), read.body());
    }

    /** As Bilibili's servers answer an auth packet. */
    @Test
    void aPacketIsWhatOtherServersAndClientsTakeForOne() {
        assertEquals(
                "0000001a" + "0010" + "0001" + "00000008" + "00000001" + "7b22636f6465223a307d",
                HexFormat.of()
                        .formatHex(packet(Packet.AUTH_REPLY, "{\"code\":0}").encode()));
    }

    @Test
    void whatIsTooShortTooLongOrCutOffIsRefusedWithItsReason() {
        byte[] whole = packet(Packet.AUTH, "{}").encode();
        assertEquals("BAD_FRAME: a packet begins with a header of 16 bytes", code(new byte[0]));
        assertEquals("BAD_FRAME: a packet begins with a header of 16 bytes", code(Arrays.copyOf(whole, 15)));
        assertEquals("BAD_FRAME: a packet of 18 bytes is cut off", code(Arrays.copyOf(whole, 17)));
        assertEquals("BAD_FRAME: 1 bytes behind the last packet are none", code(Arrays.copyOf(whole, 19)));
        assertEquals("BAD_FRAME: a packet is at least 16 bytes, not 15", code(changed(whole, 0, 15)));
        assertEquals("BAD_FRAME: a packet is at least 16 bytes, not 0", code(changed(whole, 0, 0)));
        assertEquals("FRAME_TOO_BIG: a packet is at most 1024 bytes", code(changed(whole, 0, BYTES_MAX + 1)));
        assertEquals("FRAME_TOO_BIG: a packet is at most 1024 bytes", code(changed(whole, 0, -1)));
        assertEquals("BAD_FRAME: a packet of 1024 bytes is cut off", code(changed(whole, 0, BYTES_MAX)));
        assertEquals("BAD_FRAME: a packet's header is 16 bytes, not 17", code(changed(whole, 4, 17 << 16)));
        assertEquals("BAD_FRAME: a packet's header is 16 bytes, not 65535", code(changed(whole, 4, -1)));
    }

    private static byte[] changed(byte[] packet, int at, int word) {
        byte[] changed = packet.clone();
        ByteBuffer.wrap(changed).putInt(at, word);
        return changed;
    }

    @Test
    void nothingOfAMessageCountsWhereOneOfItsPacketsIsBroken() {
        byte[] two = Packet.encode(List.of(packet(Packet.HEARTBEAT, ""), packet(Packet.AUTH, "{}")));
        assertEquals(2, Packet.decode(two, BYTES_MAX).packets().size());
        assertEquals("BAD_FRAME: a packet is at least 16 bytes, not 3", code(changed(two, 16, 3)));
    }

    @Test
    void aPacketMayBeAsLongAsItsBoundAndAMessageLonger() {
        Packet longest = new Packet(Packet.PLAIN, 1, 2, new byte[BYTES_MAX - Packet.HEADER_BYTES]);
        byte[] message = Packet.encode(List.of(longest, longest, longest));
        assertEquals(3 * BYTES_MAX, message.length);
        assertEquals(3, Packet.decode(message, BYTES_MAX).packets().size());
        assertEquals(
                ErrorCode.FRAME_TOO_BIG,
                Packet.decode(message, BYTES_MAX - 1).refusal().code());
    }

    @Test
    void aVersionThatDoesNotFitIsABugOfOurs() {
        assertThrows(IllegalArgumentException.class, () -> new Packet(65_536, 1, 1, new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> new Packet(-1, 1, 1, new byte[0]));
    }

    @Provide
    Arbitrary<List<Packet>> messages() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 65_535),
                        Arbitraries.integers(),
                        Arbitraries.integers(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(200))
                .as(Packet::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    @Property
    void packetsReadBackAsTheyWereWrittenOneOrSeveral(@ForAll("messages") List<Packet> packets) {
        Packet.Decoded decoded = Packet.decode(Packet.encode(packets), BYTES_MAX);
        assertNull(decoded.refusal());
        assertEquals(packets.size(), decoded.packets().size());
        for (int i = 0; i < packets.size(); i++) {
            assertSame(packets.get(i), decoded.packets().get(i));
        }
        Packet alone = packets.get(0);
        assertSame(alone, Packet.decode(alone.encode(), BYTES_MAX).packets().get(0));
    }

    @Property(tries = 5_000)
    void anyBytesAreReadOrRefused(@ForAll @Size(max = 100) byte[] bytes) {
        assertReadOrRefused(bytes);
    }

    /** Random bytes hardly ever get past the first length. */
    @Property(tries = 5_000)
    void whatIsAlmostPacketsIsReadOrRefused(
            @ForAll("messages") List<Packet> packets,
            @ForAll @IntRange(max = 2_000) int cut,
            @ForAll @IntRange(max = 2_000) int at,
            @ForAll byte noise) {
        byte[] whole = Packet.encode(packets);
        assertReadOrRefused(Arrays.copyOf(whole, Math.min(cut, whole.length)));
        whole[at % whole.length] = noise;
        assertReadOrRefused(whole);
    }

    private static void assertReadOrRefused(byte[] message) {
        Packet.Decoded decoded = Packet.decode(message, BYTES_MAX);
        assertEquals(decoded.refusal() == null, !decoded.packets().isEmpty());
        if (decoded.refusal() == null) {
            assertArrayEquals(message, Packet.encode(decoded.packets()), "every byte was taken");
        } else {
            assertFalse(decoded.refusal().message().isBlank());
        }
    }
}
