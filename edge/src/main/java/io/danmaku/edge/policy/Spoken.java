package io.danmaku.edge.policy;

import io.danmaku.node.address.Address;
import io.danmaku.node.address.AddressRange;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.token.Claims;

/**
 * A sanction, ready to be compared with who is connected.
 *
 * @param range its addresses; null when it is about a user or a device
 */
public record Spoken(Sanction sanction, AddressRange range) {

    /** @throws IllegalArgumentException when its addresses are none that this version can read */
    public static Spoken of(Sanction sanction) {
        AddressRange range = sanction.address() == null ? null : AddressRange.parse(sanction.address());
        if (sanction.address() != null && range == null) {
            throw new IllegalArgumentException("no range of addresses: " + sanction.address());
        }
        return new Spoken(sanction, range);
    }

    /**
     * Whether it is about somebody: the user, the device, or the address.
     *
     * @param address where somebody is connected from, null = not known
     */
    public boolean isAbout(Claims claims, Address address) {
        if (!sanction.room().tenant().equals(claims.tenant())) {
            return false;
        }
        if (range != null) {
            return address != null && range.contains(address);
        }
        return sanction.user() != null
                ? sanction.user().equals(claims.user())
                : sanction.device().equals(claims.account().device());
    }
}
