package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.store.Report;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.CommandDecoder;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reports as they are asked for and told. Throws {@link BadRequest} naming the field. */
final class ReportForm {
    static final int NOTE_CHARS_MAX = 1_000;

    private static final Set<String> CATEGORIES =
            Set.of("spam", "scam", "harassment", "hate", "sexual", "violence", "selfharm", "other");
    private static final int ID_BYTES = 16;

    private ReportForm() {}

    /** The report that a request asks for. */
    static Report read(Claims reporter, ObjectNode body, long nowMs) {
        String peer = Fields.text(body, "peer");
        if (!Ids.isUser(peer) || peer.equals(reporter.user())) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "peer is the id of another user");
        }
        List<String> mids = mids(body);
        String reason = text(body, "reason", CommandDecoder.REASON_CHARS_MAX);
        boolean told = body.hasNonNull("category");
        String category = told ? Fields.text(body, "category") : "";
        if (told && !CATEGORIES.contains(category)) {
            throw new BadRequest(
                    ErrorCode.BAD_FIELD, "category is one of " + String.join(", ", new TreeSet<>(CATEGORIES)));
        }
        return new Report(
                reporter.tenant(),
                id(reporter, peer, mids),
                nowMs,
                reporter.user(),
                peer,
                category,
                reason,
                mids,
                Report.State.OPEN,
                "",
                "",
                0);
    }

    /** Sorted, each once. */
    private static List<String> mids(ObjectNode body) {
        Set<String> mids = new TreeSet<>();
        if (body.get("mids") instanceof ArrayNode array && array.size() <= CommandDecoder.REPORTED_MAX) {
            for (JsonNode mid : array) {
                if (!mid.isTextual() || !Ids.isMessage(mid.textValue())) {
                    throw new BadRequest(ErrorCode.BAD_FIELD, "mids are ids of messages");
                }
                mids.add(mid.textValue());
            }
        }
        if (mids.isEmpty()) {
            throw new BadRequest(
                    ErrorCode.BAD_FIELD, "mids is an array of 1.." + CommandDecoder.REPORTED_MAX + " ids of messages");
        }
        return List.copyOf(mids);
    }

    /** A text of a person, which is not empty. */
    static String text(ObjectNode body, String field, int charsMax) {
        String text = Fields.text(body, field);
        if (text.isBlank() || text.length() > charsMax || !Ids.isUnicode(text)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, field + " is a text of 1.." + charsMax + " characters");
        }
        return text;
    }

    /** No field can hold the separator. */
    private static String id(Claims reporter, String peer, List<String> mids) {
        String what = reporter.tenant() + "\n" + reporter.user() + "\n" + peer + "\n" + String.join("\n", mids);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, ID_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** As admins and webhooks are told it, without the evidence. */
    static ObjectNode json(Report report) {
        ObjectNode json = Json.object()
                .put("id", report.id())
                .put("at", report.atMs())
                .put("reporter", report.reporter())
                .put("peer", report.peer())
                .put("reason", report.reason());
        if (!report.category().isEmpty()) {
            json.put("category", report.category());
        }
        ArrayNode mids = json.putArray("mids");
        report.mids().forEach(mids::add);
        json.put("state", report.state().wireName());
        if (report.state() != Report.State.OPEN) {
            json.put("note", report.note()).put("by", report.decidedBy()).put("decided", report.decidedAtMs());
        }
        return json;
    }
}
