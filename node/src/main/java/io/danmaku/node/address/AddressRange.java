package io.danmaku.node.address;

/** Addresses of one kind, IPv4 or IPv6, whose first bits are the same, as CIDR writes them: {@code 10.0.0.0/8}, {@code 2001:db8::/32}. */
public final class AddressRange {
    private static final int BITS = 2 * Long.SIZE;
    private static final int IPV4_BITS = Integer.SIZE;
    private static final int DIGITS_MAX = 3;

    private final Address first;
    /** Of 128 bits, also of IPv4. */
    private final int bits;

    private final boolean ipv4;
    private final long highMask;
    private final long lowMask;

    private AddressRange(Address within, int bits) {
        this.bits = bits;
        ipv4 = within.isIpv4();
        highMask = mask(bits);
        lowMask = mask(bits - Long.SIZE);
        first = new Address(within.high() & highMask, within.low() & lowMask);
    }

    private static long mask(int bits) {
        return bits <= 0 ? 0 : -1L << Math.max(0, Long.SIZE - bits);
    }

    /** One address, or a range of them, as it is written; bits behind the first ones do not count. Null when it is neither. */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        Address address = Address.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null || slash < 0) {
            return address == null ? null : new AddressRange(address, BITS);
        }
        String length = text.substring(slash + 1);
        if (length.isEmpty() || length.length() > DIGITS_MAX || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        // what is written as IPv6 counts 128 bits, also where an IPv4 address is meant
        boolean written4 = text.indexOf(':') < 0;
        int bits = Integer.parseInt(length) + (written4 ? BITS - IPV4_BITS : 0);
        boolean within = bits <= BITS && (!address.isIpv4() || bits >= BITS - IPV4_BITS);
        return within ? new AddressRange(address, bits) : null;
    }

    public boolean contains(Address address) {
        return (address.low() & lowMask) == first.low()
                && (address.high() & highMask) == first.high()
                && address.isIpv4() == ipv4;
    }

    public boolean isIpv4() {
        return ipv4;
    }

    /** How many bits are the same: of 32 for IPv4, of 128 for IPv6. */
    public int prefix() {
        return ipv4 ? bits - (BITS - IPV4_BITS) : bits;
    }

    /** Its one way to be written: a single address without a length. */
    @Override
    public String toString() {
        return bits == BITS ? first.toString() : first + "/" + prefix();
    }
}
