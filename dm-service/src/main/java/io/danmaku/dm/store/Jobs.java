package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Jobs, their recipients and what has become of them. What several may change at once is changed by conditional updates, all of a job in
 * one partition, so that whoever was told of a change can rely on it. Every row goes when its job was made {@code keepMs} ago.
 */
public final class Jobs {
    /** Jobs that are running, looked at in one round: the others wait until some of these are done. */
    private static final int STARTED_MAX = 1_000;

    private static final int ONLY_SHARD = 0;
    private static final String APPLIED = "[applied]";
    private static final String OF_JOB = " WHERE tenant = ? AND id = ?";

    private final CqlNode cql;
    private final long keepMs;
    private final PreparedStatement make;
    private final PreparedStatement find;
    private final PreparedStatement insertPart;
    private final PreparedStatement addPart;
    private final PreparedStatement hasPart;
    private final PreparedStatement change;
    private final PreparedStatement progress;
    private final PreparedStatement list;
    private final PreparedStatement insertListed;
    private final PreparedStatement insertStarted;
    private final PreparedStatement deleteStarted;
    private final PreparedStatement started;
    private final PreparedStatement take;
    private final PreparedStatement hold;
    private final PreparedStatement nextPart;
    private final PreparedStatement partRecipients;
    private final PreparedStatement count;
    private final PreparedStatement letGo;

    /** What was made of recipients that were to be added. */
    public enum Added {
        ADDED,
        /** This part has others. */
        OTHERS,
        /** The job takes none any more. */
        CLOSED
    }

    /** A job to be run. */
    public record Started(String tenant, String id, String uid) {}

    /**
     * Recipients to be sent to.
     *
     * @param counts what somebody who did not finish it has counted
     */
    public record Part(int number, List<String> recipients, Job.Counts counts) {}

    /**
     * A page of a tenant's jobs.
     *
     * @param jobs by id
     * @param next id behind which it goes on, null after the last
     */
    public record Page(List<Job> jobs, String next) {}

    /** Prepares its statements: blocks. */
    public Jobs(CqlNode cql, long keepMs) {
        this.cql = cql;
        this.keepMs = keepMs;
        make = cql.prepare("UPDATE KS.job USING TTL ? SET uid = ?, sender = ?, kind = ?, body = ?, created_at = ?,"
                + " state = 'open', done_part = 0" + OF_JOB + " IF uid = null");
        find = cql.prepare("SELECT uid, sender, kind, body, created_at, state, done_part, holder FROM KS.job" + OF_JOB
                + " LIMIT 1");
        insertPart = cql.prepare(
                "INSERT INTO KS.job_part (uid, part, recipients) VALUES (?, ?, ?) IF NOT EXISTS USING TTL ?");
        addPart = cql.prepare("UPDATE KS.job USING TTL ? SET recipients = ?" + OF_JOB
                + " AND part = ? IF uid = ? AND state = 'open'");
        hasPart = cql.prepare("SELECT recipients FROM KS.job" + OF_JOB + " AND part = ?");
        change = cql.prepare("UPDATE KS.job USING TTL ? SET state = ?" + OF_JOB + " IF uid = ? AND state IN (?, ?)");
        progress = cql.prepare("SELECT uid, sender, kind, body, created_at, state, done_part, holder, recipients, sent,"
                + " refused FROM KS.job" + OF_JOB);
        list = cql.prepare("SELECT id FROM KS.job_of_tenant WHERE tenant = ? AND id > ? LIMIT ?");
        insertListed = cql.prepare("INSERT INTO KS.job_of_tenant (tenant, id, uid) VALUES (?, ?, ?) USING TTL ?");
        insertStarted =
                cql.prepare("INSERT INTO KS.job_started (shard, uid, tenant, id) VALUES (?, ?, ?, ?) USING TTL ?");
        deleteStarted = cql.prepare("DELETE FROM KS.job_started WHERE shard = ? AND uid = ?");
        started = cql.prepare("SELECT tenant, id, uid FROM KS.job_started WHERE shard = ? LIMIT ?");
        take = cql.prepare("UPDATE KS.job USING TTL ? SET holder = ?" + OF_JOB
                + " IF holder = null AND uid = ? AND state = 'running'");
        hold = cql.prepare("UPDATE KS.job USING TTL ? SET holder = ?" + OF_JOB
                + " IF holder = ? AND uid = ? AND state = 'running'");
        nextPart = cql.prepare("SELECT part, sent, refused FROM KS.job" + OF_JOB + " AND part > ? LIMIT 1");
        partRecipients = cql.prepare("SELECT recipients FROM KS.job_part WHERE uid = ? AND part = ?");
        count = cql.prepare(
                "UPDATE KS.job USING TTL ? SET sent = ?, refused = ?" + OF_JOB + " AND part = ? IF holder = ?");
        letGo = cql.prepare("UPDATE KS.job USING TTL ? SET sent = ?, refused = ?, done_part = ?, holder = null" + OF_JOB
                + " AND part = ? IF holder = ?");
    }

