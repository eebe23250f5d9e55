package io.danmaku.protocol.room;

import io.danmaku.protocol.event.DeliveryClass;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a room's policy declares of one kind of {@code app} events.
 *
 * @param deliveryClass how hard the hub tries to deliver it; one that is LATEST is conflated by its {@code key}
 * @param from weakest role that may send it, where the policy's {@code whoMaySend} does not ask for more
 */
public record AppKind(DeliveryClass deliveryClass, Role from) {
    /** Kinds that a policy may declare. */
    public static final int KINDS_MAX = 32;

    /** What holds of every {@code app} event in a room that declares no kind. */
    public static final AppKind ANY = new AppKind(DeliveryClass.RELIABLE, Permission.ANNOUNCE.weakest());

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,32}");

    public AppKind {
        if (deliveryClass == null || from == null) {
            throw new IllegalArgumentException("a kind has a class and from");
        }
    }

    /** Whether it can name a kind. */
    public static boolean isName(String kind) {
        return kind != null && NAME.matcher(kind).matches();
    }

    /**
     * Kinds as a policy keeps them: sorted, so that a policy has one wire form, and never changed.
     *
     * @param kinds null, as in the record of an older room-service, for none
     * @throws IllegalArgumentException naming the rule
     */
    static Map<String, AppKind> checked(Map<String, AppKind> kinds) {
        if (kinds == null || kinds.isEmpty()) {
            return Map.of();
        }
        if (kinds.size() > KINDS_MAX) {
            throw new IllegalArgumentException("app has at most " + KINDS_MAX + " kinds");
        }
        if (!kinds.keySet().stream().allMatch(AppKind::isName)) {
            throw new IllegalArgumentException("app names kinds of 1..32 of A-Z a-z 0-9 _ . -");
        }
        return Collections.unmodifiableMap(new TreeMap<>(kinds));
    }
}
