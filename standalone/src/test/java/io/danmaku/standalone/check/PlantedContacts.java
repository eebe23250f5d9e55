package io.danmaku.standalone.check;

import static io.danmaku.standalone.check.Planted.some;

import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Side;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Faults of contacts that {@link Planted} puts into a good history; each is false when the history has no place for it. */
final class PlantedContacts {
    private PlantedContacts() {}

    static Contact withLast(Contact one, Message last) {
        return new Contact(one.peer(), last, one.unread(), one.marks());
    }

    static Contact withUnread(Contact one, long unread) {
        return new Contact(one.peer(), one.last(), unread, one.marks());
    }

    static Contact withMarks(Contact one, Marks marks) {
        return new Contact(one.peer(), one.last(), one.unread(), marks);
    }

    static boolean change(History history, Side side, UnaryOperator<Contact> by) {
        List<Contact> contacts = history.contacts.get(side.user());
        List<Contact> before = List.copyOf(contacts);
        contacts.replaceAll(one -> one.peer() == side.peer() ? by.apply(one) : one);
        return !contacts.equals(before);
    }

    private static boolean change(
            History history, Random random, Predicate<Contact> wanted, UnaryOperator<Contact> by) {
        List<Contact> contacts =
                some(history.contacts.values(), random, all -> all.stream().anyMatch(wanted));
        if (contacts == null) {
            return false;
        }
        Contact contact = some(contacts, random, wanted);
        return Collections.replaceAll(contacts, contact, by.apply(contact));
    }

    static boolean wrongUnread(History history, Random random) {
        return change(history, random, contact -> true, contact -> withUnread(contact, contact.unread() + 1));
    }

    static boolean higherMarkTold(History history, Random random) {
        return change(history, random, contact -> contact.marks().peerRead() > 0, contact -> {
            Marks m = contact.marks();
            return withMarks(
                    contact, new Marks(m.read(), m.peerRead() + PlantedMarks.FAR, m.delivered(), m.peerDelivered()));
        });
    }

    static boolean stale(History history, Random random) {
        Side side = some(
                history.histories.keySet(),
                random,
                one -> history.histories.get(one).size() > 1);
        if (side == null) {
            return false;
        }
        Message before = history.histories.get(side).get(0);
        change(history, side, one -> withLast(one, before));
        return true;
    }

    static boolean outOfOrder(History history, Random random) {
        List<Contact> two = some(
                history.contacts.values(),
                random,
                contacts -> contacts.size() > 1
                        && contacts.get(0).last() != null
                        && contacts.get(1).last() != null
                        && contacts.get(0).last().tsMs()
                                > contacts.get(1).last().tsMs());
        if (two != null) {
            Collections.swap(two, 0, 1);
        }
        return two != null;
    }

    static boolean lost(History history, Random random) {
        List<Contact> contacts = some(history.contacts.values(), random, all -> !all.isEmpty());
        return contacts != null && contacts.remove(some(contacts, random, contact -> true));
    }

    static boolean twice(History history, Random random) {
        List<Contact> contacts = some(history.contacts.values(), random, all -> !all.isEmpty());
        return contacts != null && contacts.add(contacts.get(contacts.size() - 1));
    }
}