    /** Makes a job, or finds that which has its id: whoever asks compares. */
    public CompletionStage<Job> make(String tenant, String id, String from, String kind, String body) {
        String uid = UUID.randomUUID().toString();
        long nowMs = System.currentTimeMillis();
        return cql.execute(make, ttl(nowMs), uid, from, kind, body, nowMs, tenant, id)
                .thenCompose(made -> find(tenant, id))
                .thenCompose(job -> cql.execute(insertListed, tenant, id, job.uid(), ttl(job.createdMs()))
                        .thenApply(listed -> job));
    }

    /** A job, or null. */
    public CompletionStage<Job> find(String tenant, String id) {
        return cql.execute(find, tenant, id).thenApply(rows -> job(tenant, id, rows.one()));
    }

    private static Job job(String tenant, String id, Row row) {
        if (row == null || row.isNull("uid") || row.isNull("state")) {
            return null;
        }
        return new Job(
                tenant,
                id,
                row.getString("uid"),
                row.getString("sender"),
                row.getString("kind"),
                row.getString("body"),
                row.getLong("created_at"),
                Job.State.of(row.getString("state")),
                row.getInt("done_part"),
                row.getString("holder"));
    }

    /** Adds a part. The same one again is added already, also when the job takes none any more. */
    public CompletionStage<Added> add(Job job, int part, List<String> recipients) {
        int ttl = ttl(job.createdMs());
        // first who they are, then that they count: behind the start nothing is added that is not there
        return cql.execute(insertPart, job.uid(), part, recipients, ttl).thenCompose(inserted -> {
            Row row = inserted.one();
            if (!row.getBoolean(APPLIED) && !recipients.equals(row.getList("recipients", String.class))) {
                return CompletableFuture.completedFuture(Added.OTHERS);
            }
            return cql.execute(addPart, ttl, recipients.size(), job.tenant(), job.id(), part, job.uid())
                    .thenCompose(added -> applied(added)
                            ? CompletableFuture.completedFuture(Added.ADDED)
                            : cql.execute(hasPart, job.tenant(), job.id(), part).thenApply(there -> {
                                Row before = there.one();
                                return before == null || before.isNull("recipients") ? Added.CLOSED : Added.ADDED;
                            }));
        });
    }

    /** Lets an open job be run. Nothing happens to one that is not open; ask how it stands afterwards. */
    public CompletionStage<Void> start(Job job) {
        if (job.state() != Job.State.OPEN) {
            return CompletableFuture.completedFuture(null);
        }
        int ttl = ttl(job.createdMs());
        // where it is looked for before it is to be found: who runs jobs passes over one that is still open
        return cql.execute(insertStarted, ONLY_SHARD, job.uid(), job.tenant(), job.id(), ttl)
                .thenCompose(inserted -> change(job, Job.State.RUNNING, Job.State.OPEN, Job.State.OPEN))
                .thenAccept(started -> {});
    }

    /** Nothing more is sent, but for what is on its way. Nothing happens to a job that is done. */
    public CompletionStage<Void> cancel(Job job) {
        return change(job, Job.State.CANCELLED, Job.State.OPEN, Job.State.RUNNING)
                .thenAccept(cancelled -> {});
    }

    /** For its holder: all parts are done. */
    public CompletionStage<Void> done(Job job) {
        return change(job, Job.State.DONE, Job.State.RUNNING, Job.State.RUNNING).thenAccept(done -> {});
    }

    private CompletionStage<Boolean> change(Job job, Job.State to, Job.State from, Job.State orFrom) {
        return cql.execute(
                        change,
                        ttl(job.createdMs()),
                        to.wireName(),
                        job.tenant(),
                        job.id(),
                        job.uid(),
                        from.wireName(),
                        orFrom.wireName())
                .thenApply(Jobs::applied);
    }

    /** How a job stands, or null. */
    public CompletionStage<Job.Progress> progress(String tenant, String id) {
        return cql.rows(progress, tenant, id).thenApply(rows -> {
            Job job = rows.isEmpty() ? null : job(tenant, id, rows.get(0));
            if (job == null) {
                return null;
            }
            int recipients = 0;
            int sent = 0;
            Map<String, Integer> refused = new HashMap<>();
            for (Row row : rows) {
                // counts of a part that was never added are not there either
                recipients += row.isNull("recipients") ? 0 : row.getInt("recipients");
                Job.Counts counts = counts(row);
                sent += counts.sent();
                counts.refused().forEach((code, n) -> refused.merge(code, n, Integer::sum));
            }
            return new Job.Progress(job, recipients, new Job.Counts(sent, refused));
        });
    }

