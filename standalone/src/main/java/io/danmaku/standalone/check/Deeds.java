package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.client.Answer;
import java.util.Locale;
import java.util.Set;

/** The commands of changes, and what their answers say of them. */
final class Deeds {
    /** A change is asked once; these say that it is not carried out, and never will be. */
    private static final Set<String> FOR_GOOD = Set.of("blocked", "not_found", "forbidden", "too_late", "conflict");

    private Deeds() {}

    /** What a change says besides whom and what it is about, as {@link History.Change#text} has it. */
    static String text(Deed deed, Plan.Step step) {
        return switch (deed) {
            case EDIT -> Plan.edit(Plan.edited(step.what(), step.amount()));
            case REACT -> "s" + step.amount();
            case RELATE, SETTINGS -> step.what();
            case RECALL, HIDE, BLOCK, UNBLOCK -> "";
        };
    }

    /** Whether it is about one message; the step has its cid then. */
    static boolean isOfMessage(Deed deed) {
        return deed.isSeenByBoth() || deed == Deed.HIDE;
    }

    /** @param mid of the message that it is about, or empty */
    static ObjectNode command(Deed deed, Plan.Step step, String mid) {
        ObjectNode command = Json.object().put("op", deed == Deed.RELATE ? "dm.relation" : "dm." + name(deed));
        if (step.peer() >= 0) {
            command.put("peer", Plan.name(step.peer()));
        }
        if (isOfMessage(deed)) {
            command.put("mid", mid);
        }
        switch (deed) {
            case EDIT -> command.put("body", Plan.edited(step.what(), step.amount()));
            case REACT -> command.put("sign", text(deed, step));
            case RELATE -> {
                String[] said = step.what().split("=", 2);
                command.put(said[0], Boolean.parseBoolean(said[1]));
            }
            case SETTINGS -> command.put("writers", step.what());
            case RECALL, HIDE, BLOCK, UNBLOCK -> {
                // the peer and the message are all
            }
        }
        return command;
    }

    private static String name(Deed deed) {
        return deed.name().toLowerCase(Locale.ROOT);
    }

    /** Of what is asked once: any other answer than that it is done may come from an earlier moment than the deed. */
    static Outcome outcome(Answer answer) {
        boolean neverLeft = answer.code().equals("disconnected") && !answer.unknown();
        return answer.acknowledged() ? Outcome.ACKNOWLEDGED : neverLeft ? Outcome.REFUSED : Outcome.UNKNOWN;
    }

    static Outcome outcome(Deed deed, Answer answer) {
        // settings lie in all partitions: whatever is answered, some of them may have it
        return deed != Deed.SETTINGS && FOR_GOOD.contains(answer.code()) ? Outcome.REFUSED : outcome(answer);
    }

    /** Of what only the own devices are told the number is that of a note, not of a message. */
    static long rev(Deed deed, Answer answer) {
        return deed.isSeenByBoth() && answer.acknowledged()
                ? answer.ok().path("rev").asLong()
                : 0;
    }
}
