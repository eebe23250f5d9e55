package io.danmaku.node.address;

import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Says where a request comes from: from the other end of its socket or, where that is a proxy that is trusted, from the nearest address in
 * {@code X-Forwarded-For} that is none. What stands before that one anybody may have written.
 */
public final class TrustedProxies {
    /** Only the socket counts. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    private static final String HEADER = "X-Forwarded-For";

    private final List<AddressRange> ranges;

    private TrustedProxies(List<AddressRange> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /**
     * Addresses and ranges with commas between them.
     *
     * @throws IllegalArgumentException naming what is none
     */
    public static TrustedProxies parse(String list) {
        List<AddressRange> ranges = new ArrayList<>();
        for (String text : list.split(",", -1)) {
            if (!text.isBlank()) {
                AddressRange range = AddressRange.parse(text.trim());
                if (range == null) {
                    throw new IllegalArgumentException("'" + text.trim() + "' is no address and no range of addresses");
                }
                ranges.add(range);
            }
        }
        return new TrustedProxies(ranges);
    }

    /** The address that a request comes from, or null when it comes by no IP socket. */
    public Address client(HttpServerRequest request) {
        String host =
                request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
        int zone = host == null ? -1 : host.indexOf('%');
        Address peer = Address.parse(zone < 0 ? host : host.substring(0, zone));
        return trusts(peer) ? client(peer, request.headers().getAll(HEADER)) : peer;
    }

    /** @param forwarded the header's values, in their order: each proxy has put the address that it saw behind them */
    Address client(Address peer, List<String> forwarded) {
        Address nearest = peer;
        for (int i = forwarded.size() - 1; i >= 0; i--) {
            String[] hops = forwarded.get(i).split(",", -1);
            for (int h = hops.length - 1; h >= 0; h--) {
                Address hop = hop(hops[h].trim());
                if (hop == null) {
                    return nearest; // the proxy does not know it: what stands before is not its word
                }
                nearest = hop;
                if (!trusts(hop)) {
                    return hop;
                }
            }
        }
        return nearest;
    }

    private boolean trusts(Address address) {
        if (address != null) {
            for (AddressRange range : ranges) {
                if (range.contains(address)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Some proxies put the port behind it, and IPv6 in brackets. */
    private static Address hop(String text) {
        if (text.startsWith("[") && text.indexOf(']') > 0) {
            return Address.parse(text.substring(1, text.indexOf(']')));
        }
        int colon = text.indexOf(':');
        return Address.parse(colon > 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text);
    }
}
