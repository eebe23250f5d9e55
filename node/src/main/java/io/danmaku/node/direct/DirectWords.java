package io.danmaku.node.direct;

import io.danmaku.node.words.WordFilter;
import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The word lists for all rooms of a tenant, asked about what users write to each other. A list that holds or shadows refuses here: there is no
 * moderator of a conversation, and a message that never comes would break the promise that an acknowledged one does. What a backend sends is not
 * asked about, as in rooms.
 */
public final class DirectWords {
    /** What is said of a body that is not taken. */
    public static final Refusal UNWANTED = Refusal.of(ErrorCode.TEXT_REFUSED, "it has a word that is not wanted here");

    private final WordFilters filters;
    private final Counter refused;
    private final Counter masked;

    /**
     * What became of a body.
     *
     * @param refusal null when it may be sent
     * @param body as it is sent, masked where it has to be
     */
    public record Checked(Refusal refusal, String body) {}

    public DirectWords(WordFilters filters, MeterRegistry registry) {
        this.filters = filters;
        refused = registry.counter("danmaku.direct.words", "action", "refused");
        masked = registry.counter("danmaku.direct.words", "action", "masked");
    }

    /**
     * Checks a body that is sent, or put in the place of another one. What has not the form of its kind, or is too long, passes: it is
     * refused for that elsewhere.
     *
     * @param kind of the message, or of an edit what {@code DirectRecord} says of it
     */
    public Checked check(Claims sender, String kind, String body) {
        boolean known = DirectBody.isKind(kind);
        if (sender.admin() || (known && DirectBody.fault(kind, body) != null) || DirectBody.isTooLong(kind, body)) {
            return new Checked(null, body);
        }
        AtomicBoolean unwanted = new AtomicBoolean();
        String told = DirectBody.withTexts(kind, body, text -> {
            WordFilter.Verdict found = filters.check(sender.tenant(), text);
            if (found.action() != null && found.action() != WordList.Action.MASK) {
                unwanted.set(true);
            }
            return found.text();
        });
        if (unwanted.get()) {
            refused.increment();
            return new Checked(UNWANTED, body);
        }
        if (!told.equals(body)) {
            masked.increment();
        }
        return new Checked(null, told);
    }
}
