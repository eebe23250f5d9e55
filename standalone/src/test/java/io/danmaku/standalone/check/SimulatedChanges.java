package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Begin;
import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Form;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Side;
import io.danmaku.standalone.check.History.Telling;
import io.danmaku.standalone.check.History.Way;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** What becomes of messages in a {@link SimulatedRun}: each change is carried out at one moment, or refused, and answers get lost. */
final class SimulatedChanges {
    private static final List<Deed> DEEDS = List.of(Deed.values());

    final SimulatedSayings sayings = new SimulatedSayings();
    private final Map<Side, Set<Message>> hidden = new HashMap<>();
    /** All forms that a message had, the newest last; with each since when it was so. */
    private final Map<Message, List<Version>> versions = new HashMap<>();

    private record Version(Form form, long sinceUs) {}

    private long lastRev;
    private int number;

    long nextRev() {
        return ++lastRev;
    }

    boolean isHidden(Side side, Message message) {
        return hidden.getOrDefault(side, Set.of()).contains(message);
    }

    /** Somebody changes something at this moment. */
    void carryOut(History history, List<Message> log, Random random, long deedUs) {
        List<Message> answered = log.stream()
                .filter(message -> history.sends.stream()
                        .anyMatch(send -> send.outcome() == Outcome.ACKNOWLEDGED
                                && send.intent().equals(Evidence.intentOf(message))))
                .toList();
        if (answered.isEmpty()) {
            return;
        }
        Message message = answered.get(random.nextInt(answered.size()));
        Deed deed = DEEDS.get(random.nextInt(DEEDS.size()));
        boolean bySender = deed == Deed.EDIT || deed == Deed.RECALL || random.nextBoolean();
        Side side = bySender
                ? new Side(message.from(), message.to())
                : new Side(/* user= */ message.to(), /* peer= */ message.from());
        String text = switch (deed) {
            case EDIT -> "#" + number++;
            case REACT -> "s" + number++;
            case RELATE -> SimulatedSayings.someFlag(random);
            case SETTINGS -> SimulatedSayings.someWriters(random);
            case RECALL, HIDE, BLOCK, UNBLOCK -> "";
        };
        boolean lost = random.nextInt(6) == 0;
        boolean never = lost && random.nextBoolean();
        String refused = refusal(deed, side, message, log);
        long rev = never || !refused.isEmpty() ? 0 : apply(deed, side, message, text, deedUs);
        boolean ok = !lost && refused.isEmpty();
        history.changes.add(new Change(
                deed,
                side.user(),
                deed == Deed.SETTINGS ? -1 : side.peer(),
                Deeds.isOfMessage(deed) ? message.cid() : "",
                text,
                deedUs - 1 - random.nextInt(50),
                deedUs + 1 + random.nextInt(50),
                lost ? Outcome.UNKNOWN : ok ? Outcome.ACKNOWLEDGED : Outcome.REFUSED,
                lost ? "pending" : refused,
                ok ? rev : 0));
    }

    private String refusal(Deed deed, Side side, Message message, List<Message> log) {
        if (Deeds.isOfMessage(deed) && deed != Deed.RECALL && newest(message).recalled()) {
            return "not_found";
        }
        return deed.reaches() && isBarred(side.other(), log) ? "blocked" : "";
    }

    boolean isBarred(Side taking, List<Message> log) {
        return sayings.isBarred(
                taking,
                log.stream().anyMatch(message -> message.from() == taking.user() && message.to() == taking.peer()));
    }

    private Form newest(Message message) {
        List<Version> all = versions.getOrDefault(message, List.of());
        return all.isEmpty() ? Form.SENT : all.get(all.size() - 1).form;
    }

    /** The revision that it makes, 0 for what only one side sees. */
    private long apply(Deed deed, Side side, Message message, String text, long deedUs) {
        Form now = newest(message);
        boolean sender = side.user() == message.from();
        switch (deed) {
            case BLOCK, UNBLOCK -> sayings.block(side, deed == Deed.BLOCK, nextRev());
            case RELATE -> sayings.relate(side, text, nextRev());
            case SETTINGS -> sayings.settle(side.user(), text);
            case HIDE -> hidden.computeIfAbsent(side, s -> new HashSet<>()).add(message);
            case RECALL -> {
                if (!now.recalled()) {
                    become(message, new Form(++lastRev, true, "", "", ""), deedUs);
                }
                return newest(message).rev();
            }
            case EDIT -> {
                become(message, new Form(++lastRev, false, text, now.bySender(), now.byRecipient()), deedUs);
                return lastRev;
            }
            case REACT -> {
                String bySender = sender ? text : now.bySender();
                become(
                        message,
                        new Form(++lastRev, false, now.edit(), bySender, sender ? now.byRecipient() : text),
                        deedUs);
                return lastRev;
            }
        }
        return 0;
    }

