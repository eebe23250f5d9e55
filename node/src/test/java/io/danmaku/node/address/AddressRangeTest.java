package io.danmaku.node.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3",
        "10.1.2.3/32, 10.1.2.3",
        "10.1.2.3/8, 10.0.0.0/8",
        "0.0.0.0/0, 0.0.0.0/0",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:1:2:3:4:5:6/64, 2001:db8:1:2::/64",
        "::/0, ::/0",
        "::1/128, ::1",
        "::ffff:10.1.2.3, 10.1.2.3",
        "::ffff:a01:203/104, 10.0.0.0/8"
    })
    void aRangeHasOneWayToBeWritten(String text, String written) {
        assertEquals(written, AddressRange.parse(text).toString());
        assertEquals(written, AddressRange.parse(written).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.1.2",
                "10.1.2.256",
                "10.1.2.3.4",
                "10.1.2.3:80",
                "10.1.2.3/33",
                "10.1.2.3/",
                "10.1.2.3/-1",
                "10.1.2.3/+1",
                "10.1.2.3/8/8",
                "/8",
                "[::1]",
                "::1%eth0",
                "::1/129",
                "1::2::3",
                "fe80",
                "::ffff:10.1.2.3/95",
                "10.1.2.3 "
            })
    void whatIsNoRangeIsNone(String text) {
        assertNull(AddressRange.parse(text), text);
    }

    private static boolean contains(String range, String address) {
        return AddressRange.parse(range).contains(Address.parse(address));
    }

    @Test
    void aRangeHasTheAddressesOfItsFirstBitsAndOfItsKind() {
        assertTrue(contains("10.0.0.0/8", "10.255.0.1"));
        assertFalse(contains("10.0.0.0/8", "11.0.0.0"));
        assertTrue(contains("10.0.0.0/8", "::ffff:10.0.0.1"), "the same address, mapped");
        assertTrue(contains("2001:db8::/32", "2001:db8:ffff::1"));
        assertFalse(contains("2001:db8::/32", "2001:db9::1"));
        assertTrue(contains("2001:db8:0:1::/64", "2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assertFalse(contains("2001:db8:0:1::/64", "2001:db8:0:2::"));
        assertTrue(contains("::/16", "::1"));
        assertFalse(contains("::/16", "10.0.0.1"), "all of IPv4 would stand in it");
    }

    @Property
    void aRangeOfIpv4HasWhatHasItsFirstBits(
            @ForAll int within, @ForAll int other, @ForAll @IntRange(max = 32) int prefix) {
        AddressRange range = AddressRange.parse(ipv4(within) + "/" + prefix);
        assertNotNull(range);
        assertEquals(prefix, range.prefix());
        assertTrue(range.contains(Address.parse(ipv4(within))));
        boolean same = prefix == 0 || (within ^ other) >>> (32 - prefix) == 0;
        assertEquals(same, range.contains(Address.parse(ipv4(other))));
    }

    private static String ipv4(int bits) {
        return (bits >>> 24) + "." + (bits >>> 16 & 255) + "." + (bits >>> 8 & 255) + "." + (bits & 255);
    }

    @Property
    void anAddressReadsBackAsItIsWritten(@ForAll long high, @ForAll long low) {
        Address address = new Address(high, low);
        assertEquals(address, Address.parse(address.toString()));
        assertTrue(AddressRange.parse(address.toString()).contains(address));
    }
}
