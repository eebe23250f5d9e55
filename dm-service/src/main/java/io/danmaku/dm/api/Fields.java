package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.Job;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.room.Ids;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads what requests carry; throws {@link BadRequest} naming the field. */
final class Fields {
    /** Largest whole number that JSON carries everywhere. */
    static final long NUMBER_MAX = (1L << 53) - 1;

    /** ASCII's alone, and not so many that they would not fit. */
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

    private Fields() {}

    static String peer(RoutingContext context) {
        String peer = context.pathParam("peer");
        if (!Ids.isUser(peer)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "the peer is not a user id");
        }
        return peer;
    }

    /** The id of a message. */
    static String mid(RoutingContext context) {
        String mid = context.pathParam("mid");
        if (!Ids.isMessage(mid)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "mid is that of a message");
        }
        return mid;
    }

    /** The id of a job. */
    static String job(RoutingContext context) {
        String id = context.pathParam("id");
        if (!Ids.isJob(id)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "the job's id is 1..64 letters, digits, _, . or -");
        }
        return id;
    }

    /** A part of a job, which number from 1. */
    static int part(RoutingContext context) {
        long part = number(context.pathParam("part"));
        if (part < 1 || part > Job.PARTS_MAX) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "the part is a whole number of 1.." + Job.PARTS_MAX);
        }
        return (int) part;
    }

    static List<String> users(ObjectNode body) {
        JsonNode value = body.get("users");
        if (value != null && value.isArray() && !value.isEmpty() && value.size() <= Job.PART_USERS_MAX) {
            List<String> users = new ArrayList<>(value.size());
            value.forEach(user -> users.add(user.textValue()));
            if (users.stream().allMatch(Ids::isUser)) {
                return users;
            }
        }
        throw new BadRequest(ErrorCode.BAD_FIELD, "users is a list of 1.." + Job.PART_USERS_MAX + " user ids");
    }

    static ObjectNode body(RoutingContext context) {
        Buffer body = context.body().buffer();
        try {
            if (body != null && Json.MAPPER.readTree(body.getBytes()) instanceof ObjectNode object) {
                if (!Json.isWritable(object)) {
                    throw new BadRequest(ErrorCode.BAD_JSON, "a text has half of a surrogate pair");
                }
                return object;
            }
        } catch (IOException notJson) {
            // the same answer as for a value that is not an object
        }
        throw new BadRequest(ErrorCode.BAD_JSON, "the body is not one JSON object");
    }

    static String text(ObjectNode body, String field) {
        JsonNode value = body.get(field);
        if (value == null || !value.isTextual()) {
            throw new BadRequest(ErrorCode.BAD_FIELD, field + " is a string");
        }
        return value.textValue();
    }

    /** The body of a message as it is kept. */
    static String messageBody(ObjectNode body, String kind) {
        JsonNode value = body.get("body");
        if (!DirectBody.isKind(kind) && value != null && value.isTextual() && !DirectRecord.OBJECT.equals(kind)) {
            return value.textValue();
        }
        String kept = DirectBody.kept(kind, value);
        if (kept == null) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "body of the kind text is a text, of others an object");
        }
        return kept;
    }

    static long number(ObjectNode body, String field) {
        JsonNode value = body.get(field);
        if (value == null
                || !value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < 1
                || value.longValue() > NUMBER_MAX) {
            throw new BadRequest(ErrorCode.BAD_FIELD, field + " is a whole number of 1.." + NUMBER_MAX);
        }
        return value.longValue();
    }

    /** A query parameter, null = there is none; an empty one is one. */
    static String query(RoutingContext context, String name) {
        List<String> values = context.queryParam(name);
        return values.isEmpty() ? null : values.get(0);
    }

    /** Which conversations are asked for. */
    static Contacts.Box box(RoutingContext context) {
        String name = query(context, "box");
        if (name == null) {
            return Contacts.Box.ALL;
        }
        return switch (name) {
            case "inbox" -> Contacts.Box.INBOX;
            case "requests" -> Contacts.Box.REQUESTS;
            default -> throw new BadRequest(ErrorCode.BAD_FIELD, "box is inbox or requests");
        };
    }

    static long query(RoutingContext context, String name, long max, long absent) {
        String value = query(context, name);
        if (value == null) {
            return absent;
        }
        long number = number(value);
        if (number < 1 || number > max) {
            throw new BadRequest(ErrorCode.BAD_FIELD, name + " is a whole number of 1.." + max);
        }
        return number;
    }

    /** What digits say, -1 when it is anything else. */
    private static long number(String text) {
        return DIGITS.matcher(text).matches() ? Long.parseLong(text) : -1;
    }
}
