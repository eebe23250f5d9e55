package io.danmaku.standalone.check;

import static io.danmaku.standalone.check.Planted.some;

import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.MarksSynced;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Side;
import java.util.List;
import java.util.Random;

/** Faults of what is delivered that {@link Planted} puts into a good history; each is false when the history has no place for it. */
final class PlantedDelivered {
    private PlantedDelivered() {}

    private static Side side(Read read) {
        return new Side(read.user(), read.peer());
    }

    static boolean answeredWithLess(History history, Random random) {
        return PlantedMarks.answered(history.deliveries, random, -1);
    }

    static boolean answeredWithMore(History history, Random random) {
        return PlantedMarks.answered(history.deliveries, random, PlantedMarks.FAR);
    }

    private static Contact withDelivered(Contact contact, long delivered) {
        Marks m = contact.marks();
        return PlantedContacts.withMarks(contact, new Marks(m.read(), m.peerRead(), delivered, m.peerDelivered()));
    }

    private static Contact withPeerDelivered(Contact contact, long delivered) {
        Marks m = contact.marks();
        return PlantedContacts.withMarks(contact, new Marks(m.read(), m.peerRead(), m.delivered(), delivered));
    }

    static boolean lost(History history, Random random) {
        Read delivery = some(history.deliveries, random, Read::acknowledged);
        return delivery != null
                && PlantedContacts.change(history, side(delivery), one -> withDelivered(one, delivery.answered() - 1));
    }

    static boolean readIsNotDelivered(History history, Random random) {
        Read read = some(history.reads, random, Read::acknowledged);
        return read != null
                && PlantedContacts.change(history, side(read), one -> withDelivered(one, read.answered() - 1));
    }

    static boolean notToldToThePeer(History history, Random random) {
        Read delivery = some(
                history.deliveries,
                random,
                one -> one.acknowledged()
                        && history.changes.stream()
                                .noneMatch(change -> change.deed() == History.Deed.BLOCK
                                        && change.user() == one.peer()
                                        && change.peer() == one.user()));
        return delivery != null
                && PlantedContacts.change(history, side(delivery).other(), one -> withPeerDelivered(one, 0));
    }

    /** Its peer had blocked it before it said so for the first time, and is told all the same. */
    static boolean toldToWhoHadBlocked(History history, Random random) {
        Read delivery = some(history.deliveries, random, Read::acknowledged);
        if (delivery == null) {
            return false;
        }
        Side side = side(delivery);
        Evidence evidence = new Evidence(history);
        long told = evidence.contacts().get(side.other()).marks().peerDelivered();
        long first = List.of(evidence.reads(side), evidence.deliveries(side)).stream()
                .flatMap(List::stream)
                .mapToLong(Read::at)
                .min()
                .orElseThrow();
        return told > 0
                && PlantedPermission.plantBlock(history, /* user= */ side.peer(), /* peer= */ side.user(), first);
    }

    static boolean neverSynced(History history, Random random) {
        MarksSynced told = some(history.syncedMarks, random, one -> one.marks().delivered() > 0);
        if (told == null) {
            return false;
        }
        Marks m = told.marks();
        return history.syncedMarks.add(new MarksSynced(
                told.device(),
                told.peer(),
                new Marks(m.read(), m.peerRead(), m.delivered() - 1, m.peerDelivered()),
                told.unread(),
                told.lastSeq(),
                told.at(),
                told.till()));
    }
}
