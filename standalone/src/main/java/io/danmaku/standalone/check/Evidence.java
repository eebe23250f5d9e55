package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A history arranged for its {@link Judge}. Decides nothing. */
final class Evidence {
    /** One conversation: what was asked in it, and its two histories by what was asked. */
    record Conversation(
            Side low, List<Intent> intents, Map<Intent, List<Message>> ofLow, Map<Intent, List<Message>> ofHigh) {}

    private final Map<Intent, List<Send>> calls = new LinkedHashMap<>();
    private final Map<Side, List<Read>> reads;
    private final Map<Side, List<Read>> deliveries;
    private final Map<Side, Contact> contacts = new TreeMap<>();
    private final Set<String> changed = new HashSet<>();
    private final Map<String, Intent> intents = new HashMap<>();
    private final Map<Side, List<Message>> whole = new TreeMap<>();
    private final Map<Side, List<Change>> hides = new HashMap<>();
    private final Map<Side, List<Read>> clears;
    private final Map<Side, Map<Long, Message>> bySeq = new HashMap<>();
    private final Set<Message> allTold;
    private final Sayings sayings;
    /** When somebody first knew that there is a message. */
    private final Map<Intent, Long> there = new HashMap<>();

    private final Map<Intent, Long> answeredAt = new HashMap<>();

    Evidence(History history) {
        history.sends.forEach(send -> calls.computeIfAbsent(send.intent(), intent -> new ArrayList<>(1))
                .add(send));
        reads = bySide(history.reads);
        deliveries = bySide(history.deliveries);
        clears = bySide(history.clears);
        history.contacts.forEach((user, all) ->
                all.forEach(contact -> contacts.putIfAbsent(new Side(user, contact.peer()), contact)));
        history.changes.forEach(change -> changed.add(change.cid()));
        calls.keySet().forEach(intent -> intents.put(intent.cid(), intent));
        history.histories.forEach((side, messages) -> whole.put(side, new ArrayList<>(messages)));
        history.changes.stream()
                .filter(change -> change.deed() == Deed.HIDE && change.possible())
                .forEach(this::restore);
        clears.forEach(this::restore);
        sayings = new Sayings(history.changes);
        allTold = allTold(history);
        allTold.forEach(message ->
                there.merge(intentOf(message), history.firstTold.getOrDefault(message, Long.MAX_VALUE), Math::min));
        calls.keySet().forEach(intent -> {
            Send answered = firstAcknowledged(intent);
            if (answered != null) {
                there.merge(intent, answered.till(), Math::min);
                answeredAt.put(intent, answered.till());
            }
        });
        whole.forEach((side, messages) -> {
            Map<Long, Message> numbered = new HashMap<>();
            messages.forEach(message -> numbered.putIfAbsent(message.seq(), message));
            bySeq.put(side, numbered);
        });
    }

    private static Map<Side, List<Read>> bySide(List<Read> all) {
        Map<Side, List<Read>> bySide = new TreeMap<>();
        all.forEach(read -> bySide.computeIfAbsent(new Side(read.user(), read.peer()), side -> new ArrayList<>(1))
                .add(read));
        return bySide;
    }

    /** A message that one side may have hidden is at its place of the whole history. */
    private void restore(Change hide) {
        Side side = new Side(hide.user(), hide.peer());
        hides.computeIfAbsent(side, s -> new ArrayList<>(1)).add(hide);
        Message hidden = message(hide);
        if (hidden == null) {
            return;
        }
        List<Message> there = whole.computeIfAbsent(side, s -> new ArrayList<>());
        if (there.stream().noneMatch(message -> message.mid().equals(hidden.mid()))) {
            int at = 0;
            while (at < there.size() && there.get(at).seq() < hidden.seq()) {
                at++;
            }
            there.add(at, hidden);
        }
    }

    /** What one side may have cleared is at its place as the other side has it, or as its sender was answered. */
    private void restore(Side side, List<Read> all) {
        long upTo = all.stream()
                .mapToLong(clear -> Math.max(clear.seq(), clear.answered()))
                .max()
                .orElse(0);
        List<Message> there = new ArrayList<>(whole.getOrDefault(side, List.of()));
        Set<String> mids = new HashSet<>();
        there.forEach(message -> mids.add(message.mid()));
        List<Message> missing = new ArrayList<>(whole.getOrDefault(side.other(), List.of()));
        calls.keySet().stream()
                .filter(intent -> side.equals(new Side(intent.from(), intent.to()))
                        || side.other().equals(new Side(intent.from(), intent.to())))
                .map(this::answered)
                .filter(Objects::nonNull)
                .forEach(missing::add);
        missing.removeIf(message -> message.seq() > upTo || !mids.add(message.mid()));
        missing.sort(Comparator.comparingLong(Message::seq));
        int at = 0;
        for (Message message : missing) {
            while (at < there.size() && there.get(at).seq() < message.seq()) {
                at++;
            }
            there.add(at, message);
        }
        if (!missing.isEmpty()) {
            whole.put(side, there);
        }
    }

    /** The message that a change is about, as its sender was answered; null when that was never acknowledged. */
    Message message(Change change) {
        Intent intent = intents.get(change.cid());
        return intent == null ? null : answered(intent);
    }

    /** The message of the first good answer, or null. */
    Message answered(Intent intent) {
        Send sent = firstAcknowledged(intent);
        return sent == null
                ? null
                : new Message(intent.from(), intent.to(), sent.seq(), sent.mid(), intent.cid(), sent.tsMs());
    }

    /** Both histories with what their owner has hidden. */
    Map<Side, List<Message>> whole() {
        return whole;
    }

