package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Begin;
import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Side;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/** Faults of late devices and of pushes that {@link Planted} puts into a good history; each is false when the history has no place for it. */
final class PlantedDevices {
    private PlantedDevices() {}

    private static Begin some(History history, Random random, Predicate<Begin> wanted) {
        return Planted.some(history.begins.values(), random, wanted);
    }

    /** From a history that it read, or from sync. */
    static boolean lateMissed(History history, Random random) {
        Begin begin = some(history, random, one -> true);
        if (begin == null) {
            return false;
        }
        Evidence evidence = new Evidence(history);
        Message message = Planted.some(
                history.histories.entrySet().stream()
                        .filter(one -> one.getKey().user() == begin.device().user())
                        .flatMap(one -> one.getValue().stream())
                        .toList(),
                random,
                one -> !Planted.mayBeGone(history, one)
                        && one.seq()
                                >= begin.from()
                                        .getOrDefault(one.peerOf(begin.device().user()), Long.MAX_VALUE));
        if (message == null || !evidence.isThere(Evidence.intentOf(message))) {
            return false;
        }
        begin.histories().values().forEach(messages -> messages.removeIf(message::equals));
        history.synced.get(begin.device()).removeIf(message::equals);
        return true;
    }

    /** What came right behind the position, of a history that was not read. */
    static boolean lateMissedTheFirst(History history, Random random) {
        Begin begin =
                some(history, random, one -> !history.synced.get(one.device()).isEmpty());
        if (begin == null) {
            return false;
        }
        Evidence evidence = new Evidence(history);
        Message first = Planted.some(
                history.synced.get(begin.device()),
                random,
                one -> evidence.begunAt(Evidence.intentOf(one)) > begin.till()
                        && evidence.at(
                                        new Side(
                                                begin.device().user(),
                                                one.peerOf(begin.device().user())),
                                        one.seq())
                                != null);
        return first != null && history.synced.get(begin.device()).removeIf(first::equals);
    }

    static boolean lateToldOldOnes(History history, Random random) {
        Begin begin = some(history, random, one -> true);
        if (begin == null) {
            return false;
        }
        var known = history.firstSynced.get(begin.device().user());
        Evidence evidence = new Evidence(history);
        Message old = known == null
                ? null
                : Planted.some(known.keySet(), random, one -> known.get(one) < begin.at() && !evidence.isChanged(one));
        return old != null && history.synced.get(begin.device()).add(old);
    }

    static boolean hideNotToldLate(History history, Random random) {
        Begin begin = some(history, random, one -> true);
        if (begin == null) {
            return false;
        }
        Change hide = Planted.some(
                history.changes,
                random,
                one -> one.deed() == Deed.HIDE
                        && one.acknowledged()
                        && one.user() == begin.device().user()
                        && one.at() > begin.till());
        Message message = hide == null ? null : new Evidence(history).message(hide);
        return message != null && history.hidden.get(begin.device()).remove(message.mid());
    }

    static boolean markNotToldLate(History history, Random random) {
        Begin begin = some(history, random, one -> true);
        if (begin == null) {
            return false;
        }
        int user = begin.device().user();
        Contact contact = Planted.some(
                history.contacts.getOrDefault(user, List.of()),
                random,
                one -> !one.marks().equals(Marks.NONE));
        if (contact == null) {
            return false;
        }
        history.syncedMarks.removeIf(one -> one.device().equals(begin.device()) && one.peer() == contact.peer());
        begin.contacts().computeIfPresent(contact.peer(), (peer, one) -> PlantedContacts.withMarks(one, Marks.NONE));
        return true;
    }

    /** The directory is empty, and stays so. */
    static boolean nobodyPushed(History history, Random random) {
        long wanted = history.sends.stream()
                        .filter(send -> send.outcome() == History.Outcome.ACKNOWLEDGED)
                        .map(History.Send::intent)
                        .distinct()
                        .count()
                * history.setup.devices();
        if (history.stirs.isEmpty() || wanted < JudgeOfDevices.PUSHES_MIN) {
            return false;
        }
        history.pushed.values().forEach(List::clear);
        return true;
    }
}
