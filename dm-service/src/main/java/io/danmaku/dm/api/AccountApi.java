package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.dm.account.Account;
import io.danmaku.dm.account.Settings;
import io.danmaku.dm.store.Accounts;
import io.danmaku.dm.store.BlockLists;
import io.danmaku.dm.store.Relations;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.OwnFields;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What the routes of accounts and settings do, and of what users say of one another. */
final class AccountApi {
    private static final int RELATIONS_MAX = 200;
    private static final int PAGE_DEFAULT = 50;
    /** A change of who may write goes into every partition: of a user one goes on in this time. */
    private static final long CHANGE_INTERVAL_MS = 1_000;

    private static final int CHANGERS_MAX = 100_000;

    private static final Refusal NOT_ALL =
            Refusal.retry(ErrorCode.PENDING, "the store has not taken all of it: ask again, it does no harm", 1_000);

    private final DirectApi direct;
    private final Accounts accounts;
    private final Relations relations;
    private final BlockLists blocks;
    private final SettingsChange settingsChange;
    private final int strangerMessages;
    /** Who has changed it lately; of more users the eldest are forgotten. */
    private final Cache<String, Boolean> lately = Caffeine.newBuilder()
            .maximumSize(CHANGERS_MAX)
            .expireAfterWrite(Duration.ofMillis(CHANGE_INTERVAL_MS))
            .executor(Runnable::run)
            .build();

    /** @param strangerMessages the operator's bound, told to who has chosen none */
    AccountApi(
            DirectApi direct,
            Accounts accounts,
            Relations relations,
            BlockLists blocks,
            SettingsChange settingsChange,
            int strangerMessages) {
        this.direct = direct;
        this.accounts = accounts;
        this.relations = relations;
        this.blocks = blocks;
        this.settingsChange = settingsChange;
        this.strangerMessages = strangerMessages;
    }

    /** Before a large body is read: lets on who may bring one. */
    static void forBackends(RoutingContext context) {
        if (Bearer.claims(context).admin()) {
            context.next();
        } else {
            Problems.send(context, Refusal.of(ErrorCode.FORBIDDEN, "this is for the product's backend"));
        }
    }