    /** Whether one side has hidden a message by a change of that sort. */
    boolean isHidden(Side side, Message message, Predicate<Change> sort) {
        return hides.getOrDefault(side, List.of()).stream()
                .anyMatch(hide -> hide.cid().equals(message.cid()) && sort.test(hide));
    }

    /** Up to where somebody asked to clear, by who did and with whom. */
    Map<Side, List<Read>> clears() {
        return clears;
    }

    List<Read> clears(Side side) {
        return clears.getOrDefault(side, List.of());
    }

    Sayings sayings() {
        return sayings;
    }

    /** Whether what was asked for is there: it was acknowledged, or somebody was told of it. */
    boolean isThere(Intent intent) {
        return there.containsKey(intent);
    }

    /** By when what is there had been carried out. */
    long thereAt(Intent intent) {
        return there.getOrDefault(intent, Long.MAX_VALUE);
    }

    /** When it was first acknowledged, beyond all where it never was. */
    long answeredAt(Intent intent) {
        return answeredAt.getOrDefault(intent, Long.MAX_VALUE);
    }

    /** Before that what is there was not carried out. */
    long begunAt(Intent intent) {
        return calls.getOrDefault(intent, List.of()).stream()
                .filter(call -> call.outcome() != Outcome.REFUSED)
                .mapToLong(Send::at)
                .min()
                .orElse(0);
    }

    /** Calls by what they asked for, in the order in which they ended. */
    Map<Intent, List<Send>> calls() {
        return calls;
    }

    /** Reads by reader and peer. */
    Map<Side, List<Read>> reads() {
        return reads;
    }

    List<Read> reads(Side side) {
        return reads.getOrDefault(side, List.of());
    }

    /** What is said to be delivered, by whose devices have got it and peer. */
    Map<Side, List<Read>> deliveries() {
        return deliveries;
    }

    List<Read> deliveries(Side side) {
        return deliveries.getOrDefault(side, List.of());
    }

    /** The contacts in the end, by owner and peer. */
    Map<Side, Contact> contacts() {
        return contacts;
    }

    /** Whether anybody asked for a change of it. */
    boolean isChanged(Message message) {
        return changed.contains(message.cid());
    }

    /** Whether the peer certainly blocked the side when a mark was carried out, which was before {@code till}. */
    boolean isKeptBack(Side side, Read mark, long till) {
        return sayings.isCertain(side.other(), Sayings.BLOCKED, Sayings.YES, mark.at(), till);
    }

    /** Whether the peer may have blocked the side when a mark was carried out. */
    boolean mayBeKeptBack(Side side, Read mark) {
        return sayings.mayBe(side.other(), Sayings.BLOCKED, Sayings.YES, mark.at(), mark.end());
    }

    static Intent intentOf(Message message) {
        return new Intent(message.from(), message.to(), message.cid());
    }

    boolean isSent(Intent intent) {
        return calls.containsKey(intent);
    }

    /** Whether it was asked for, and every call was refused. */
    boolean isRefused(Intent intent) {
        return isSent(intent) && calls.get(intent).stream().allMatch(send -> send.outcome() == Outcome.REFUSED);
    }

    /** Whether it has to be refused. */
    boolean isBad(Intent intent) {
        return isSent(intent) && calls.get(intent).stream().anyMatch(Send::bad);
    }

    /** The first good answer, or null. */
    Send firstAcknowledged(Intent intent) {
        return calls.getOrDefault(intent, List.of()).stream()
                .filter(send -> send.outcome() == Outcome.ACKNOWLEDGED)
                .min(Comparator.comparingLong(Send::till))
                .orElse(null);
    }

    /** One conversation after the other, so that only one is arranged at a time. */
    void eachConversation(Consumer<Conversation> taker) {
        Map<Side, List<Intent>> intents = new TreeMap<>();
        for (Intent intent : calls.keySet()) {
            if (intent.from() != intent.to()) {
                Side low = new Side(Math.min(intent.from(), intent.to()), Math.max(intent.from(), intent.to()));
                intents.computeIfAbsent(low, side -> new ArrayList<>()).add(intent);
            }
        }
        intents.forEach((low, all) -> taker.accept(new Conversation(low, all, byIntent(low), byIntent(low.other()))));
    }

    private Map<Intent, List<Message>> byIntent(Side side) {
        Map<Intent, List<Message>> all = new HashMap<>();
        for (Message message : of(side)) {
            all.computeIfAbsent(intentOf(message), intent -> new ArrayList<>(1)).add(message);
        }
        return all;
    }

    /** The whole history of one side, empty where there is none. */
    List<Message> of(Side side) {
        return whole.getOrDefault(side, List.of());
    }

    /** What a history has at a number, or null. */
    Message at(Side side, long seq) {
        return bySeq.getOrDefault(side, Map.of()).get(seq);
    }

    /** The message of a history with the highest number, or null. */
    Message newest(Side side) {
        return of(side).stream().max(Comparator.comparingLong(Message::seq)).orElse(null);
    }

    /** Every message that anybody was told in any way. */
    Set<Message> allTold() {
        return allTold;
    }

    private static Set<Message> allTold(History history) {
        Set<Message> all = new HashSet<>();
        history.histories.values().forEach(all::addAll);
        history.pushed.values().forEach(all::addAll);
        history.synced.values().forEach(all::addAll);
        history.begins.values().forEach(begin -> begin.histories().values().forEach(all::addAll));
        Stream.concat(
                        history.contacts.values().stream().flatMap(List::stream),
                        history.begins.values().stream().flatMap(begin -> begin.contacts().values().stream()))
                .map(History.Contact::last)
                .filter(Objects::nonNull)
                .forEach(all::add);
        return all;
    }
}
