package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.ToLongBiFunction;

/** Faults that are put into a good history, each with the rule that must find it. */
enum Planted {
    LOST_ON_ONE_SIDE("acknowledgedSendsAreInBothHistoriesOnce", (history, random) -> {
        Message lost = acknowledged(history, random);
        return lost != null && history.histories.get(someSide(lost, random)).remove(lost);
    }),
    LOST_ON_BOTH_SIDES_AND_DEVICES("acknowledgedSendsAreInBothHistoriesOnce", (history, random) -> {
        Message lost = acknowledged(history, random);
        if (lost != null) {
            Retold.lists(history).forEach(messages -> messages.removeIf(lost::equals));
        }
        return lost != null;
    }),
    UNKNOWN_ON_ONE_SIDE_ONLY("unknownOutcomesAreThereOnceOrNot", (history, random) -> {
        Message half = some(
                stored(history), random, message -> !isAcknowledged(history, message) && !mayBeGone(history, message));
        return half != null && history.histories.get(someSide(half, random)).remove(half);
    }),
    DOUBLED("acknowledgedSendsAreInBothHistoriesOnce", (history, random) -> {
        Message first = acknowledged(history, random);
        return first != null && Retold.append(history, first, first.cid(), "again");
    }),
    UNKNOWN_DOUBLED("unknownOutcomesAreThereOnceOrNot", (history, random) -> {
        Message first = some(stored(history), random, message -> !isAcknowledged(history, message));
        return first != null && Retold.append(history, first, first.cid(), "again");
    }),
    SYNCED_TWICE("allDevicesHoldOneOrder", (history, random) -> {
        var device = some(
                history.synced.keySet(),
                random,
                one -> !history.isLate(one) && !history.synced.get(one).isEmpty());
        List<Message> synced = device == null ? null : history.synced.get(device);
        return synced != null && synced.add(some(synced, random, message -> true));
    }),
    SYNCED_OUT_OF_ORDER("allDevicesHoldOneOrder", (history, random) -> {
        Message second = some(stored(history), random, message -> message.seq() > 1);
        if (second == null) {
            return false;
        }
        List<Message> synced = history.synced.get(new History.Device(second.from(), 0));
        return synced.remove(second) && addFirst(synced, second);
    }),
    SWAPPED_ON_ONE_SIDE("allDevicesHoldOneOrder", (history, random) -> {
        Message second = some(stored(history), random, message -> message.seq() > 1);
        if (second == null) {
            return false;
        }
        List<Message> messages = history.histories.getOrDefault(someSide(second, random), List.of());
        int at = messages.indexOf(second);
        if (at < 1) {
            return false;
        }
        Message first = messages.get(at - 1);
        messages.set(at - 1, numbered(second, first.seq()));
        messages.set(at, numbered(first, second.seq()));
        return true;
    }),
    SWAPPED_EVERYWHERE("realTimeOrder", (history, random) -> swapEverywhere(history, m -> true, Planted::firstReturn)),
    SWAPPED_WHAT_WAS_TOLD_UNANSWERED(
            "realTimeOrder",
            (history, random) -> swapEverywhere(
                    history, m -> !isAcknowledged(history, m), (h, m) -> h.firstTold.getOrDefault(m, Long.MAX_VALUE))),
    GAP("numbersHaveNoHoles", (history, random) -> {
        Message some = some(stored(history), random, message -> true);
        if (some == null) {
            return false;
        }
        Side side = new Side(some.from(), some.to());
        Retold.replace(
                history,
                message -> isOf(side, message) && message.seq() >= some.seq()
                        ? numbered(message, message.seq() + 1)
                        : message);
        return true;
    }),
    WRONG_UNREAD("unreadIsThatOfTheModel", PlantedContacts::wrongUnread),
    MARK_LOST("unreadIsThatOfTheModel", PlantedMarks::lost),
    HIGHER_MARK_TOLD_TO_THE_PEER("thePeerIsToldTheMark", PlantedContacts::higherMarkTold),
    READ_ANSWERED_WITH_LESS("readMarksNeverFall", PlantedMarks::answeredWithLess),
    READ_ANSWERED_WITH_MORE("readMarksNeverFall", PlantedMarks::answeredWithMore),
    MARK_KEPT_BACK_BEFORE_A_BLOCK("thePeerIsToldTheMark", PlantedMarks::keptBackBeforeABlock),
    OLDER_MARK_SYNCED_LAST("syncTellsTheMarks", PlantedMarks::olderSynced),
    MARK_NEVER_SYNCED("syncTellsTheMarks", PlantedMarks::neverSynced),
    MARK_NEVER_SET("onlyMarksThatWereSetAreTold", PlantedMarks::neverSet),
    MARK_TOLD_TO_A_STRANGER("onlyMarksThatWereSetAreTold", PlantedMarks::toldToAStranger),
    MARK_TOLD_TO_WHO_HAD_BLOCKED("noMarkReachesWhoBlocksItsReader", PlantedMarks::toldToWhoHadBlocked),
    CLEARED_AND_STILL_THERE("clearedIsGoneForWhoClearedIt", PlantedMarks::clearedStillThere),
    CLEARED_BY_HALF("clearedIsGoneForWhoClearedIt", PlantedMarks::clearedByHalf),
    CLEARED_TOO_FAR("acknowledgedSendsAreInBothHistoriesOnce", PlantedMarks::clearedTooFar),
    CLEARED_FOR_THE_PEER_TOO("acknowledgedSendsAreInBothHistoriesOnce", PlantedMarks::clearedForThePeer),
    CLEARED_AND_NEVER_TOLD("allDevicesHoldOneOrder", PlantedMarks::clearedAndNeverTold),
    CLEARED_IS_UNREAD("unreadIsThatOfTheModel", PlantedMarks::clearedIsUnread),
    CLEARED_IS_THE_LAST("contactsAreNewestFirstAndNewest", PlantedMarks::clearedIsTheLast),
    DEVICE_NOT_TOLD_OF_A_CLEAR("ownDevicesAreToldWhatIsCleared", PlantedMarks::clearNotTold),
    CLEAR_TOLD_TO_THE_PEER("ownDevicesAreToldWhatIsCleared", PlantedMarks::clearToldToThePeer),
    STALE_CONTACT("contactsAreNewestFirstAndNewest", PlantedContacts::stale),
    CONTACTS_OUT_OF_ORDER("contactsAreNewestFirstAndNewest", PlantedContacts::outOfOrder),
    CONTACT_LOST("contactsAreNewestFirstAndNewest", PlantedContacts::lost),
    CONTACT_TWICE("contactsAreNewestFirstAndNewest", PlantedContacts::twice),
    DELIVERY_ANSWERED_WITH_LESS("deliveredMarksNeverFall", PlantedDelivered::answeredWithLess),
    DELIVERY_ANSWERED_WITH_MORE("deliveredMarksNeverFall", PlantedDelivered::answeredWithMore),
    DELIVERED_LOST("deliveredIsThatOfTheModel", PlantedDelivered::lost),
    READ_IS_NOT_DELIVERED("deliveredIsThatOfTheModel", PlantedDelivered::readIsNotDelivered),
    DELIVERED_NOT_TOLD_TO_THE_PEER("thePeerIsToldWhatIsDelivered", PlantedDelivered::notToldToThePeer),
    DELIVERED_TOLD_TO_WHO_HAD_BLOCKED("thePeerIsToldWhatIsDelivered", PlantedDelivered::toldToWhoHadBlocked),
    DELIVERED_NEVER_SYNCED("syncTellsTheMarks", PlantedDelivered::neverSynced),
    SYNC_COUNTS_ONE_MORE_UNREAD("syncedUnreadIsThatOfTheModel", PlantedMarks::wrongUnreadSynced),
    SYNC_COUNTS_UP_TO_AN_OLD_MESSAGE("syncedUnreadIsThatOfTheModel", PlantedMarks::oldLastSynced),
    LATE_DEVICE_MISSED_A_MESSAGE("aLateDeviceMissesNothing", PlantedDevices::lateMissed),
    LATE_DEVICE_MISSED_WHAT_CAME_AT_ONCE("aLateDeviceMissesNothing", PlantedDevices::lateMissedTheFirst),
    LATE_DEVICE_TOLD_WHAT_WAS_BEFORE("aLateDeviceBeginsAtItsPosition", PlantedDevices::lateToldOldOnes),
    LATE_DEVICE_NOT_TOLD_OF_A_HIDE("hiddenIsGoneForWhoHidIt", PlantedDevices::hideNotToldLate),
    LATE_DEVICE_NOT_TOLD_OF_A_MARK("syncTellsTheMarks", PlantedDevices::markNotToldLate),
    NOBODY_PUSHED("pushesComeInCalmTimes", PlantedDevices::nobodyPushed),
    TOLD_TO_A_STRANGER("nothingForeignWasDelivered", (history, random) -> {
        Message message = some(stored(history), random, one -> true);
        var device = some(history.pushed.keySet(), random, one -> message != null && !message.isOf(one.user()));
        return device != null && history.pushed.get(device).add(message);
    }),
    IN_A_STRANGERS_HISTORY("nothingForeignWasDelivered", (history, random) -> {
        Message message = some(stored(history), random, one -> true);
        Side side = some(history.histories.keySet(), random, one -> message != null && !isOf(one, message));
        return side != null && history.histories.get(side).add(message);
    }),
    SENT_BY_NOBODY("nothingForeignWasDelivered", (history, random) -> {
        Message message = some(stored(history), random, one -> true);
        return message != null && Retold.append(history, message, "x1", "made-up");
    }),
    NEVER_TOLD_TO_ONE_DEVICE("allDevicesHoldOneOrder", (history, random) -> {
        Message message = some(stored(history), random, one -> true);
        var device = some(
                history.pushed.keySet(),
                random,
                one -> message != null
                        && message.isOf(one.user())
                        && !history.isLate(one)
                        && history.histories
                                .getOrDefault(new Side(one.user(), message.peerOf(one.user())), List.of())
                                .contains(message));
        if (device == null) {
            return false;
        }
        // pushes alone are not enough
        if (random.nextBoolean()) {
            history.pushed.get(device).removeIf(message::equals);
        }
        return history.synced.get(device).remove(message);
    }),
    PUSHED_WITH_ANOTHER_MID("allDevicesHoldOneOrder", (history, random) -> {
        Message m = some(stored(history), random, one -> true);
        return m != null
                && history.pushed
                        .get(new History.Device(m.to(), 0))
                        .add(new Message(m.from(), m.to(), m.seq(), "other", m.cid(), m.tsMs()));
    }),
    REPEAT_GOT_ANOTHER_MID("aRepeatGotTheFirstResult", (history, random) -> {
        Send repeat = some(
                history.sends,
                random,
                send -> send.outcome() == Outcome.ACKNOWLEDGED
                        && history.sends.stream()
                                        .filter(other -> other.intent().equals(send.intent())
                                                && other.outcome() == Outcome.ACKNOWLEDGED)
                                        .count()
                                > 1);
        return repeat != null
                && Collections.replaceAll(history.sends, repeat, Retold.answered(repeat, "other", repeat.seq(), 1));
    }),
    REFUSED_BUT_STORED("refusedSendsAreNowhere", (history, random) -> {
        Evidence evidence = new Evidence(history);
        Send refused = some(history.sends, random, send -> evidence.isRefused(send.intent()));
        Message place = refused == null ? null : some(stored(history), random, message -> true);
        if (place == null) {
            return false;
        }
        Intent intent = refused.intent();
        return Retold.append(
                history,
                new Message(intent.from(), intent.to(), 0, "", intent.cid(), place.tsMs()),
                intent.cid(),
                "should-not-be");
    }),
    BAD_ONE_TAKEN("whatMustBeRefusedIs", (history, random) -> {
        Send bad = some(history.sends, random, Send::bad);
        return bad != null && Collections.replaceAll(history.sends, bad, Retold.answered(bad, "taken", 1, 1));
    }),
    CHANGE_LOST("acknowledgedChangesAreThereOnBothSides", PlantedChanges::lost),
    CHANGE_LOST_ON_ONE_SIDE("acknowledgedChangesAreThereOnBothSides", PlantedChanges::lostOnOneSide),
    AN_OLDER_EDIT_IN_THE_END("acknowledgedChangesAreThereOnBothSides", PlantedChanges::olderEdit),
    DEVICE_MISSED_A_CHANGE("everyDeviceEndsWithTheSameForm", PlantedChanges::missedByADevice),
    STALE_CONTACT_FORM("everyDeviceEndsWithTheSameForm", PlantedChanges::staleContact),
    OLDER_FORM_SYNCED_LAST("revisionsOnlyRise", PlantedChanges::syncedBackwards),
    LATER_CHANGE_HAS_THE_LOWER_REVISION("revisionsOnlyRise", PlantedChanges::lowerRevision),
    ONE_REVISION_TWO_TEXTS("aRevisionSaysOneThing", PlantedChanges::anotherText),
    CHANGED_BY_NOBODY("nothingIsChangedByNobody", PlantedChanges::byNobody),
    TOLD_AFTER_ITS_RECALL("aRecallIsFinal", PlantedChanges::toldAfterRecall),
    EDITED_AFTER_ITS_RECALL("aRecallIsFinal", PlantedChanges::editedAfterRecall),
    NOT_FOUND_WITHOUT_A_RECALL("aRecallIsFinal", PlantedChanges::notFound),
    HIDDEN_AND_STILL_THERE("hiddenIsGoneForWhoHidIt", PlantedChanges::hiddenStillThere),
    DEVICE_NOT_TOLD_OF_A_HIDE("hiddenIsGoneForWhoHidIt", PlantedChanges::hideNotTold),
    HIDDEN_TOLD_TO_THE_PEER("hiddenIsGoneForWhoHidIt", PlantedChanges::hideToldToThePeer),
    REFUSED_BUT_PUSHED("refusedSendsAreNowhere", PlantedPermission::refusedButPushed),
    BAD_ONE_STORED_UNANSWERED("refusedSendsAreNowhere", PlantedPermission::badStored),
    REACHED_WHO_HAD_BLOCKED("nothingComesFromWhoIsBlocked", PlantedPermission::reachedWhoBlocked),
    UNANSWERED_REACHED_WHO_HAD_BLOCKED("nothingComesFromWhoIsBlocked", PlantedPermission::reachedWhoBlockedUnanswered),
    CHANGE_REACHED_WHO_HAD_BLOCKED("nothingComesFromWhoIsBlocked", PlantedPermission::changeReachedWhoBlocked),
    STRANGER_TAKEN("nothingComesFromWhoMayNotWrite", PlantedPermission::strangerTaken),
    CHANGE_OF_A_STRANGER_TAKEN("nothingComesFromWhoMayNotWrite", PlantedPermission::changeOfAStrangerTaken),
    REFUSED_WITHOUT_A_BLOCK("onlyWhoIsBlockedIsRefusedSo", PlantedPermission::refusedWithoutABlock),
    REFUSED_THOUGH_ACCEPTED("onlyWhoIsBlockedIsRefusedSo", PlantedPermission::refusedThoughAccepted),
    REFUSED_THOUGH_ANSWERED("onlyWhoIsBlockedIsRefusedSo", PlantedPermission::refusedThoughAnswered),
    NOTE_IS_NOT_THE_LAST("ownDevicesAreToldWhatTheirUserSays", PlantedPermission::noteIsNotTheLast),
    OTHER_WRITERS_IN_THE_END("whatOneSaysIsThereInTheEnd", PlantedPermission::otherWriters),
    OTHER_RELATION_IN_THE_END("whatOneSaysIsThereInTheEnd", PlantedPermission::otherRelation),
    REQUEST_NOT_TOLD("whatOneSaysIsThereInTheEnd", PlantedPermission::requestNotTold);

