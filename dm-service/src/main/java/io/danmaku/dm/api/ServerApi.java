package io.danmaku.dm.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.job.JobRunner;
import io.danmaku.dm.store.Job;
import io.danmaku.dm.store.Jobs;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.room.Ids;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What a backend may in its tenant: a message in the name of any user, and jobs, one message to many. Only behind a check of who asks. */
final class ServerApi {
    private static final int JOBS_MAX = 100;
    private static final int PAGE_DEFAULT = 50;

    private final DirectApi direct;
    private final Requests requests;
    private final Jobs jobs;
    private final JobRunner runner;

    ServerApi(DirectApi direct, Requests requests, Jobs jobs, JobRunner runner) {
        this.direct = direct;
        this.requests = requests;
        this.jobs = jobs;
        this.runner = runner;
    }

    /** POST /api/dm/messages. */
    void send(RoutingContext context) {
        ObjectNode body = Fields.body(context);
        String kind = Fields.text(body, "kind");
        direct.ask(
                context,
                new DirectRecord(
                        Op.SEND,
                        Bearer.claims(context).tenant(),
                        Fields.text(body, "from"),
                        Fields.text(body, "to"),
                        Fields.text(body, "cid"),
                        kind,
                        Fields.messageBody(body, kind),
                        0,
                        requests.node(),
                        requests.nextId(),
                        body.hasNonNull("reply") ? Fields.text(body, "reply") : ""),
                result -> Problems.json(context, 201, DirectApi.place(result.message())));
    }

    /** PUT /api/dm/messages/jobs/{id}. */
    void make(RoutingContext context) {
        String tenant = Bearer.claims(context).tenant();
        String id = Fields.job(context);
        ObjectNode asked = Fields.body(context);
        String from = Fields.text(asked, "from");
        String kind = Fields.text(asked, "kind");
        String body = Fields.messageBody(asked, kind);
        Refusal refusal = Ids.isUser(from)
                ? Rules.checkContent(kind, body)
                : Refusal.of(ErrorCode.BAD_FIELD, "from is not a user id");
        if (refusal != null) {
            Problems.send(context, refusal);
            return;
        }
        direct.page(context, () -> jobs.make(tenant, id, from, kind, body), job -> {
            if (job.asks(from, kind, body)) {
                answer(context, 201, job);
            } else {
                Problems.send(context, conflict("there is a job by this id that says something else"));
            }
        });
    }

    /** PUT /api/dm/messages/jobs/{id}/parts/{part}. */
    void add(RoutingContext context) {
        int part = Fields.part(context);
        List<String> users = Fields.users(Fields.body(context));
        withJob(context, job -> jobs.add(job, part, users), (job, added) -> {
            switch (added) {
                case ADDED ->
                    Problems.json(context, 200, Json.object().put("part", part).put("users", users.size()));
                case OTHERS -> Problems.send(context, conflict("this part has other users"));
                case CLOSED ->
                    Problems.send(context, conflict("the job is " + told(job.state()) + " and takes no more"));
            }
        });
    }

    /** The job was open when it was asked for, and is not: it was started meanwhile. */
    private static String told(Job.State state) {
        return (state == Job.State.OPEN ? Job.State.RUNNING : state).wireName();
    }

    /** POST /api/dm/messages/jobs/{id}/start. */
    void start(RoutingContext context) {
        withJob(context, jobs::start, (job, started) -> {
            if (job.state() == Job.State.CANCELLED) {
                Problems.send(context, conflict("the job is cancelled"));
                return;
            }
            runner.wake();
            answer(context, 200, job);
        });
    }

    /** DELETE /api/dm/messages/jobs/{id}. */
    void cancel(RoutingContext context) {
        withJob(context, jobs::cancel, (job, cancelled) -> answer(context, 200, job));
    }

    /** GET /api/dm/messages/jobs/{id}. */
    void read(RoutingContext context) {
        String tenant = Bearer.claims(context).tenant();
        String id = Fields.job(context);
        direct.page(context, () -> jobs.progress(tenant, id), progress -> answer(context, 200, progress));
    }

    /** GET /api/dm/messages/jobs. */
    void list(RoutingContext context) {
        String tenant = Bearer.claims(context).tenant();
        String cursor = Fields.query(context, "cursor");
        if (cursor != null && !Ids.isJob(cursor)) {
            throw new BadRequest(ErrorCode.BAD_FIELD, "cursor is that of a page of jobs");
        }
        int limit = (int) Fields.query(context, "limit", JOBS_MAX, PAGE_DEFAULT);
        direct.page(context, () -> jobs.page(tenant, cursor == null ? "" : cursor, limit), page -> {
            ObjectNode answer = Json.object();
            ArrayNode array = answer.putArray("jobs");
            page.jobs().forEach(job -> array.add(json(job)));
            if (page.next() != null) {
                answer.put("cursor", page.next());
            }
            Problems.json(context, 200, answer);
        });
    }

    /** Takes what was made of a job. */
    private interface Done<T> {
        void accept(Job job, T done);
    }

    private record Made<T>(Job job, T made) {}

    /** Does something with a job that there is. */
    private <T> void withJob(RoutingContext context, Function<Job, CompletionStage<T>> what, Done<T> then) {
        String tenant = Bearer.claims(context).tenant();
        String id = Fields.job(context);
        direct.page(
                context,
                () -> jobs.find(tenant, id)
                        .thenCompose(job -> job == null
                                ? CompletableFuture.completedFuture(new Made<T>(null, null))
                                : what.apply(job).thenApply(made -> new Made<>(job, made))),
                made -> {
                    if (made.job == null) {
                        Problems.send(context, none());
                    } else {
                        then.accept(made.job, made.made);
                    }
                });
    }

    private void answer(RoutingContext context, int status, Job job) {
        direct.page(
                context, () -> jobs.progress(job.tenant(), job.id()), progress -> answer(context, status, progress));
    }

    private static void answer(RoutingContext context, int status, Job.Progress progress) {
        if (progress == null) {
            Problems.send(context, none());
            return;
        }
        ObjectNode answer = json(progress.job());
        Job.Counts counts = progress.counts();
        answer.put("recipients", progress.recipients()).put("sent", counts.sent());
        ObjectNode refused = answer.putObject("refused");
        counts.refused().forEach(refused::put);
        answer.put("left", progress.recipients() - counts.total());
        Problems.json(context, status, answer);
    }

    private static ObjectNode json(Job job) {
        return Json.object()
                .put("id", job.id())
                .put("from", job.from())
                .put("kind", job.kind())
                .put("state", job.state().wireName())
                .put("created", job.createdMs());
    }

    private static Refusal none() {
        return Refusal.of(ErrorCode.NOT_FOUND, "there is no such job");
    }

    private static Refusal conflict(String message) {
        return Refusal.of(ErrorCode.CONFLICT, message);
    }
}
