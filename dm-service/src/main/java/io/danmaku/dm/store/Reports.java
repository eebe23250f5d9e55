package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Reports of messages, of each tenant by weeks. They are of no log: who writes one does so by a conditional write, so that of two the first one counts, and
 * so that a decision is taken once.
 */
public final class Reports {
    private static final long WEEK_MS = TimeUnit.DAYS.toMillis(7);
    /** Reports looked at for one page, and weeks: most may be of another state, or empty. */
    private static final int LOOKED_MAX = 500;

    private static final int WEEKS_MAX = 60;
    /** Read side by side. */
    private static final int ROWS = 50;

    private static final String COLUMNS =
            "at, reporter, peer, category, reason, mids, state, note, decided_by, decided_at";

    private final CqlNode cql;
    private final long keptMs;
    private final PreparedStatement insert;
    private final PreparedStatement insertWeek;
    private final PreparedStatement select;
    private final PreparedStatement selectEvidence;
    private final PreparedStatement selectWeek;
    private final PreparedStatement decide;

    /**
     * A page, newest first.
     *
     * @param next where the next one begins, or null after the last
     */
    public record Page(List<Report> reports, ReportsCursor next) {}

    /**
     * Prepares its statements: blocks.
     *
     * @param keptMs for how long reports are kept
     */
    public Reports(CqlNode cql, long keptMs) {
        this.cql = cql;
        this.keptMs = keptMs;
        insert = cql.prepare("INSERT INTO KS.report (tenant, id, at, reporter, peer, category, reason, mids, evidence,"
                + " state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS USING TTL ?");
        insertWeek = cql.prepare("INSERT INTO KS.report_week (tenant, week, at, id) VALUES (?, ?, ?, ?) USING TTL ?");
        select = cql.prepare("SELECT " + COLUMNS + " FROM KS.report WHERE tenant = ? AND id = ?");
        selectEvidence = cql.prepare("SELECT evidence FROM KS.report WHERE tenant = ? AND id = ?");
        selectWeek = cql.prepare(
                "SELECT at, id FROM KS.report_week WHERE tenant = ? AND week = ?" + " AND (at, id) < (?, ?) LIMIT ?");
        decide = cql.prepare("UPDATE KS.report USING TTL ? SET state = ?, note = ?, decided_by = ?, decided_at = ?"
                + " WHERE tenant = ? AND id = ? IF state = 'open'");
    }

    /** The report, or null. */
    public CompletionStage<Report> find(String tenant, String id) {
        return cql.execute(select, tenant, id).thenApply(result -> {
            Row row = result.one();
            // what is left of a row whose cells have ended is none
            return row == null || row.getString("reporter") == null ? null : report(tenant, id, row);
        });
    }

    /** What was copied of the reported messages, as JSON; null when there is no report. */
    public CompletionStage<String> evidence(String tenant, String id) {
        return cql.execute(selectEvidence, tenant, id).thenApply(result -> {
            Row row = result.one();
            return row == null ? null : row.getString("evidence");
        });
    }

    /**
     * Writes a report, unless there is one with this id.
     *
     * @return the one that there is then
     */
    public CompletionStage<Report> put(Report report, String evidence) {
        return cql.execute(
                        insert,
                        report.tenant(),
                        report.id(),
                        report.atMs(),
                        report.reporter(),
                        report.peer(),
                        report.category(),
                        report.reason(),
                        report.mids(),
                        evidence,
                        report.state().wireName(),
                        ttl(report.atMs(), report.atMs()))
                .thenCompose(result -> result.wasApplied()
                        ? list(report, report.atMs())
                        : find(report.tenant(), report.id()).thenCompose(first -> list(first, report.atMs())));
    }

    /** Enters a report that there is into its week, where a process that died may have left it out. */
    public CompletionStage<Report> list(Report report, long nowMs) {
        return cql.execute(
                        insertWeek,
                        report.tenant(),
                        week(report.atMs()),
                        report.atMs(),
                        report.id(),
                        ttl(report.atMs(), nowMs))
                .thenApply(written -> report);
    }

    /** Decides about an open report; false when it is not open any more. */
    public CompletionStage<Boolean> decide(Report report, Report.State state, String note, String by, long nowMs) {
        return cql.execute(
                        decide,
                        ttl(report.atMs(), nowMs),
                        state.wireName(),
                        note,
                        by,
                        nowMs,
                        report.tenant(),
                        report.id())
                .thenApply(AsyncResultSet::wasApplied);
    }

    /**
     * Reports of a tenant.
     *
     * @param state null = of all
     * @param after where the page before ended, or null
     */
    public CompletionStage<Page> page(String tenant, Report.State state, ReportsCursor after, int limit, long nowMs) {
        // one week more: the clock of who wrote it may be ahead
        ReportsCursor newest = ReportsCursor.beginOf(week(nowMs) + 1);
        ReportsCursor from = after == null || after.week() > newest.week() ? newest : after;
        Reading reading = new Reading(tenant, state, limit, week(nowMs - keptMs));
        return read(reading, from, 0, 0, new ArrayList<>());
    }

    private record Reading(String tenant, Report.State state, int limit, long lastWeek) {}

    private CompletionStage<Page> read(Reading r, ReportsCursor from, int looked, int weeks, List<Report> found) {
        if (from.week() < r.lastWeek) {
            return CompletableFuture.completedFuture(new Page(found, null));
        }
        if (found.size() >= r.limit || looked >= LOOKED_MAX || weeks >= WEEKS_MAX) {
            return CompletableFuture.completedFuture(new Page(found, from));
        }
        return cql.rows(selectWeek, r.tenant, from.week(), from.atMs(), from.id(), ROWS)
                .thenCompose(rows -> reports(r.tenant, rows).thenCompose(reports -> {
                    ReportsCursor at = from;
                    for (int i = 0; i < reports.size() && found.size() < r.limit; i++) {
                        Report report = reports.get(i);
                        at = new ReportsCursor(
                                from.week(),
                                rows.get(i).getLong("at"),
                                rows.get(i).getString("id"));
                        if (report != null && (r.state == null || r.state == report.state())) {
                            found.add(report);
                        }
                    }
                    boolean ended = rows.size() < ROWS && found.size() < r.limit;
                    return ended
                            ? read(r, ReportsCursor.beginOf(from.week() - 1), looked + rows.size(), weeks + 1, found)
                            : read(r, at, looked + rows.size(), weeks, found);
                }));
    }

    /** The report of each row, null of one that has ended meanwhile. */
    private CompletionStage<List<Report>> reports(String tenant, List<Row> rows) {
        List<CompletableFuture<Report>> asked = rows.stream()
                .map(row -> find(tenant, row.getString("id")).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(all -> {
            List<Report> reports = new ArrayList<>(asked.size());
            asked.forEach(report -> reports.add(report.join()));
            return reports;
        });
    }

    private static Report report(String tenant, String id, Row row) {
        return new Report(
                tenant,
                id,
                row.getLong("at"),
                row.getString("reporter"),
                row.getString("peer"),
                row.getString("category"),
                row.getString("reason"),
                row.getList("mids", String.class),
                Report.State.ofWireName(row.getString("state")),
                text(row, "note"),
                text(row, "decided_by"),
                row.getLong("decided_at"));
    }

    private static String text(Row row, String column) {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    private static long week(long atMs) {
        return Math.floorDiv(atMs, WEEK_MS);
    }

    /** Seconds that what was reported then is kept from now on. */
    private int ttl(long atMs, long nowMs) {
        return (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(atMs + keptMs - nowMs));
    }
}
