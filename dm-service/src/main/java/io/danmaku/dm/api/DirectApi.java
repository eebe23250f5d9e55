package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.ContactsCursor;
import io.danmaku.dm.store.Histories;
import io.danmaku.dm.store.Relay;
import io.danmaku.dm.store.SyncLog;
import io.danmaku.dm.store.SyncPosition;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each route of {@code /api/dm} does. */
final class DirectApi {
    private static final Logger LOG = LoggerFactory.getLogger(DirectApi.class);
    private static final int MESSAGES_MAX = 500;
    private static final int CONTACTS_MAX = 200;
    private static final int PAGE_DEFAULT = 50;
    private static final int SYNC_DEFAULT = 100;
    /** The position of a new device. No position reads like this: their first character is another one. */
    private static final String NOW = "now";

    private static final long AWAY_RETRY_MS = 1_000;
    private static final long BUSY_RETRY_MS = 500;

    private final Requests requests;
    private final DirectGate gate;
    private final Pages pages;
    private final int pagesMax;
    /** Pages being read; requests come on several event loops. */
    private final AtomicInteger reading = new AtomicInteger();

    private final Counter busy;

    /**
     * Where pages are read from; there once the store is connected.
     *
     * @param relay what is told of devices' positions, null where messages are stored
     */
    record Pages(Histories histories, Contacts contacts, SyncLog sync, Relay relay) {}

    DirectApi(Requests requests, DirectGate gate, Pages pages, int pagesMax, MeterRegistry registry) {
        this.requests = requests;
        this.gate = gate;
        this.pages = pages;
        this.pagesMax = pagesMax;
        busy = registry.counter("danmaku.dm.pages.busy");
        registry.gauge("danmaku.dm.pages.reading", reading);
    }

    /** POST /api/dm/{peer}/messages. */
    void send(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        ObjectNode body = Fields.body(context);
        String kind = Fields.text(body, "kind");
        if (DirectBody.isForServers(kind)) {
            throw new BadRequest(ErrorCode.FORBIDDEN, "a " + kind + " is sent by servers: POST /api/dm/messages");
        }
        ask(
                context,
                new DirectRecord(
                        Op.SEND,
                        claims.tenant(),
                        claims.user(),
                        Fields.peer(context),
                        Fields.text(body, "cid"),
                        kind,
                        Fields.messageBody(body, kind),
                        0,
                        requests.node(),
                        requests.nextId(),
                        body.hasNonNull("reply") ? Fields.text(body, "reply") : ""),
                result -> Problems.json(context, 201, place(result.message())));
    }

    static ObjectNode place(DirectMessage m) {
        return Json.object().put("mid", m.mid()).put("seq", m.seq()).put("ts", m.tsMs());
    }

    /** PATCH /api/dm/{peer}/messages/{mid}. */
    void edit(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        ObjectNode body = Fields.body(context);
        JsonNode now = body.get("body");
        boolean text = now != null && now.isTextual();
        ask(
                context,
                DirectRecord.edit(
                        claims.tenant(),
                        claims.user(),
                        Fields.peer(context),
                        Fields.mid(context),
                        Fields.messageBody(body, text ? "text" : DirectRecord.OBJECT),
                        text,
                        requests.node(),
                        requests.nextId()),
                result -> Problems.json(context, 200, result.message().toJson()));
    }

    /** DELETE /api/dm/{peer}/messages/{mid}. */
    void recall(RoutingContext context) {
        change(context, Op.RECALL, Fields.mid(context), "", DirectApi::message);
    }

    /** PUT and DELETE /api/dm/{peer}/messages/{mid}/reaction. */
    void react(RoutingContext context) {
        boolean put = context.request().method().equals(HttpMethod.PUT);
        String sign = put ? Fields.text(Fields.body(context), "sign") : "";
        change(context, Op.REACT, Fields.mid(context), sign, DirectApi::message);
    }

    private static ObjectNode message(Delivery result) {
        return result.message().toJson();
    }

    /** PUT /api/dm/{peer}/messages/{mid}/hidden. */
    void hide(RoutingContext context) {
        change(context, Op.HIDE, Fields.mid(context), "", DirectApi::noted);
    }

    /** PUT and DELETE /api/dm/{peer}/block. */
    void block(RoutingContext context) {
        boolean put = context.request().method().equals(HttpMethod.PUT);
        change(context, put ? Op.BLOCK : Op.UNBLOCK, "", "", DirectApi::noted);
    }

