package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.address.Address;
import io.danmaku.node.address.TrustedProxies;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what requests have in common. Each method refuses by a value; {@link #answer} turns that into a problem. */
final class Requests {
    static final String IF_MATCH = "If-Match";

    /** In which one who asks for somebody else says for whom. */
    static final String FORWARDED_FOR = "X-Forwarded-For";

    private static final String ADDRESS = "address";

    private static final Pattern TAG = Pattern.compile("\"([a-z0-9]{1,16}\\.[0-9]{1,19})\"");

    static final int LIMIT_DEFAULT = 50;
    static final int LIMIT_MAX = 200;

    private Requests() {}

    /** The room that the path names, in the tenant that the token names. */
    static Result<RoomKey> room(RoutingContext context) {
        String id = context.pathParam("room");
        return Ids.isRoom(id)
                ? Result.of(new RoomKey(Bearer.claims(context).tenant(), id))
                : Result.refused(ErrorCode.BAD_FIELD, "the room is 1..64 of A-Z a-z 0-9 _ -");
    }

    /** The room that the path names, when who asks may do this in it, by the token or by a role that was given. */
    static Result<RoomKey> room(RoutingContext context, Roles roles, Permission permission) {
        Result<RoomKey> room = room(context);
        if (room.isRefused() || roles.of(Bearer.claims(context), room.value()).may(permission)) {
            return room;
        }
        return Result.refused(
                ErrorCode.FORBIDDEN,
                "this is for the room's " + permission.weakest().wireName() + " and above");
    }

    /** Who asks, for what is changed. */
    static Actor actor(RoutingContext context) {
        return new Actor(Bearer.claims(context), address(context));
    }

    /** Finds out from where a request comes, for whoever asks {@link #address} after it. */
    static Handler<RoutingContext> from(TrustedProxies proxies) {
        return context -> {
            Address client = proxies.client(context.request());
            context.put(ADDRESS, client == null ? "" : client.toString());
            context.next();
        };
    }

    static String address(RoutingContext context) {
        return context.get(ADDRESS);
    }

    /** The user that the path names. */
    static Result<String> user(RoutingContext context) {
        String id = context.pathParam("user");
        return Ids.isUser(id)
                ? Result.of(id)
                : Result.refused(ErrorCode.BAD_FIELD, "the user is 1..64 of A-Z a-z 0-9 _ . @ -");
    }

    static Result<ObjectNode> object(Buffer body) {
        if (body != null) {
            try {
                JsonNode root = Json.MAPPER.readTree(body.getBytes());
                if (root instanceof ObjectNode object) {
                    return Json.isWritable(object)
                            ? Result.of(object)
                            : Result.refused(ErrorCode.BAD_FIELD, "a text has half of a surrogate pair");
                }
            } catch (IOException notJson) {
                return Result.refused(ErrorCode.BAD_JSON, "the body is not JSON, or nested too deep");
            }
        }
        return Result.refused(ErrorCode.BAD_JSON, "the body is not a JSON object");
    }

    static Result<Integer> limit(RoutingContext context) {
        String text = context.request().getParam("limit");
        if (text == null) {
            return Result.of(LIMIT_DEFAULT);
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LIMIT_MAX) {
                return Result.of(limit);
            }
        } catch (NumberFormatException notNumber) {
            // told below
        }
        return Result.refused(ErrorCode.BAD_FIELD, "limit is 1.." + LIMIT_MAX);
    }

    /** The last id of the page before; a result without refusal and with an empty text when there was none. */
    static Result<String> cursor(RoutingContext context, Predicate<String> form) {
        String text = context.request().getParam("cursor");
        if (text == null) {
            return Result.of("");
        }
        return form.test(text)
                ? Result.of(text)
                : Result.refused(ErrorCode.BAD_FIELD, "cursor is the one that the page before gave");
    }

    /** The version that a change is meant for (RFC 9110, 13.1.1), without its quotes; empty when any will do. */
    static Result<String> ifMatch(RoutingContext context) {
        String text = context.request().getHeader(IF_MATCH);
        if (text == null || text.trim().equals("*")) {
            return Result.of("");
        }
        Matcher tag = TAG.matcher(text.trim());
        return tag.matches()
                ? Result.of(tag.group(1))
                : Result.refused(ErrorCode.BAD_FIELD, IF_MATCH + " is * or one ETag that was given");
    }

    static void refuse(RoutingContext context, Refusal refusal) {
        Problems.send(context, refusal);
    }

    /** Goes on with a value, or answers with its refusal. */
    static <T> void with(RoutingContext context, Result<T> result, Consumer<T> next) {
        if (result.isRefused()) {
            refuse(context, result.refusal());
        } else {
            next.accept(result.value());
        }
    }

    static void answer(RoutingContext context, int status, Result<? extends JsonNode> result) {
        with(context, result, body -> Problems.json(context, status, body));
    }
}
