package io.danmaku.room.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Report;
import io.danmaku.room.moderation.Roles;
import io.danmaku.room.room.Reports;
import io.danmaku.room.room.Result;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/rooms/{room}/reports}: what became of streams, for moderators and above. */
final class ReportRoutes {
    private static final int OK = 200;
    private static final double MS_PER_SECOND = 1_000;
    private static final double MS_PER_MINUTE = 60_000;
    private static final int DIGITS_MAX = 18;

    private final Reports reports;
    private final Roles roles;

    ReportRoutes(Reports reports, Roles roles) {
        this.reports = reports;
        this.roles = roles;
    }

    void list(RoutingContext context) {
        Requests.with(
                context,
                Requests.room(context, roles, Permission.SEE_VIEWERS),
                room -> Requests.with(
                        context,
                        Requests.limit(context),
                        limit -> Requests.with(
                                context,
                                Requests.cursor(context, ReportRoutes::isNumber),
                                cursor -> Requests.with(
                                        context,
                                        reports.list(
                                                room,
                                                cursor.isEmpty() ? Long.MAX_VALUE : Long.parseLong(cursor),
                                                limit + 1),
                                        page -> {
                                            ObjectNode answer = Json.object();
                                            ArrayNode array = answer.putArray("reports");
                                            page.stream()
                                                    .limit(limit)
                                                    .map(ReportRoutes::json)
                                                    .forEach(array::add);
                                            answer.put(
                                                    "cursor",
                                                    page.size() > limit
                                                            ? Long.toString(page.get(limit - 1).stream())
                                                            : null);
                                            Problems.json(context, OK, answer);
                                        }))));
    }

    void read(RoutingContext context) {
        String stream = context.pathParam("stream");
        Requests.with(
                context,
                Requests.room(context, roles, Permission.SEE_VIEWERS),
                room -> Requests.with(
                        context,
                        isNumber(stream)
                                ? Result.of(Long.parseLong(stream))
                                : Result.<Long>refused(ErrorCode.BAD_FIELD, "the stream is a whole number from 1"),
                        number -> Requests.with(
                                context,
                                reports.read(room, number),
                                report -> Problems.json(context, OK, json(report)))));
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() <= DIGITS_MAX
                && text.charAt(0) != '0'
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** A report as it is told, here and to others. */
    static ObjectNode json(Report report) {
        long ms = Math.max(1, report.toMs() - report.fromMs());
        ObjectNode json = Json.object()
                .put("room", report.room().room())
                .put("stream", report.stream())
                .put("from", report.fromMs())
                .put("to", report.toMs())
                .put("peak", report.peak())
                .put("uniques", report.uniques())
                .put("messages", report.messages())
                .put("watchSeconds", report.watchSeconds())
                .put("joins", report.joins());
        boolean known = report.uniques() != null && report.uniques() > 0;
        return json.put("averageOnline", rounded(report.watchSeconds() * MS_PER_SECOND / ms))
                .put("messagesPerMinute", rounded(report.messages() * MS_PER_MINUTE / ms))
                .put(
                        "averageWatchSeconds",
                        known ? Double.valueOf(rounded((double) report.watchSeconds() / report.uniques())) : null);
    }

    private static double rounded(double number) {
        return Math.round(number * 10) / 10.0;
    }
}
