package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.dm.delivery.Deliveries;
import io.danmaku.dm.store.Reach;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.node.redis.Directory;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.CommandDecoder;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What is true only now and stored nowhere: who types, who is online. Not in the log, so it is decided when it is asked, by the tables as they
 * are.
 */
final class PresenceApi {
    /** Of what somebody types to one peer, so much goes on. */
    private static final Duration TYPING_INTERVAL = Duration.ofSeconds(1);

    private static final int TYPING_MAX = 100_000;

    private final DirectApi pages;
    private final Reach reach;
    private final DirectGate gate;
    private final Directory directory;
    private final Deliveries deliveries;
    private final Cache<Typing, Boolean> typing = Caffeine.newBuilder()
            .maximumSize(TYPING_MAX)
            .expireAfterWrite(TYPING_INTERVAL)
            .executor(Runnable::run)
            .build();

    private record Typing(String tenant, String from, String to) {}

    /** @param pages bounds how much is read at a time */
    PresenceApi(DirectApi pages, Reach reach, DirectGate gate, Directory directory, Deliveries deliveries) {
        this.pages = pages;
        this.reach = reach;
        this.gate = gate;
        this.directory = directory;
        this.deliveries = deliveries;
    }

    /** POST /api/dm/{peer}/typing. Who may not write there, or to no new one now, is answered as everybody: nothing was promised. */
    void typing(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        Typing now = new Typing(claims.tenant(), claims.user(), Fields.peer(context));
        if (now.from.equals(now.to)) {
            Problems.send(context, Refusal.of(ErrorCode.BAD_FIELD, "nobody writes to oneself"));
            return;
        }
        if (typing.asMap().putIfAbsent(now, true) != null) {
            Problems.json(context, 200, Json.object());
            return;
        }
        pages.page(context, () -> reaches(claims, now), reaches -> {
            if (reaches) {
                deliveries.typing(now.tenant, now.from, now.to);
            }
            Problems.json(context, 200, Json.object());
        });
    }

    private CompletionStage<Boolean> reaches(Claims claims, Typing now) {
        // who reaches nobody takes no place among the new ones
        return reach.writes(now.tenant, now.from, now.to)
                .thenCompose(
                        writes -> writes ? gate.mayTurnTo(claims, now.to) : CompletableFuture.completedFuture(false));
    }

    /** GET /api/dm/online. */
    void online(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        List<String> ids = ids(context);
        pages.page(
                context,
                () -> visible(claims, ids).thenCompose(visible -> online(claims.tenant(), visible)),
                answer -> Problems.json(context, 200, answer));
    }

    private static List<String> ids(RoutingContext context) {
        String asked = Fields.query(context, "ids");
        Set<String> ids = new LinkedHashSet<>(asked == null ? List.of() : List.of(asked.split(",", -1)));
        if (ids.isEmpty()
                || ids.size() > CommandDecoder.LOOKED_AT_MAX
                || !ids.stream().allMatch(Ids::isUser)) {
            throw new BadRequest(
                    ErrorCode.BAD_FIELD, "ids is 1.." + CommandDecoder.LOOKED_AT_MAX + " user ids with commas between");
        }
        return List.copyOf(ids);
    }

    /** Those of them who let this user see whether they are there. */
    private CompletionStage<List<String>> visible(Claims claims, List<String> ids) {
        List<CompletableFuture<Boolean>> asked = ids.stream()
                .map(id -> reach.sees(claims.tenant(), claims.user(), id).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(all -> {
            Set<String> visible = new LinkedHashSet<>(ids);
            for (int i = 0; i < ids.size(); i++) {
                if (!asked.get(i).join()) {
                    visible.remove(ids.get(i));
                }
            }
            return List.copyOf(visible);
        });
    }

    private CompletionStage<ObjectNode> online(String tenant, List<String> visible) {
        return directory
                .online(visible.stream()
                        .map(id -> new Directory.User(tenant, id))
                        .toList())
                .map(online -> {
                    ObjectNode answer = Json.object();
                    ArrayNode array = answer.putArray("online");
                    for (int i = 0; i < visible.size(); i++) {
                        array.addObject().put("peer", visible.get(i)).put("online", online.get(i));
                    }
                    return answer;
                })
                .toCompletionStage();
    }
}
