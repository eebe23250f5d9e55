package io.danmaku.protocol.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.room.Hold;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class RoomRecordTest {

    @Property
    void aRecordReadsBackAsItWasWritten(
            @ForAll EventType type,
            @ForAll DeliveryClass deliveryClass,
            @ForAll boolean ranking,
            @ForAll boolean shadowed,
            @ForAll @IntRange(min = 1, max = 4) int weight,
            @ForAll long node,
            @ForAll long sendId,
            @ForAll @AlphaChars @StringLength(max = 64) String user,
            @ForAll @AlphaChars @StringLength(max = 64) String cid,
            @ForAll("keys") String key,
            @ForAll("holds") Hold held,
            @ForAll byte[] json) {
        RoomRecord read = RoomRecord.decode(
                new RoomRecord(type, deliveryClass, ranking, shadowed, weight, node, sendId, user, cid, key, held, json)
                        .encode());
        assertNotNull(read);
        assertEquals(type, read.type());
        assertEquals(deliveryClass, read.deliveryClass());
        assertEquals(ranking, read.ranking());
        assertEquals(shadowed, read.shadowed());
        assertEquals(weight, read.weight());
        assertEquals(node, read.node());
        assertEquals(sendId, read.sendId());
        assertEquals(user, read.user());
        assertEquals(cid, read.cid());
        assertEquals(key, read.key());
        assertEquals(held, read.held());
        assertArrayEquals(json, read.json());
    }

    @net.jqwik.api.Provide
    net.jqwik.api.Arbitrary<String> keys() {
        return net.jqwik.api.Arbitraries.of("", "score", "钥".repeat(64), "😀".repeat(32));
    }

    @net.jqwik.api.Provide
    net.jqwik.api.Arbitrary<Hold> holds() {
        return net.jqwik.api.Arbitraries.of(Hold.Why.values())
                .map(why -> new Hold(why, 1_764_000_000_000L + why.code()))
                .injectNull(0.5);
    }

    @Property(tries = 5_000)
    void foreignBytesAreNoRecordOrOneThatIsWhole(@ForAll byte[] bytes) {
        assertReadOrPassedOver(bytes);
    }

    @Property(tries = 2_000)
    void aCutRecordIsNoRecordOrOneThatIsWhole(
            @ForAll @IntRange(max = 80) int length, @ForAll @IntRange(max = 255) int noise) {
        byte[] whole = new RoomRecord(EventType.CHAT, true, false, 1, 1, 2, "user", "cid", "", new byte[20]).encode();
        byte[] cut = Arrays.copyOf(whole, Math.min(length, whole.length));
        assertReadOrPassedOver(cut);
        if (cut.length > 1) {
            cut[cut.length / 2] = (byte) noise;
            assertReadOrPassedOver(cut);
        }
    }

    private static void assertReadOrPassedOver(byte[] bytes) {
        RoomRecord read = RoomRecord.decode(bytes);
        if (read != null) {
            assertNotNull(read.type());
            assertNotNull(read.user());
            assertNotNull(read.cid());
            assertNotNull(read.key());
            assertNotNull(read.json());
        }
    }

    @Test
    void aRecordOfALaterVersionOrTypeIsPassedOver() {
        byte[] record = new RoomRecord(EventType.CHAT, false, false, 1, 1, 2, "u", "c", "", new byte[0]).encode();
        byte[] laterVersion = record.clone();
        laterVersion[0] = 2;
        byte[] laterType = record.clone();
        laterType[1] = 120;
        byte[] negativeType = record.clone();
        negativeType[1] = -1;
        assertNull(RoomRecord.decode(laterVersion));
        assertNull(RoomRecord.decode(laterType));
        assertNull(RoomRecord.decode(negativeType));
    }

    /** Nodes of before there were classes in records wrote no such bits, and read none. */
    @Property
    void aRecordOfItsTypesClassHasTheBytesOfOld(@ForAll EventType type) {
        byte[] record = new RoomRecord(type, true, true, 4, 1, 2, "u", "c", "", new byte[0]).encode();
        assertEquals(1 | 2 | 3 << 2, record[2]);
        assertEquals(type.deliveryClass(), RoomRecord.decode(record).deliveryClass());
    }

    @Property
    void noStateIsConflatedWithAnAppEvent(@ForAll String stateKey, @ForAll String appKey) {
        RoomRecord state = read(EventType.STATE, stateKey);
        RoomRecord app = read(EventType.APP, appKey);
        assertEquals(state.key(), state.conflationKey());
        if (!app.key().isEmpty()) {
            assertNotEquals(state.conflationKey(), app.conflationKey());
            assertEquals(app.conflationKey(), read(EventType.APP, appKey).conflationKey());
        }
    }

    private static RoomRecord read(EventType type, String key) {
        String fits = key.substring(0, Math.min(key.length(), 60));
        return RoomRecord.decode(
                new RoomRecord(type, DeliveryClass.LATEST, false, false, 1, 0, 0, "u", "c", fits, null, new byte[0])
                        .encode());
    }

    @Test
    void whatIsHeldForAReasonThatThisVersionDoesNotKnowIsPassedOver() {
        byte[] record = new RoomRecord(
                        EventType.CHAT,
                        EventType.CHAT.deliveryClass(),
                        false,
                        false,
                        1,
                        1,
                        2,
                        "u",
                        "c",
                        "",
                        new Hold(Hold.Why.ALL, 5),
                        new byte[0])
                .encode();
        assertEquals(new Hold(Hold.Why.ALL, 5), RoomRecord.decode(record).held());
        record[record.length - 9] = 100;
        assertNull(RoomRecord.decode(record), "told to nobody, and not to all");
    }

    @Test
    void anIdentifierThatDoesNotFitIsABugOfOurs() {
        RoomRecord tooLong =
                new RoomRecord(EventType.CHAT, false, false, 1, 1, 2, "u".repeat(256), "c", "", new byte[0]);
        assertThrows(IllegalArgumentException.class, tooLong::encode);
    }
}
