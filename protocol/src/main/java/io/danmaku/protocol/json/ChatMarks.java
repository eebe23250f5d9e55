package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Ids;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a chat may carry beside its text: which event it answers, whom it names, and which stretches of its text stand for emotes. Only
 * the form is checked; that there is such an event, user or emote is not.
 *
 * <p>Places in the text are counted in UTF-16 units, as everything here and in a browser, and as the word filters mask: one asterisk a
 * unit, so that a place is the same before and after.
 */
public final class ChatMarks {
    /** Most users that a chat may name. */
    public static final int MENTIONS_MAX = 8;

    /** Most emotes in a chat. */
    public static final int EMOTES_MAX = 32;

    private static final String TEXT = "text";
    private static final String REPLY = "reply";
    private static final String MENTIONS = "mentions";
    private static final String EMOTES = "emotes";
    private static final String FROM = "from";
    private static final String TO = "to";
    /** The largest whole number that JavaScript has: 2^53 - 1. */
    private static final long OFFSET_MAX = (1L << 53) - 1;

    private static final Pattern EMOTE = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

    private ChatMarks() {}

    /**
     * Adds to a chat what is kept of a client's marks.
     *
     * @param kept the chat with its text
     * @return why they are refused, or null
     */
    static Refusal put(ObjectNode d, ObjectNode kept) {
        Refusal refusal = d.has(REPLY) ? putReply(d.get(REPLY), kept) : null;
        refusal = refusal == null && d.has(MENTIONS) ? putMentions(d.get(MENTIONS), kept) : refusal;
        return refusal == null && d.has(EMOTES) ? putEmotes(d.get(EMOTES), kept) : refusal;
    }

    private static Refusal putReply(JsonNode reply, ObjectNode kept) {
        JsonNode offset = reply.path("o");
        JsonNode user = reply.path("user");
        if (!EventDetail.isWhole(offset, 1, OFFSET_MAX) || !Ids.isUser(user.textValue())) {
            return bad("d.reply is the o, from 1, and the user of an event");
        }
        kept.putObject(REPLY).put("o", offset.longValue()).put("user", user.textValue());
        return null;
    }

    private static Refusal putMentions(JsonNode mentions, ObjectNode kept) {
        Set<String> users = new LinkedHashSet<>();
        boolean taken = mentions.isArray() && mentions.size() <= MENTIONS_MAX;
        for (Iterator<JsonNode> all = mentions.iterator(); taken && all.hasNext(); ) {
            String user = all.next().textValue();
            taken = Ids.isUser(user) && users.add(user);
        }
        if (!taken) {
            return bad("d.mentions are at most " + MENTIONS_MAX + " user ids, each once");
        }
        if (!users.isEmpty()) {
            ArrayNode array = kept.putArray(MENTIONS);
            users.forEach(array::add);
        }
        return null;
    }

    private static Refusal putEmotes(JsonNode emotes, ObjectNode kept) {
        if (!emotes.isArray() || emotes.size() > EMOTES_MAX) {
            return bad("d.emotes are at most " + EMOTES_MAX);
        }
        String text = kept.get(TEXT).textValue();
        ArrayNode placed = Json.MAPPER.createArrayNode();
        int end = 0;
        for (JsonNode emote : emotes) {
            String id = emote.path("id").textValue();
            JsonNode from = emote.path(FROM);
            JsonNode to = emote.path(TO);
            if (id == null || !EMOTE.matcher(id).matches()) {
                return bad("an emote's id is 1..64 of A-Z a-z 0-9 _ . : -");
            }
            if (!EventDetail.isWhole(from, end, text.length())
                    || !EventDetail.isWhole(to, from.longValue() + 1, text.length())
                    || cutsACharacter(text, from.intValue())
                    || cutsACharacter(text, to.intValue())) {
                return bad("emotes stand in the text from..to, in UTF-16 units, one behind the other");
            }
            end = to.intValue();
            placed.addObject().put("id", id).put(FROM, from.intValue()).put(TO, end);
        }
        if (!placed.isEmpty()) {
            kept.set(EMOTES, placed);
        }
        return null;
    }

    private static boolean cutsACharacter(String text, int at) {
        return at > 0 && at < text.length() && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    }

    /** Whether nothing but spaces stands between a checked chat's emotes. */
    public static boolean hasOnlyEmotes(ObjectNode chat) {
        String text = chat.get(TEXT).textValue();
        int at = 0;
        for (JsonNode emote : chat.path(EMOTES)) {
            if (!isSpace(text, at, emote.get(FROM).intValue())) {
                return false;
            }
            at = emote.get(TO).intValue();
        }
        return at > 0 && isSpace(text, at, text.length());
    }

    private static boolean isSpace(String text, int from, int to) {
        return text.substring(from, to).chars().allMatch(Character::isSpaceChar);
    }

    /**
     * Puts a checked chat's masked text in the place of its text. What stands for an emote and was masked shows it no more, else the emote
     * would show the word.
     *
     * @param masked as long as the text
     */
    public static void mask(ObjectNode chat, String masked) {
        String text = chat.get(TEXT).textValue();
        if (masked.equals(text)) {
            return;
        }
        chat.put(TEXT, masked);
        JsonNode emotes = chat.path(EMOTES);
        for (Iterator<JsonNode> all = emotes.iterator(); all.hasNext(); ) {
            JsonNode emote = all.next();
            int from = emote.get(FROM).intValue();
            if (!text.regionMatches(from, masked, from, emote.get(TO).intValue() - from)) {
                all.remove();
            }
        }
        if (emotes.isEmpty()) {
            chat.remove(EMOTES);
        }
    }

    private static Refusal bad(String message) {
        return Refusal.of(ErrorCode.BAD_FIELD, message);
    }
}
