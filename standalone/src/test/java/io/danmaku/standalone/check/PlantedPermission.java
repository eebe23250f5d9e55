package io.danmaku.standalone.check;

import static io.danmaku.standalone.check.Planted.some;

import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Note;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Faults of who may write to whom that {@link Planted} puts into a good history; each is false when the history has no place for it. */
final class PlantedPermission {
    private PlantedPermission() {}

    private static Change said(Deed deed, int user, int peer, String text, long before) {
        return new Change(deed, user, peer, "", text, before - 2, before - 1, Outcome.ACKNOWLEDGED, "", 0);
    }

    private static Predicate<Change> isBy(int user, int peer, Deed... deeds) {
        return change -> List.of(deeds).contains(change.deed()) && change.user() == user && change.peer() == peer;
    }

    static boolean plantBlock(History history, int user, int peer, long before) {
        history.changes.removeIf(isBy(user, peer, Deed.UNBLOCK));
        return history.changes.add(said(Deed.BLOCK, user, peer, "", before));
    }

    private static boolean plantChoice(History history, Random random, int user, int peer, long before) {
        history.changes.removeIf(isBy(user, peer, Deed.RELATE));
        history.changes.removeIf(isBy(user, -1, Deed.SETTINGS));
        boolean followed = random.nextBoolean();
        if (!followed) {
            history.changes.add(said(Deed.RELATE, user, peer, "follow=true", before));
        }
        return history.changes.add(said(Deed.SETTINGS, user, -1, followed ? "followed" : "contacts", before));
    }

    private static long firstCall(History history, Send sent) {
        return history.sends.stream()
                .filter(send -> send.intent().equals(sent.intent()))
                .mapToLong(Send::at)
                .min()
                .orElseThrow();
    }

    private static Send taken(History history, Random random, Predicate<Send> which) {
        Evidence evidence = new Evidence(history);
        return some(history.sends, random, send -> !send.bad() && evidence.isThere(send.intent()) && which.test(send));
    }

    static boolean reachedWhoBlocked(History history, Random random) {
        Send sent = taken(history, random, send -> send.outcome() == Outcome.ACKNOWLEDGED);
        return sent != null
                && plantBlock(history, sent.intent().to(), sent.intent().from(), firstCall(history, sent));
    }

    /** Nobody was answered, but somebody was told. */
    static boolean reachedWhoBlockedUnanswered(History history, Random random) {
        Evidence evidence = new Evidence(history);
        Send sent = taken(history, random, send -> evidence.firstAcknowledged(send.intent()) == null);
        if (sent == null) {
            return false;
        }
        int user = sent.intent().to();
        int peer = sent.intent().from();
        plantBlock(history, user, peer, firstCall(history, sent));
        // it was let again, but later
        long after = evidence.thereAt(sent.intent()) + 1;
        return history.changes.add(
                new Change(Deed.UNBLOCK, user, peer, "", "", after, after + 1, Outcome.ACKNOWLEDGED, "", 0));
    }

    static boolean changeReachedWhoBlocked(History history, Random random) {
        Change change = some(
                history.changes, random, one -> one.acknowledged() && one.deed().reaches());
        return change != null && plantBlock(history, /* user= */ change.peer(), /* peer= */ change.user(), change.at());
    }

    private static boolean hasWritten(History history, int from, int to) {
        return history.sends.stream()
                .anyMatch(send -> send.intent().from() == from && send.intent().to() == to);
    }

    static boolean strangerTaken(History history, Random random) {
        Send sent = taken(
                history,
                random,
                send -> !hasWritten(
                        history,
                        /* from= */ send.intent().to(),
                        /* to= */ send.intent().from()));
        return sent != null
                && plantChoice(
                        history, random, sent.intent().to(), sent.intent().from(), firstCall(history, sent));
    }

    static boolean changeOfAStrangerTaken(History history, Random random) {
        Change change = some(
                history.changes,
                random,
                one -> one.acknowledged()
                        && one.deed().reaches()
                        && !hasWritten(history, /* from= */ one.peer(), /* to= */ one.user()));
        return change != null
                && plantChoice(history, random, /* user= */ change.peer(), /* peer= */ change.user(), change.at());
    }

    private static Send refused(History history, Random random) {
        return some(history.sends, random, send -> send.code().equals("blocked"));
    }

