package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.store.Evidence;
import io.danmaku.dm.store.Report;
import io.danmaku.dm.store.Reports;
import io.danmaku.dm.store.ReportsCursor;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.node.pulsar.HookOutbox;
import io.danmaku.node.redis.HourlySets;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.room.HookType;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What each route of {@code /api/dm/reports} does. Whoever reports is heard once; the admins of the tenant alone see and decide. */
final class ReportApi {
    private static final int PAGE_MAX = 200;
    private static final int PAGE_DEFAULT = 50;
    /** Requests in work: each may copy much. */
    private static final int WORKING_MAX = 64;

    private static final long BUSY_RETRY_MS = 500;

    private final Reports reports;
    private final Evidence evidence;
    private final HourlySets counts;
    private final int perHour;
    private final HookOutbox outbox;
    private final AtomicInteger working = new AtomicInteger();
    private final Counter made;
    private final Counter limited;
    private final Counter uncounted;

    /** What a report came to: the report, or why there is none. */
    private record Made(Report report, boolean isNew, Refusal refusal) {}

    ReportApi(
            Reports reports,
            Evidence evidence,
            HourlySets counts,
            int perHour,
            HookOutbox outbox,
            MeterRegistry registry) {
        this.reports = reports;
        this.evidence = evidence;
        this.counts = counts;
        this.perHour = perHour;
        this.outbox = outbox;
        made = registry.counter("danmaku.dm.reports", "outcome", "made");
        limited = registry.counter("danmaku.dm.reports", "outcome", "limited");
        uncounted = registry.counter("danmaku.dm.reports", "outcome", "uncounted");
    }

    /** POST /api/dm/reports. */
    void make(RoutingContext context) {
        Report report = ReportForm.read(Bearer.claims(context), Fields.body(context), System.currentTimeMillis());
        work(context, () -> make(report), outcome -> {
            if (outcome.refusal != null) {
                Problems.send(context, outcome.refusal);
                return;
            }
            if (outcome.isNew) {
                made.increment();
                tell(outcome.report);
            }
            ObjectNode answer = Json.object().put("id", outcome.report.id()).put("at", outcome.report.atMs());
            Problems.json(context, outcome.isNew ? 201 : 200, answer);
        });
    }

    private CompletionStage<Made> make(Report report) {
        return reports.find(report.tenant(), report.id())
                .thenCompose(first -> first != null
                        ? reports.list(first, report.atMs()).thenApply(listed -> new Made(listed, false, null))
                        : evidence.copy(report.tenant(), report.reporter(), report.peer(), report.mids())
                                .thenCompose(copied -> copied == null
                                        ? refused(Refusal.of(
                                                ErrorCode.NOT_FOUND, "there is no such message in this conversation"))
                                        : makeOf(report, copied)));
    }

    private CompletionStage<Made> makeOf(Report report, ArrayNode copied) {
        return counted(report)
                .thenCompose(counted -> counted
                        ? reports.put(report, copied.toString())
                                .thenApply(there -> new Made(there, there.atMs() == report.atMs(), null))
                        : refused(Refusal.retry(
                                ErrorCode.RATE_LIMITED,
                                "at most " + perHour + " reports an hour",
                                HourlySets.restOfHourMs(report.atMs()))));
    }

    private static CompletionStage<Made> refused(Refusal refusal) {
        return CompletableFuture.completedFuture(new Made(null, false, refusal));
    }

    /** Whether the reporter may report this; while nobody can tell, everybody may. */
    private CompletionStage<Boolean> counted(Report report) {
        return counts.add(report.tenant(), report.reporter(), report.id(), perHour, report.atMs())
                .toCompletionStage()
                .handle((may, failure) -> {
                    if (failure != null) {
                        uncounted.increment();
                        return true;
                    }
                    if (!may) {
                        limited.increment();
                    }
                    return may;
                });
    }

    private void tell(Report report) {
        outbox.put(new HookRecord(
                report.tenant(),
                "",
                "dm-report-" + report.id(),
                HookType.DM_REPORT.wireName(),
                "",
                report.atMs(),
                ReportForm.json(report)));
    }

