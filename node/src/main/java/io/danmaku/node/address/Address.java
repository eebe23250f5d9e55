package io.danmaku.node.address;

import io.netty.util.NetUtil;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/** An IP address as two numbers, which are compared without looking at a text. An IPv4 address is the same one when it comes mapped into IPv6. */
public record Address(long high, long low) {
    private static final int IPV4_BYTES = 4;
    /** The upper half of {@code low} in {@code ::ffff:0:0/96}, where IPv4 addresses stand. */
    private static final long IPV4 = 0xffff;

    /** Longest text of an address: IPv6 with an IPv4 address at its end. */
    private static final Pattern TEXT = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    /** An address as it is written, without brackets, port and zone; null when it is none. */
    public static Address parse(String text) {
        byte[] bytes =
                text == null || !TEXT.matcher(text).matches() ? null : NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return bytes.length == IPV4_BYTES
                ? new Address(0, IPV4 << Integer.SIZE | Integer.toUnsignedLong(in.getInt()))
                : new Address(in.getLong(), in.getLong());
    }

    public boolean isIpv4() {
        return high == 0 && low >>> Integer.SIZE == IPV4;
    }

    /** As it is written: IPv6 as RFC 5952 wants it. */
    @Override
    public String toString() {
        return NetUtil.bytesToIpAddress(
                isIpv4()
                        ? ByteBuffer.allocate(IPV4_BYTES).putInt((int) low).array()
                        : ByteBuffer.allocate(2 * Long.BYTES)
                                .putLong(high)
                                .putLong(low)
                                .array());
    }
}
