package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Note;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What users say of one another in a {@link SimulatedRun}, and whom they let write. */
final class SimulatedSayings {
    private static final String BLOCKED = "blocked";
    private static final List<String> WRITERS = List.of("all", "followed", "contacts");

    private final Map<Side, Set<String>> said = new TreeMap<>();
    private final Map<Integer, String> writers = new HashMap<>();
    private final List<Told> told = new ArrayList<>();

    private record Told(Side side, String what, String value, long rev) {}

    static String someFlag(Random random) {
        return Plan.RELATIONS.get(random.nextInt(Plan.RELATIONS.size())) + "=" + random.nextBoolean();
    }

    static String someWriters(Random random) {
        return WRITERS.get(random.nextInt(WRITERS.size()));
    }

    boolean isBlocked(Side side) {
        return said(side).contains(BLOCKED);
    }

    private Set<String> said(Side side) {
        return said.computeIfAbsent(side, s -> new TreeSet<>());
    }

    /** @param answered whether the one who takes has written to the other before */
    boolean isBarred(Side taking, boolean answered) {
        Set<String> flags = said(taking);
        boolean known = switch (writers.getOrDefault(taking.user(), "all")) {
            case "all" -> true;
            case "followed" -> flags.contains("contact") || flags.contains("follow");
            default -> flags.contains("contact");
        };
        return flags.contains(BLOCKED) || !(known || answered || flags.contains("accepted"));
    }

    void block(Side side, boolean wanted, long rev) {
        set(side, BLOCKED, wanted);
        told.add(new Told(side, BLOCKED, Boolean.toString(wanted), rev));
    }

    void relate(Side side, String flag, long rev) {
        String[] parts = flag.split("=", 2);
        set(side, parts[0], Boolean.parseBoolean(parts[1]));
        for (String each : Plan.RELATIONS) {
            told.add(new Told(side, each, Boolean.toString(said(side).contains(each)), rev));
        }
    }

    void clear(Side side, long upTo, long rev) {
        told.add(new Told(side, "cleared", Long.toString(upTo), rev));
    }

    void settle(int user, String allowed) {
        writers.put(user, allowed);
    }

    private void set(Side side, String flag, boolean on) {
        if (on) {
            said(side).add(flag);
        } else {
            said(side).remove(flag);
        }
    }

    /** Own devices are told all by sync, and some by pushes besides, which come in any order. */
    void tell(History history, List<Message> log, Random random) {
        for (Device device : history.synced.keySet()) {
            for (Told one : told) {
                if (one.side.user() == device.user()) {
                    Note note = new Note(device, one.side.peer(), one.what, one.value, one.rev);
                    history.notes.add(note);
                    if (one.what.equals(BLOCKED) && random.nextBoolean()) {
                        history.notes.add(random.nextInt(history.notes.size()), note);
                    }
                }
            }
        }
        writers.forEach(history.writers::put);
        history.contacts.forEach((user, contacts) -> contacts.forEach(contact -> {
            Side side = new Side(user, contact.peer());
            Set<String> flags = new TreeSet<>(said(side));
            flags.remove(BLOCKED);
            history.relations.put(side, flags);
            boolean wrote = log.stream().anyMatch(message -> message.from() == user && message.to() == side.peer());
            if (!wrote && flags.isEmpty()) {
                history.requests.add(side);
            }
        }));
    }
}