    /** GET /api/dm/reports. */
    void list(RoutingContext context) {
        Claims admin = admin(context);
        String wanted = Fields.query(context, "state");
        Report.State state = wanted == null ? null : Report.State.ofWireName(wanted);
        if (wanted != null && state == null) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "state is open, upheld or dismissed");
        }
        String cursor = Fields.query(context, "cursor");
        ReportsCursor after = cursor == null ? null : ReportsCursor.parse(cursor);
        if (cursor != null && after == null) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "cursor is not one of a page of reports");
        }
        int limit = (int) Fields.query(context, "limit", PAGE_MAX, PAGE_DEFAULT);
        work(context, () -> reports.page(admin.tenant(), state, after, limit, System.currentTimeMillis()), page -> {
            ObjectNode answer = Json.object();
            ArrayNode array = answer.putArray("reports");
            page.reports().forEach(report -> array.add(ReportForm.json(report)));
            if (page.next() != null) {
                answer.put("cursor", page.next().toString());
            }
            Problems.json(context, 200, answer);
        });
    }

    /** GET /api/dm/reports/{id}. */
    void read(RoutingContext context) {
        Claims admin = admin(context);
        String id = id(context);
        work(
                context,
                () -> reports.find(admin.tenant(), id)
                        .thenCombine(reports.evidence(admin.tenant(), id), (report, copied) -> {
                            ObjectNode answer = report == null ? null : ReportForm.json(report);
                            if (answer != null && copied != null) {
                                answer.set(
                                        "evidence",
                                        Json.read(copied.getBytes(StandardCharsets.UTF_8), ArrayNode.class));
                            }
                            return answer;
                        }),
                answer -> answer(context, answer));
    }

    /** PUT /api/dm/reports/{id}. */
    void decide(RoutingContext context) {
        Claims admin = admin(context);
        String id = id(context);
        ObjectNode body = Fields.body(context);
        Report.State state = Report.State.ofWireName(Fields.text(body, "state"));
        if (state == null || state == Report.State.OPEN) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "state is upheld or dismissed");
        }
        String note = body.hasNonNull("note") ? ReportForm.text(body, "note", ReportForm.NOTE_CHARS_MAX) : "";
        work(
                context,
                () -> reports.find(admin.tenant(), id)
                        .thenCompose(report -> report == null || report.state() != Report.State.OPEN
                                ? CompletableFuture.completedFuture(report)
                                : reports.decide(report, state, note, admin.user(), System.currentTimeMillis())
                                        .thenCompose(decided -> reports.find(admin.tenant(), id))),
                report -> {
                    // the same decision again is the same
                    if (report != null
                            && (report.state() != state || !report.note().equals(note))) {
                        Problems.send(
                                context,
                                Refusal.of(
                                        ErrorCode.CONFLICT,
                                        "it is " + report.state().wireName() + " already"));
                    } else {
                        answer(context, report == null ? null : ReportForm.json(report));
                    }
                });
    }

    /** @param report null = there is none */
    private static void answer(RoutingContext context, ObjectNode report) {
        if (report == null) {
            Problems.send(context, Refusal.of(ErrorCode.NOT_FOUND, "there is no such report"));
        } else {
            Problems.json(context, 200, report);
        }
    }

    private static Claims admin(RoutingContext context) {
        Claims claims = Bearer.claims(context);
        if (!claims.admin()) {
            throw new BadRequest(ErrorCode.FORBIDDEN, "this is for the tenant's admins");
        }
        return claims;
    }

    private static String id(RoutingContext context) {
        String id = context.pathParam("id");
        if (!Ids.isMessage(id)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "id is that of a report");
        }
        return id;
    }

    private <T> void work(RoutingContext context, Supplier<CompletionStage<T>> work, Consumer<T> answer) {
        if (working.incrementAndGet() > WORKING_MAX) {
            working.decrementAndGet();
            Problems.send(context, Refusal.retry(ErrorCode.BUSY, "too many reports are in work", BUSY_RETRY_MS));
            return;
        }
        CompletionStage<T> done;
        try {
            done = work.get();
        } catch (RuntimeException fault) {
            working.decrementAndGet();
            throw fault;
        }
        DirectApi.then(context, done.whenComplete((result, failure) -> working.decrementAndGet()), answer);
    }
}
