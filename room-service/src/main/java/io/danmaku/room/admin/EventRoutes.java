package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Permission;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.moderation.Takedowns;
import io.danmaku.room.posting.PostForm;
import io.danmaku.room.posting.Posts;
import io.danmaku.room.room.Result;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * {@code /api/rooms/{room}/events}: puts events into a room's log, for backends, and takes events out of it, for moderators and above.
 */
final class EventRoutes {
    /** Names a request, so that it is carried out once however often it comes (draft-ietf-httpapi-idempotency-key-header, unquoted). */
    static final String KEY_HEADER = "Idempotency-Key";

    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final String USER = "user";
    /** The largest whole number that JavaScript has: 2^53 - 1. */
    private static final long OFFSET_MAX = (1L << 53) - 1;

    private final Takedowns takedowns;
    private final Posts posts;
    private final Roles roles;

    EventRoutes(Takedowns takedowns, Posts posts, Roles roles) {
        this.takedowns = takedowns;
        this.posts = posts;
        this.roles = roles;
    }

    void post(RoutingContext context) {
        if (!Bearer.claims(context).admin()) {
            Requests.refuse(context, Refusal.of(ErrorCode.FORBIDDEN, "events are posted with an admin token"));
            return;
        }
        String key = context.request().getHeader(KEY_HEADER);
        if (!Ids.isCid(key)) {
            Requests.refuse(
                    context,
                    Refusal.of(
                            ErrorCode.BAD_FIELD,
                            KEY_HEADER
                                    + " is 1..64 printable ASCII characters without space, another one for each event"));
            return;
        }
        Requests.with(
                context,
                Requests.room(context),
                room -> Requests.with(
                        context,
                        Requests.object(context.body().buffer()),
                        body -> Requests.with(
                                context,
                                PostForm.wanted(body),
                                event -> posts.post(room, key, event, Requests.actor(context))
                                        .onSuccess(result -> Requests.with(
                                                context,
                                                result,
                                                place -> Problems.json(
                                                        context,
                                                        CREATED,
                                                        Json.object()
                                                                .put("o", place.offset())
                                                                .put("ts", place.atMs())))))));
    }

    void deleteOne(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.DELETE),
                room -> Requests.with(
                        context,
                        offset(context),
                        offset -> answer(context, takedowns.event(room, offset, Requests.actor(context)))));
    }

    /** Of one user with {@code user=}, else of everybody. */
    void deleteAll(RoutingContext context) {
        // an error in the name would clear the room, and there is no way back
        if (!Set.of(USER).containsAll(context.queryParams().names())) {
            Requests.refuse(context, Refusal.of(ErrorCode.BAD_FIELD, "only user can be asked for"));
            return;
        }
        String user = context.request().getParam(USER);
        Requests.with(
                context,
                Requests.room(context, roles, Permission.DELETE),
                room -> Requests.with(
                        context,
                        user == null || Ids.isUser(user)
                                ? Result.of(user == null ? "" : user)
                                : Result.<String>refused(ErrorCode.BAD_FIELD, "user is 1..64 of A-Z a-z 0-9 _ . @ -"),
                        whose -> answer(context, takedowns.all(room, whose, Requests.actor(context)))));
    }

    private static Result<Long> offset(RoutingContext context) {
        try {
            long offset = Long.parseLong(context.pathParam("offset"));
            if (offset >= 1 && offset <= OFFSET_MAX) {
                return Result.of(offset);
            }
        } catch (NumberFormatException notNumber) {
            // told below
        }
        return Result.refused(ErrorCode.BAD_FIELD, "the offset is a whole number from 1");
    }

    private void answer(RoutingContext context, Future<Result<Deletion>> deleting) {
        deleting.onSuccess(
                result -> Requests.with(context, result, deletion -> Problems.json(context, OK, json(deletion))));
    }

    private ObjectNode json(Deletion deletion) {
        return Json.object()
                .put("user", deletion.user().isEmpty() ? null : deletion.user())
                .put("from", deletion.from())
                .put("to", deletion.upTo())
                .put("by", deletion.by())
                .put("at", deletion.atMs())
                .put("bytesGoneAt", takedowns.bytesGoneAtMs(deletion));
    }
}