    private static Job.Counts counts(Row row) {
        return new Job.Counts(row.getInt("sent"), row.getMap("refused", String.class, Integer.class));
    }

    /** @param after id of the last one of the page before, empty = from the first */
    public CompletionStage<Page> page(String tenant, String after, int limit) {
        return cql.rows(list, tenant, after, limit + 1).thenCompose(rows -> {
            List<CompletableFuture<Job>> asked = rows.stream()
                    .limit(limit)
                    .map(row -> find(tenant, row.getString("id")).toCompletableFuture())
                    .toList();
            String next = rows.size() <= limit ? null : rows.get(limit - 1).getString("id");
            return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .thenApply(all -> {
                        List<Job> jobs = new ArrayList<>();
                        for (CompletableFuture<Job> one : asked) {
                            Job job = one.join();
                            // one that goes just now may be listed a moment longer
                            if (job != null) {
                                jobs.add(job);
                            }
                        }
                        return new Page(jobs, next);
                    });
        });
    }

    /** What is to be run, and perhaps some that are still open or over already. */
    public CompletionStage<List<Started>> started() {
        return cql.rows(started, ONLY_SHARD, STARTED_MAX)
                .thenApply(rows -> rows.stream()
                        .map(row -> new Started(row.getString("tenant"), row.getString("id"), row.getString("uid")))
                        .toList());
    }

    /** There is nothing more to run of a job. */
    public CompletionStage<Void> forget(Started job) {
        return cql.execute(deleteStarted, ONLY_SHARD, job.uid()).thenAccept(deleted -> {});
    }

    /** Takes a job that is running and that nobody holds; without {@link #hold} it is let go after {@code leaseS} seconds. */
    public CompletionStage<Boolean> take(Job job, String holder, int leaseS) {
        return cql.execute(take, leaseS, holder, job.tenant(), job.id(), job.uid())
                .thenApply(taken -> {
                    Row row = taken.one();
                    // a request that was given up and made again may have found its own lease
                    return row.getBoolean(APPLIED)
                            || (row.getColumnDefinitions().contains("holder")
                                    && holder.equals(row.getString("holder"))
                                    && Job.State.RUNNING.wireName().equals(row.getString("state")));
                });
    }

    /** Holds it on; false when it is lost or the job does not run any more. */
    public CompletionStage<Boolean> hold(Job job, String holder, int leaseS) {
        return cql.execute(hold, leaseS, holder, job.tenant(), job.id(), holder, job.uid())
                .thenApply(Jobs::applied);
    }

    /** What is to be done next, or null. */
    public CompletionStage<Part> nextPart(Job job) {
        return cql.execute(nextPart, job.tenant(), job.id(), job.donePart()).thenCompose(rows -> {
            Row row = rows.one();
            if (row == null) {
                return CompletableFuture.completedFuture(null);
            }
            int number = row.getInt("part");
            return cql.execute(partRecipients, job.uid(), number).thenApply(found -> {
                Row recipients = found.one();
                return new Part(
                        number,
                        recipients == null ? List.of() : recipients.getList("recipients", String.class),
                        counts(row));
            });
        });
    }

    /** For its holder: what has become of a part so far. */
    public CompletionStage<Void> count(Job job, String holder, int part, Job.Counts counts) {
        return cql.execute(
                        count,
                        ttl(job.createdMs()),
                        counts.sent(),
                        counts.refused(),
                        job.tenant(),
                        job.id(),
                        part,
                        holder)
                .thenAccept(counted -> {});
    }

    /** For its holder, who holds it no longer then: what has become of a part, and up to which part all is done. */
    public CompletionStage<Void> letGo(Job job, String holder, int part, Job.Counts counts, int donePart) {
        return cql.execute(
                        letGo,
                        ttl(job.createdMs()),
                        counts.sent(),
                        counts.refused(),
                        donePart,
                        job.tenant(),
                        job.id(),
                        part,
                        holder)
                .thenAccept(gone -> {});
    }

    private static boolean applied(AsyncResultSet answer) {
        return answer.one().getBoolean(APPLIED);
    }

    /** Seconds that are left of a job's time. */
    private int ttl(long createdMs) {
        long leftMs = createdMs + keepMs - System.currentTimeMillis();
        return (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(leftMs));
    }
}