    static boolean refusedWithoutABlock(History history, Random random) {
        Send refused = refused(history, random);
        if (refused == null) {
            return false;
        }
        Intent intent = refused.intent();
        history.changes.removeIf(isBy(intent.to(), -1, Deed.SETTINGS));
        history.changes.removeIf(isBy(intent.to(), intent.from(), Deed.BLOCK));
        return true;
    }

    /** Who may write was chosen, but this one may. */
    static boolean refusedThoughAccepted(History history, Random random) {
        Send refused = refused(history, random);
        if (refused == null) {
            return false;
        }
        int user = refused.intent().to();
        int peer = refused.intent().from();
        history.changes.removeIf(isBy(user, peer, Deed.BLOCK, Deed.RELATE));
        boolean accepted = random.nextBoolean();
        plantChoice(history, random, user, peer, refused.at());
        return history.changes.add(
                said(Deed.RELATE, user, peer, accepted ? "accepted=true" : "contact=true", refused.at()));
    }

    /** It was chosen, but the recipient has written before. */
    static boolean refusedThoughAnswered(History history, Random random) {
        Send refused = refused(history, random);
        if (refused == null) {
            return false;
        }
        int user = refused.intent().to();
        int peer = refused.intent().from();
        history.changes.removeIf(isBy(user, peer, Deed.BLOCK));
        plantChoice(history, random, user, peer, refused.at());
        Intent answer = new Intent(/* from= */ user, /* to= */ peer, "answer");
        return history.sends.add(new Send(
                answer, 0, false, refused.at() - 2, refused.at() - 1, Outcome.ACKNOWLEDGED, "", "answer", 1, 1));
    }

    static boolean refusedButPushed(History history, Random random) {
        Send refused = refused(history, random);
        if (refused == null || new Evidence(history).isThere(refused.intent())) {
            return false;
        }
        Intent intent = refused.intent();
        history.sends.replaceAll(send -> send.intent().equals(intent) ? refused : send);
        return history.pushed
                .get(new History.Device(intent.to(), 0))
                .add(new History.Message(intent.from(), intent.to(), 1, "refused", intent.cid(), 1));
    }

    static boolean noteIsNotTheLast(History history, Random random) {
        Sayings sayings = new Sayings(history.changes);
        Note told = some(
                history.notes,
                random,
                note -> !note.what().equals("cleared")
                        && sayings.possible(
                                                new Side(note.device().user(), note.peer()),
                                                note.what(),
                                                Long.MAX_VALUE,
                                                Long.MAX_VALUE)
                                        .size()
                                == 1
                        && history.notes.stream()
                                .noneMatch(other -> other.device().equals(note.device())
                                        && other.peer() == note.peer()
                                        && other.what().equals(note.what())
                                        && other.rev() > note.rev()));
        return told != null
                && history.notes.add(new Note(
                        told.device(),
                        told.peer(),
                        told.what(),
                        Boolean.toString(!Boolean.parseBoolean(told.value())),
                        told.rev() + 1));
    }

    static boolean otherWriters(History history, Random random) {
        Integer user = some(history.writers.keySet(), random, one -> true);
        if (user != null) {
            history.writers.put(user, "nobody");
        }
        return user != null;
    }

    static boolean otherRelation(History history, Random random) {
        Side side = some(
                history.relations.keySet(),
                random,
                one -> history.changes.stream().noneMatch(isBy(one.user(), one.peer(), Deed.RELATE)));
        return side != null && history.relations.put(side, new TreeSet<>(Set.of("follow"))) != null;
    }

    static boolean requestNotTold(History history, Random random) {
        Side side = some(history.relations.keySet(), random, one -> true);
        return side != null && (history.requests.remove(side) || history.requests.add(side));
    }

    /** What was to be refused was not answered, and is there. */
    static boolean badStored(History history, Random random) {
        Send bad = some(history.sends, random, Send::bad);
        if (bad == null) {
            return false;
        }
        Intent intent = bad.intent();
        Collections.replaceAll(
                history.sends,
                bad,
                new Send(intent, bad.device(), true, bad.at(), bad.till(), Outcome.UNKNOWN, "pending", "", 0, 0));
        return Retold.append(
                history, new History.Message(intent.from(), intent.to(), 0, "", intent.cid(), 1), intent.cid(), "bad");
    }
}
