package io.danmaku.dm.account;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Who may write to a user, as one partition of the log has come to know it. Changes of one user may lie in another order in each partition, so
 * each field goes by the time that its change was given: behind the same changes all partitions know the same.
 *
 * @param allowedAtUs when {@code allowed} was chosen
 * @param strangerMessages how many messages a stranger may send before an answer, 0 = as many as they like
 * @param strangersAtUs when that was chosen
 */
public record Writers(Allowed allowed, long allowedAtUs, int strangerMessages, long strangersAtUs) {
    /** The bound for strangers of who has chosen none. */
    public static final int OPERATORS = -1;

    /** Of who has chosen nothing. */
    public static final Writers ANYBODY = new Writers(Allowed.ALL, 0, OPERATORS, 0);

    /** The field of a change with its time. */
    public static final String AT = "at";

    /** As of a block: nobody learns which of both it is. */
    public static final Refusal NOTHING = Refusal.of(ErrorCode.BLOCKED, "this user takes nothing from you");

    private static final Refusal UNANSWERED =
            Refusal.of(ErrorCode.UNANSWERED, "this user has to answer or accept you before you write more");

    /** Who may begin to write. Whom the user has written to or accepted always may. */
    public enum Allowed {
        ALL,
        /** Whom the user follows or has as a contact. */
        FOLLOWED,
        CONTACTS
    }

    /** By its name on the wire. */
    public static Allowed allowed(String name) {
        return Allowed.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** After a change, whose fields are of their form. */
    public Writers with(ObjectNode change) {
        long at = change.get(AT).longValue();
        Writers now = this;
        if (change.has("writers")) {
            Allowed other = allowed(change.get("writers").textValue());
            if (isNewer(at, allowedAtUs, other.compareTo(allowed))) {
                now = new Writers(other, at, now.strangerMessages, now.strangersAtUs);
            }
        }
        if (change.has("strangerMessages")) {
            int other = change.get("strangerMessages").intValue();
            if (isNewer(at, strangersAtUs, Integer.compare(other, strangerMessages))) {
                now = new Writers(now.allowed, now.allowedAtUs, other, at);
            }
        }
        return now;
    }

    /** Of two changes of the same time the higher value counts, in whichever order they come. */
    private static boolean isNewer(long at, long known, int higher) {
        return at > known || (at == known && higher > 0);
    }

    /** Whether what counts now is what a change wished, whoever chose it: two devices that choose the same are no conflict. */
    public boolean has(ObjectNode change) {
        boolean writersHold =
                !change.has("writers") || allowed(change.get("writers").textValue()) == allowed;
        boolean strangersHold = !change.has("strangerMessages")
                || change.get("strangerMessages").intValue() == strangerMessages;
        return writersHold && strangersHold;
    }

    /**
     * Whether it takes the relation to the sender to decide about a message.
     *
     * @param received messages that the user has had from the sender, notices of the product not counted
     */
    public boolean asksForRelation(long received, int operatorsStrangerMessages) {
        return allowed != Allowed.ALL || isBeyond(received, operatorsStrangerMessages);
    }

    private boolean isBeyond(long received, int operatorsStrangerMessages) {
        int most = strangerMessages == OPERATORS ? operatorsStrangerMessages : strangerMessages;
        return most > 0 && received >= most;
    }

    /** Why the user takes nothing from a sender whom the user has never written to, or null. */
    public Refusal refusal(Relation toSender, long received, int operatorsStrangerMessages) {
        boolean may = toSender.accepted()
                || switch (allowed) {
                    case ALL -> true;
                    case FOLLOWED -> toSender.contact() || toSender.follow();
                    case CONTACTS -> toSender.contact();
                };
        if (!may) {
            return NOTHING;
        }
        return !toSender.knows() && isBeyond(received, operatorsStrangerMessages) ? UNANSWERED : null;
    }

    /** As it is kept. */
    public String text() {
        return new String(Json.bytes(this), StandardCharsets.UTF_8);
    }

    /** @param text of {@link #text()}, or null where there is none */
    public static Writers of(String text) {
        return text == null ? ANYBODY : Json.read(text.getBytes(StandardCharsets.UTF_8), Writers.class);
    }
}