    private void become(Message message, Form form, long deedUs) {
        versions.computeIfAbsent(message, m -> new ArrayList<>()).add(new Version(form, deedUs));
    }

    /** Pushes of changes get lost and come late; sync tells some on the way, and the newest in the end. */
    void tell(History history, Random random) {
        Set<String> touched = new HashSet<>();
        history.changes.forEach(change -> touched.add(change.cid()));
        history.pushed.forEach((device, messages) -> {
            for (Message message : List.copyOf(messages)) {
                if (touched.contains(message.cid())) {
                    history.tellings.add(told(Way.PUSH, device, message, Form.SENT, 0));
                }
            }
        });
        history.synced.forEach((device, messages) -> List.copyOf(messages).stream()
                .filter(message -> touched.contains(message.cid()))
                .forEach(message -> tell(history, random, device, message)));
        history.begins.values().forEach(begin -> {
            begin.histories()
                    .values()
                    .forEach(messages -> messages.stream()
                            .filter(message -> touched.contains(message.cid()))
                            .forEach(message -> history.tellings.add(told(
                                    Way.BEGIN, begin.device(), message, form(message, begin.till()), begin.till()))));
            tellLate(history, random, begin);
        });
        history.histories.forEach((side, messages) -> messages.stream()
                .filter(message -> touched.contains(message.cid()))
                .forEach(message -> history.tellings.add(atTheEnd(Way.HISTORY, side.user(), message))));
        history.contacts.forEach((user, contacts) -> contacts.stream()
                .map(Contact::last)
                .filter(last -> last != null && touched.contains(last.cid()))
                .forEach(last -> history.tellings.add(atTheEnd(Way.CONTACT, user, last))));
        hidden.forEach((side, messages) -> history.hidden.forEach((device, mids) -> {
            if (device.user() == side.user()) {
                messages.forEach(message -> mids.add(message.mid()));
            }
        }));
    }

    private void tell(History history, Random random, Device device, Message message) {
        history.tellings.add(told(Way.SYNC, device, message, Form.SENT, 0));
        tell(history, random, device, message, versions.getOrDefault(message, List.of()));
    }

    /** A device that came late is told how a message changes that was there before, also of one that it did not know. */
    private void tellLate(History history, Random random, Begin begin) {
        Device device = begin.device();
        versions.forEach((message, all) -> {
            List<Version> later = all.stream()
                    .filter(version -> version.sinceUs > begin.till())
                    .toList();
            List<Message> synced = history.synced.get(device);
            if (message.isOf(device.user()) && !later.isEmpty() && !synced.contains(message)) {
                synced.add(message);
                tell(history, random, device, message, later);
            }
        });
    }

    private void tell(History history, Random random, Device device, Message message, List<Version> all) {
        for (int i = 0; i < all.size(); i++) {
            Version version = all.get(i);
            if (random.nextBoolean()) {
                history.pushed.get(device).add(message);
                history.tellings.add(told(Way.PUSH, device, message, version.form, 0));
            }
            if (i == all.size() - 1 || random.nextBoolean()) {
                history.tellings.add(told(Way.SYNC, device, message, version.form, version.sinceUs));
            }
        }
    }

    private Form form(Message message, long atUs) {
        Form form = Form.SENT;
        for (Version version : versions.getOrDefault(message, List.of())) {
            form = version.sinceUs <= atUs ? version.form : form;
        }
        return form;
    }

    private Telling atTheEnd(Way way, int user, Message message) {
        return new Telling(way, user, -1, message, newest(message), Telling.AT_THE_END);
    }

    private static Telling told(Way way, Device device, Message message, Form form, long at) {
        return new Telling(way, device.user(), device.number(), message, form, at);
    }
}