    private final String rule;
    /** Lambdas without a state. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final BiPredicate<History, Random> plant;

    Planted(String rule, BiPredicate<History, Random> plant) {
        this.rule = rule;
        this.plant = plant;
    }

    /** The rule that finds it. */
    String rule() {
        return rule;
    }

    /** Puts it into a good history; false when the history has no place for it. */
    boolean into(History history, Random random) {
        return plant.test(history, random);
    }

    static <T> T some(Collection<T> all, Random random, Predicate<T> wanted) {
        List<T> fit = all.stream().filter(wanted).toList();
        return fit.isEmpty() ? null : fit.get(random.nextInt(fit.size()));
    }

    /** Of two messages the first, known before the second was sent, gets the higher number. */
    private static boolean swapEverywhere(
            History history, Predicate<Message> firsts, ToLongBiFunction<History, Message> known) {
        for (Message second : stored(history)) {
            for (Message first : stored(history)) {
                if (isOf(new Side(second.from(), second.to()), first)
                        && firsts.test(first)
                        && first.seq() < second.seq()
                        && known.applyAsLong(history, first) < firstCall(history, second)) {
                    Retold.replace(
                            history,
                            message -> message.equals(first)
                                    ? numbered(first, second.seq())
                                    : message.equals(second) ? numbered(second, first.seq()) : message);
                    return true;
                }
            }
        }
        return false;
    }

