package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.store.Contact;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.ContactsCursor;
import io.danmaku.dm.store.Histories;
import io.danmaku.dm.store.SyncLog;
import io.danmaku.dm.store.SyncPosition;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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
    private static final long AWAY_RETRY_MS = 1_000;
    private static final long BUSY_RETRY_MS = 500;

    private final Requests requests;
    private final Pages pages;
    private final int pagesMax;
    /** Pages being read; requests come on several event loops. */
    private final AtomicInteger reading = new AtomicInteger();

    private final Counter busy;

    /** Where pages are read from; there once the store is connected. */
    record Pages(Histories histories, Contacts contacts, SyncLog sync) {}

    DirectApi(Requests requests, Pages pages, int pagesMax, MeterRegistry registry) {
        this.requests = requests;
        this.pages = pages;
        this.pagesMax = pagesMax;
        busy = registry.counter("danmaku.dm.pages.busy");
        registry.gauge("danmaku.dm.pages.reading", reading);
    }

    /** POST /api/dm/{peer}/messages. */
    void send(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        ObjectNode body = Fields.body(context);
        ask(
                context,
                new DirectRecord(
                        Op.SEND,
                        claims.tenant(),
                        claims.user(),
                        Fields.peer(context),
                        Fields.text(body, "cid"),
                        Fields.text(body, "kind"),
                        Fields.text(body, "body"),
                        0,
                        requests.node(),
                        requests.nextId()),
                result -> {
                    DirectMessage m = result.message();
                    Problems.json(
                            context,
                            201,
                            Json.object()
                                    .put("mid", m.mid())
                                    .put("seq", m.seq())
                                    .put("ts", m.tsMs()));
                });
    }

    /** POST /api/dm/{peer}/read. */
    void read(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        long seq = Fields.number(Fields.body(context), "seq");
        ask(
                context,
                new DirectRecord(
                        Op.READ,
                        claims.tenant(),
                        claims.user(),
                        Fields.peer(context),
                        "",
                        "",
                        "",
                        seq,
                        requests.node(),
                        requests.nextId()),
                result -> Problems.json(context, 200, Json.object().put("readSeq", result.readSeq())));
    }

    private void ask(RoutingContext context, DirectRecord record, Consumer<Delivery> answer) {
        Refusal refusal = Rules.check(record);
        if (refusal != null) {
            Problems.send(context, refusal);
            return;
        }
        then(context, requests.ask(record), result -> {
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
        page(context, () -> pages.histories.page(claims.tenant(), claims.user(), peer, before, limit), messages -> {
            ObjectNode page = Json.object();
            put(page, messages);
            Problems.json(context, 200, page);
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
        page(context, () -> pages.contacts.page(claims.tenant(), claims.user(), after, limit), page -> {
            ObjectNode answer = Json.object();
            ArrayNode contacts = answer.putArray("contacts");
            for (Contact c : page.contacts()) {
                ObjectNode contact = contacts.addObject();
                contact.put("peer", c.peer());
                contact.set("last", c.last().toJson());
                contact.put("unread", c.unread());
                contact.put("readSeq", c.readSeq());
                contact.put("peerReadSeq", c.peerReadSeq());
            }
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
        SyncPosition after = pos == null ? SyncPosition.start() : SyncPosition.parse(pos);
        if (after == null) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "pos is not a position of sync");
        }
        int limit = (int) Fields.query(context, "limit", MESSAGES_MAX, SYNC_DEFAULT);
        page(context, () -> pages.sync.page(claims.tenant(), claims.user(), after, limit), page -> {
            ObjectNode answer = Json.object();
            put(answer, page.messages());
            answer.put("pos", page.next().toString());
            answer.put("more", page.more());
            Problems.json(context, 200, answer);
        });
    }

    private static void put(ObjectNode page, List<DirectMessage> messages) {
        ArrayNode array = page.putArray("messages");
        messages.forEach(message -> array.add(message.toJson()));
    }

    private <T> void page(RoutingContext context, Supplier<CompletionStage<T>> read, Consumer<T> answer) {
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
    private static <T> void then(RoutingContext context, CompletionStage<T> asked, Consumer<T> answer) {
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