    /** PUT /api/dm/{peer}/relation. */
    void relate(RoutingContext context) {
        change(context, Op.RELATE, "", Fields.body(context).toString(), DirectApi::noted);
    }

    /** PUT /api/dm/{peer}/expiry. */
    void expire(RoutingContext context) {
        JsonNode seconds = Fields.body(context).get("seconds");
        // what else it may not be, the rules say
        if (seconds == null || !seconds.isIntegralNumber() || !seconds.canConvertToLong()) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "seconds is a whole number");
        }
        upTo(context, Op.EXPIRE, seconds.longValue(), DirectApi::noted);
    }

    private static ObjectNode noted(Delivery result) {
        return Json.read(result.change().getBytes(StandardCharsets.UTF_8), ObjectNode.class);
    }

    private void change(RoutingContext context, Op op, String mid, String body, Function<Delivery, ObjectNode> answer) {
        Claims claims = Bearer.claims(context);
        ask(
                context,
                DirectRecord.change(
                        op,
                        claims.tenant(),
                        claims.user(),
                        Fields.peer(context),
                        mid,
                        body,
                        requests.node(),
                        requests.nextId()),
                result -> Problems.json(context, 200, answer.apply(result)));
    }

    /** POST /api/dm/{peer}/clear. */
    void clear(RoutingContext context) {
        upTo(context, Op.CLEAR, DirectApi::noted);
    }

    /** POST /api/dm/{peer}/read. */
    void read(RoutingContext context) {
        upTo(context, Op.READ, result -> Json.object().put("readSeq", result.readSeq()));
    }

    /** POST /api/dm/{peer}/delivered. */
    void delivered(RoutingContext context) {
        upTo(context, Op.DELIVERED, result -> Json.object().put("deliveredSeq", result.readSeq()));
    }

    private void upTo(RoutingContext context, Op op, Function<Delivery, ObjectNode> answer) {
        upTo(context, op, Fields.number(Fields.body(context), "seq"), answer);
    }

    private void upTo(RoutingContext context, Op op, long seq, Function<Delivery, ObjectNode> answer) {
        Claims claims = Bearer.claims(context);
        ask(
                context,
                DirectRecord.upTo(
                        op,
                        claims.tenant(),
                        claims.user(),
                        Fields.peer(context),
                        seq,
                        requests.node(),
                        requests.nextId()),
                result -> Problems.json(context, 200, answer.apply(result)));
    }

    void ask(RoutingContext context, DirectRecord record, Consumer<Delivery> answer) {
        Refusal refusal = Rules.check(record);
        if (refusal != null) {
            Problems.send(context, refusal);
            return;
        }
        Claims claims = Bearer.claims(context);
        then(context, gate.ask(claims, claims.admin() ? record : record.asRated()), result -> {
            if (result.refusal() != null) {
                Problems.send(context, result.refusal());
            } else {
                answer.accept(result);
            }
        });
    }

    /** GET /api/dm/{peer}/messages. */
    void history(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        String peer = Fields.peer(context);
        long before = Fields.query(context, "before", Fields.NUMBER_MAX, Fields.NUMBER_MAX);
        int limit = (int) Fields.query(context, "limit", MESSAGES_MAX, PAGE_DEFAULT);
        page(context, () -> pages.histories.page(claims.tenant(), claims.user(), peer, before, limit), page -> {
            ObjectNode answer = Json.object();
            put(answer, page.messages());
            if (page.next() > 0) {
                answer.put("next", page.next());
            }
            Problems.json(context, 200, answer);
        });
    }

    /** GET /api/dm/{peer}/conversation. */
    void conversation(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        String peer = Fields.peer(context);
        page(context, () -> pages.histories.standing(claims.tenant(), claims.user(), peer), standing -> {
            ObjectNode answer = Json.object().put("seq", standing.seq());
            if (standing.expirySeconds() > 0) {
                answer.put("expiry", standing.expirySeconds());
            }
            Problems.json(context, 200, answer);
        });
    }

    /** GET /api/dm/{peer}/messages/{mid}/versions. */
    void versions(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        String peer = Fields.peer(context);
        String mid = Fields.mid(context);
        page(context, () -> pages.histories.versions(claims.tenant(), claims.user(), peer, mid), versions -> {
            if (versions == null) {
                Problems.send(
                        context, Refusal.of(ErrorCode.NOT_FOUND, "there is no such message in this conversation"));
                return;
            }
            ObjectNode answer = Json.object();
            ArrayNode array = answer.putArray("versions");
            versions.forEach(version -> array.addObject()
                    .put("at", version.atMs())
                    .set("body", DirectBody.node(version.kind(), version.body())));
            Problems.json(context, 200, answer);
        });
    }

    /** GET /api/dm/contacts. */
    void contacts(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        String cursor = Fields.query(context, "cursor");
        ContactsCursor after = cursor == null ? null : ContactsCursor.parse(cursor);
        if (cursor != null && after == null) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "cursor is not one of a page of contacts");
        }
        int limit = (int) Fields.query(context, "limit", CONTACTS_MAX, PAGE_DEFAULT);
        Contacts.Box box = Fields.box(context);
        page(context, () -> pages.contacts.page(claims.tenant(), claims.user(), box, after, limit), page -> {
            ObjectNode answer = Json.object();
            ArrayNode contacts = answer.putArray("contacts");
            page.contacts().forEach(contact -> contacts.add(contact.toJson()));
            if (page.next() != null) {
                answer.put("cursor", page.next().toString());
            }
            Problems.json(context, 200, answer);
        });
    }

    /** GET /api/dm/sync. */
    void sync(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        String pos = Fields.query(context, "pos");
        int limit = (int) Fields.query(context, "limit", MESSAGES_MAX, SYNC_DEFAULT);
        if (NOW.equals(pos)) {
            page(context, pages.sync::now, now -> Problems.json(context, 200, answer(SyncLog.Page.endingAt(now))));
            return;
        }
        SyncPosition after = pos == null ? SyncPosition.start() : SyncPosition.parse(pos);
        if (after == null) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "pos is not a position of sync");
        }
        page(context, () -> synced(claims, after, limit), page -> Problems.json(context, 200, answer(page)));
    }

    private static ObjectNode answer(SyncLog.Page page) {
        ObjectNode answer = Json.object();
        put(answer, page.messages());
        ArrayNode changes = answer.putArray("changes");
        page.changes()
                .forEach(change -> changes.add(Json.read(change.getBytes(StandardCharsets.UTF_8), ObjectNode.class)));
        ArrayNode marks = answer.putArray("marks");
        page.marks().forEach(moved -> marks.add(moved.toJson()));
        return answer.put("pos", page.next().toString()).put("more", page.more());
    }

    private CompletionStage<SyncLog.Page> synced(Claims claims, SyncPosition after, int limit) {
        CompletionStage<SyncLog.Page> page = pages.sync.page(claims.tenant(), claims.user(), after, limit);
        return pages.relay == null
                ? page
                : page.thenCombine(
                        pages.relay.got(
                                claims.tenant(), claims.user(), claims.account().device(), after),
                        (read, relayed) -> read);
    }

    private static void put(ObjectNode page, List<DirectMessage> messages) {
        ArrayNode array = page.putArray("messages");
        messages.forEach(message -> array.add(message.toJson()));
    }

    /** Reads or writes in the store, as one of a bounded number; what fails is an engine that is away. */
    <T> void page(RoutingContext context, Supplier<CompletionStage<T>> read, Consumer<T> answer) {
        if (reading.incrementAndGet() > pagesMax) {
            reading.decrementAndGet();
            busy.increment();
            Problems.send(
                    context, Refusal.retry(ErrorCode.BUSY, "too many pages are being read at once", BUSY_RETRY_MS));
            return;
        }
        CompletionStage<T> page;
        try {
            page = read.get();
        } catch (RuntimeException fault) {
            reading.decrementAndGet();
            throw fault;
        }
        then(context, page.whenComplete((done, failure) -> reading.decrementAndGet()), answer);
    }

    /** Goes on with an answer on the request's event loop; what fails here is an engine that is away. */
    static <T> void then(RoutingContext context, CompletionStage<T> asked, Consumer<T> answer) {
        Future.fromCompletionStage(asked, context.vertx().getOrCreateContext()).onComplete(answered -> {
            if (answered.succeeded()) {
                answer.accept(answered.result());
            } else {
                LOG.warn(
                        "{} {}: {}",
                        context.request().method(),
                        context.request().path(),
                        answered.cause().toString());
                Problems.send(
                        context,
                        Refusal.retry(ErrorCode.UNAVAILABLE, "the store cannot be reached now", AWAY_RETRY_MS));
            }
        });
    }
}