    private static List<Message> stored(History history) {
        return history.histories.values().stream()
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    private static Message acknowledged(History history, Random random) {
        return some(
                stored(history), random, message -> isAcknowledged(history, message) && !mayBeGone(history, message));
    }

    /** What somebody may have hidden or cleared can be absent. */
    static boolean mayBeGone(History history, Message message) {
        return history.changes.stream()
                        .anyMatch(change ->
                                change.deed() == Deed.HIDE && change.cid().equals(message.cid()))
                || history.clears.stream()
                        .anyMatch(clear -> clear.seq() >= message.seq()
                                && message.isOf(clear.user())
                                && message.isOf(clear.peer()));
    }

    static boolean isAcknowledged(History history, Message message) {
        return history.sends.stream()
                .anyMatch(send ->
                        send.intent().equals(Evidence.intentOf(message)) && send.outcome() == Outcome.ACKNOWLEDGED);
    }

    private static long firstReturn(History history, Message message) {
        return history.sends.stream()
                .filter(send -> send.intent().equals(Evidence.intentOf(message)))
                .filter(send -> send.outcome() == Outcome.ACKNOWLEDGED)
                .mapToLong(Send::till)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    static long firstCall(History history, Message message) {
        return history.sends.stream()
                .filter(send -> send.intent().equals(Evidence.intentOf(message)))
                .mapToLong(Send::at)
                .min()
                .orElseThrow();
    }

    private static Side someSide(Message message, Random random) {
        return random.nextBoolean() ? new Side(message.from(), message.to()) : new Side(message.to(), message.from());
    }

    private static boolean isOf(Side side, Message message) {
        return message.isOf(side.user()) && message.peerOf(side.user()) == side.peer();
    }

    private static Message numbered(Message m, long seq) {
        return new Message(m.from(), m.to(), seq, m.mid(), m.cid(), m.tsMs());
    }

    private static boolean addFirst(List<Message> messages, Message message) {
        messages.add(0, message);
        return true;
    }
}