    /** PUT /api/dm/accounts. */
    void upsert(RoutingContext context) {
        if (!(Fields.body(context).get("accounts") instanceof ArrayNode told)
                || told.isEmpty()
                || told.size() > Account.UPSERTS_MAX) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "accounts is a list of 1.." + Account.UPSERTS_MAX + " of them");
        }
        List<Account> read = new ArrayList<>(told.size());
        for (JsonNode account : told) {
            String fault = Account.fault(account);
            if (fault != null) {
                throw new BadRequest(ErrorCode.BAD_FIELD, "accounts[" + read.size() + "]: " + fault);
            }
            read.add(Account.of(account));
        }
        if (read.stream().map(Account::user).distinct().count() < read.size()) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "accounts has one id twice");
        }
        direct.page(
                context, () -> written(accounts.upsert(Bearer.claims(context).tenant(), read)), written -> {
                    if (written) {
                        Problems.json(context, 200, Json.object().put("accounts", read.size()));
                    } else {
                        Problems.send(context, NOT_ALL);
                    }
                });
    }

    /** DELETE /api/dm/accounts. */
    void delete(RoutingContext context) {
        List<String> ids = ids(context);
        direct.page(
                context, () -> written(accounts.delete(Bearer.claims(context).tenant(), ids)), written -> {
                    if (written) {
                        context.response().setStatusCode(204).end();
                    } else {
                        Problems.send(context, NOT_ALL);
                    }
                });
    }

    private static CompletionStage<Boolean> written(CompletionStage<Void> writing) {
        return writing.handle((done, failure) -> failure == null);
    }

    /** GET /api/dm/accounts. */
    void find(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        List<String> ids = ids(context);
        direct.page(context, () -> accounts.find(claims.tenant(), ids), found -> {
            ObjectNode answer = Json.object();
            ArrayNode array = answer.putArray("accounts");
            for (Account account : found) {
                ObjectNode told = array.addObject().put("id", account.user()).put("name", account.name());
                if (!account.avatar().isEmpty()) {
                    told.put("avatar", account.avatar());
                }
                if (claims.admin() || claims.user().equals(account.user())) {
                    told.set("attributes", attributes(account));
                    told.set("settings", account.settings().toJson(strangerMessages));
                }
            }
            Problems.json(context, 200, answer);
        });
    }

    private static ObjectNode attributes(Account account) {
        return account.attributes().isEmpty()
                ? Json.object()
                : Json.read(account.attributes().getBytes(StandardCharsets.UTF_8), ObjectNode.class);
    }

    private static List<String> ids(RoutingContext context) {
        String ids = Fields.query(context, "ids");
        List<String> list = ids == null ? List.of() : List.of(ids.split(",", Account.IDS_MAX + 1));
        if (list.isEmpty() || list.size() > Account.IDS_MAX || !list.stream().allMatch(Ids::isUser)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "ids is a list of 1.." + Account.IDS_MAX + " users, with commas");
        }
        return list.stream().distinct().toList();
    }

    /** GET /api/dm/settings. */
    void settings(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        direct.page(context, () -> accounts.settings(claims.tenant(), claims.user()), found -> tell(context, found));
    }

    /** PATCH /api/dm/settings. */
    void change(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        ObjectNode change = Fields.body(context);
        String fault = OwnFields.SETTINGS.fault(change);
        if (fault != null) {
            throw new BadRequest(ErrorCode.BAD_FIELD, fault);
        }
        boolean logged = change.has("writers") || change.has("strangerMessages");
        if (logged
                && !claims.admin()
                && lately.asMap().putIfAbsent(claims.tenant() + "/" + claims.user(), true) != null) {
            Problems.send(
                    context,
                    Refusal.retry(ErrorCode.RATE_LIMITED, "one change of who may write a second", CHANGE_INTERVAL_MS));
            return;
        }
        direct.page(context, () -> settingsChange.carryOut(claims.tenant(), claims.user(), change), made -> {
            if (made.refusal() == null) {
                tell(context, made.settings());
            } else {
                Problems.send(context, made.refusal());
            }
        });
    }

    private void tell(RoutingContext context, Settings settings) {
        Problems.json(context, 200, settings.toJson(strangerMessages));
    }

    /** GET /api/dm/relations. */
    void relations(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        String cursor = Fields.query(context, "cursor");
        if (cursor != null && !Ids.isUser(cursor)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "cursor is that of a page of relations");
        }
        int limit = (int) Fields.query(context, "limit", RELATIONS_MAX, PAGE_DEFAULT);
        String after = cursor == null ? "" : cursor;
        direct.page(context, () -> relations.page(claims.tenant(), claims.user(), after, limit), page -> {
            ObjectNode answer = Json.object();
            ArrayNode array = answer.putArray("relations");
            page.entries()
                    .forEach(entry -> array.addObject()
                            .put("peer", entry.peer())
                            .set("relation", entry.relation().toJson()));
            if (page.next() != null) {
                answer.put("cursor", page.next());
            }
            Problems.json(context, 200, answer);
        });
    }

    /** GET /api/dm/blocks. */
    void blocks(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        String cursor = Fields.query(context, "cursor");
        if (cursor != null && !Ids.isUser(cursor)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "cursor is that of a page of blocks");
        }
        int limit = (int) Fields.query(context, "limit", RELATIONS_MAX, PAGE_DEFAULT);
        String after = cursor == null ? "" : cursor;
        direct.page(context, () -> blocks.page(claims.tenant(), claims.user(), after, limit), page -> {
            ObjectNode answer = Json.object();
            ArrayNode array = answer.putArray("blocks");
            page.peers().forEach(array::add);
            if (page.next() != null) {
                answer.put("cursor", page.next());
            }
            Problems.json(context, 200, answer);
        });
    }
}
