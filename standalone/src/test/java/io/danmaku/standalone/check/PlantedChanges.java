package io.danmaku.standalone.check;

import static io.danmaku.standalone.check.Planted.some;

import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Form;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Side;
import io.danmaku.standalone.check.History.Telling;
import io.danmaku.standalone.check.History.Way;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/** Faults of changes that {@link Planted} puts into a good history; each is false when the history has no place for it. */
final class PlantedChanges {
    private static final long LATE = Long.MAX_VALUE / 2;

    private PlantedChanges() {}

    private static Change acknowledged(History history, Random random, Deed... deeds) {
        return some(
                history.changes,
                random,
                change -> change.acknowledged() && List.of(deeds).contains(change.deed()));
    }

    private static Change shared(History history, Random random) {
        return acknowledged(history, random, Deed.EDIT, Deed.RECALL, Deed.REACT);
    }

    private static boolean reform(History history, Predicate<Telling> which, Form form) {
        boolean any = false;
        for (Telling t : List.copyOf(history.tellings)) {
            if (which.test(t) && !t.form().equals(form)) {
                any |= Collections.replaceAll(
                        history.tellings, t, new Telling(t.way(), t.user(), t.device(), t.message(), form, t.at()));
            }
        }
        return any;
    }

    private static Predicate<Telling> of(Change change) {
        return telling -> telling.message().cid().equals(change.cid());
    }

    static boolean lost(History history, Random random) {
        Change change = shared(history, random);
        return change != null
                && history.tellings.stream().anyMatch(of(change).and(t -> t.way() == Way.HISTORY))
                && reform(
                        history, of(change).and(t -> t.form().rev() >= change.rev() && t.way() != Way.PUSH), Form.SENT);
    }

    static boolean lostOnOneSide(History history, Random random) {
        Change change = shared(history, random);
        return change != null
                && reform(
                        history,
                        of(change)
                                .and(t -> t.way() == Way.HISTORY
                                        && t.user() == t.message().from()),
                        Form.SENT);
    }

    static boolean olderEdit(History history, Random random) {
        Change edit = acknowledged(history, random, Deed.EDIT);
        if (edit == null) {
            return false;
        }
        boolean alone = history.changes.stream()
                .noneMatch(other -> !other.equals(edit)
                        && other.cid().equals(edit.cid())
                        && (other.deed() == Deed.EDIT || other.deed() == Deed.RECALL));
        boolean any = false;
        for (Telling t : List.copyOf(history.tellings)) {
            Form f = t.form();
            if (alone && t.way() == Way.HISTORY && of(edit).test(t)) {
                any |= reform(history, t::equals, new Form(f.rev(), false, "", f.bySender(), f.byRecipient()));
            }
        }
        return any;
    }

    static boolean missedByADevice(History history, Random random) {
        Change change = shared(history, random);
        return change != null
                && history.tellings.stream().anyMatch(of(change).and(t -> t.way() == Way.HISTORY))
                && history.tellings.removeIf(of(change)
                        .and(t -> t.user() == change.peer()
                                && t.device() == 0
                                && t.form().rev() > 0));
    }

    static boolean staleContact(History history, Random random) {
        Telling contact = some(
                history.tellings,
                random,
                t -> t.way() == Way.CONTACT && t.form().rev() > 0);
        return contact != null && reform(history, contact::equals, Form.SENT);
    }

    static boolean syncedBackwards(History history, Random random) {
        Telling changed = some(
                history.tellings, random, t -> t.way() == Way.SYNC && t.form().rev() > 0);
        return changed != null
                && history.tellings.add(new Telling(
                        Way.SYNC, changed.user(), changed.device(), changed.message(), Form.SENT, changed.at()));
    }

    static boolean lowerRevision(History history, Random random) {
        Change first = shared(history, random);
        return first != null
                && history.changes.add(new Change(
                        Deed.REACT,
                        /* user= */ first.peer(),
                        /* peer= */ first.user(),
                        first.cid(),
                        "s-late",
                        first.till() + 1,
                        first.till() + 2,
                        Outcome.ACKNOWLEDGED,
                        "",
                        first.rev()));
    }

    static boolean anotherText(History history, Random random) {
        Telling one = some(
                history.tellings,
                random,
                t -> t.way() == Way.HISTORY && t.form().rev() > 0);
        if (one == null) {
            return false;
        }
        Form f = one.form();
        return reform(history, one::equals, new Form(f.rev(), !f.recalled(), "#two", "", ""))
                && history.tellings.stream()
                        .anyMatch(t ->
                                t.message().equals(one.message()) && t.form().equals(f));
    }

    static boolean byNobody(History history, Random random) {
        Telling one = some(history.tellings, random, t -> t.form().rev() > 0);
        return one != null && reform(history, one::equals, new Form(one.form().rev(), false, "#none", "", ""));
    }

    static boolean toldAfterRecall(History history, Random random) {
        Change recall = acknowledged(history, random, Deed.RECALL);
        Telling told = recall == null ? null : some(history.tellings, random, of(recall));
        return told != null
                && history.tellings.add(
                        new Telling(Way.SYNC, told.message().to(), 0, told.message(), Form.SENT, recall.till() + 1));
    }

    static boolean editedAfterRecall(History history, Random random) {
        Change recall = acknowledged(history, random, Deed.RECALL);
        return recall != null
                && history.changes.add(new Change(
                        Deed.EDIT,
                        recall.user(),
                        recall.peer(),
                        recall.cid(),
                        "#late",
                        LATE,
                        LATE + 1,
                        Outcome.ACKNOWLEDGED,
                        "",
                        LATE));
    }

    static boolean notFound(History history, Random random) {
        Change refused = some(history.changes, random, change -> change.code().equals("not_found"));
        return refused != null
                && history.changes.removeIf(
                        change -> change.deed() == Deed.RECALL && change.cid().equals(refused.cid()));
    }

    static boolean hiddenStillThere(History history, Random random) {
        Change hide = acknowledged(history, random, Deed.HIDE);
        Message message = hide == null ? null : new Evidence(history).message(hide);
        return message != null
                && history.histories
                        .computeIfAbsent(new Side(hide.user(), hide.peer()), side -> new ArrayList<>())
                        .add(message);
    }

    static boolean hideNotTold(History history, Random random) {
        Change hide = acknowledged(history, random, Deed.HIDE);
        Message message = hide == null ? null : new Evidence(history).message(hide);
        return message != null && history.hidden.get(new Device(hide.user(), 0)).remove(message.mid());
    }

    static boolean hideToldToThePeer(History history, Random random) {
        Change hide = acknowledged(history, random, Deed.HIDE);
        Message message = hide == null ? null : new Evidence(history).message(hide);
        return message != null
                && history.changes.stream()
                        .noneMatch(other -> other.deed() == Deed.HIDE
                                && other.user() == hide.peer()
                                && other.cid().equals(hide.cid()))
                && history.hidden.get(new Device(hide.peer(), 0)).add(message.mid());
    }
}
