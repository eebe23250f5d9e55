package io.danmaku.edge.connection;

import io.danmaku.edge.direct.DirectGateway;
import io.danmaku.edge.direct.Outcome;
import io.danmaku.node.direct.DirectWords;
import io.danmaku.node.direct.NewPeers;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.log.DirectRecord;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The commands of direct messages: asked whether they may be appended, handed to the gateway, answered on the connection's event loop when it has the
 * outcome.
 */
public final class DirectCommands {
    private static final long RETRY_MS = 200;

    private final DirectGateway gateway;
    private final DirectWords words;
    private final NewPeers peers;
    private final Tracer tracer;

    public DirectCommands(DirectGateway gateway, DirectWords words, NewPeers peers, Tracer tracer) {
        this.gateway = gateway;
        this.words = words;
        this.peers = peers;
        this.tracer = tracer;
    }

    void carryOut(Connection connection, long id, Command command) {
        if (command instanceof Command.DmSend send && DirectBody.isForServers(send.kind())) {
            connection.refuse(
                    id, Refusal.of(ErrorCode.FORBIDDEN, "a " + send.kind() + " is sent by servers, over HTTP"));
        } else if (command instanceof Command.DmWrite write) {
            append(connection, id, write);
        } else if (command instanceof Command.DmTyping typing) {
            signal(connection, id, "dm.typing", trace -> gateway.typing(connection, typing.peer(), trace), () -> {});
        } else if (command instanceof Command.DmLook look) {
            look(connection, id, look);
        } else if (command instanceof Command.DmReport report) {
            page(connection, id, "dm.report", (token, trace) -> gateway.report(report, token, trace));
        } else if (command instanceof Command.DmSync sync) {
            page(connection, id, "dm.sync", (token, trace) -> {
                long askedNs = System.nanoTime();
                return gateway.sync(sync, token, trace).whenComplete((outcome, failure) -> {
                    if (outcome instanceof Outcome.Done) {
                        connection.missed.synced(askedNs);
                    }
                });
            });
        } else if (command instanceof Command.DmHistory history) {
            page(connection, id, "dm.history", (token, trace) -> gateway.history(history, token, trace));
        } else if (command instanceof Command.DmContacts contacts) {
            page(connection, id, "dm.contacts", (token, trace) -> gateway.contacts(contacts, token, trace));
        } else if (command instanceof Command.DmSettings settings) {
            settings(connection, id, settings);
        } else {
            throw new IllegalStateException("not a command of direct messages: " + command);
        }
    }

    private CompletionStage<Outcome> write(Connection connection, Command.DmWrite write) {
        if (write instanceof Command.DmSend send) {
            DirectWords.Checked checked = words.check(connection.claims(), send.kind(), send.body());
            // the lists may have changed since it was sent first
            return checked.refusal() != null
                    ? gateway.firstResult(connection, send)
                    : toSomebody(connection, send.peer(), send.withBody(checked.body()));
        } else if (write instanceof Command.DmEdit edit) {
            String kind = edit.text() ? "text" : DirectRecord.OBJECT;
            DirectWords.Checked checked = words.check(connection.claims(), kind, edit.body());
            return checked.refusal() != null
                    ? refused(checked.refusal())
                    : gateway.write(connection, edit.withBody(checked.body()), isRated(connection));
        } else if (write instanceof Command.DmReact react) {
            DirectWords.Checked sign = words.check(connection.claims(), "text", react.sign());
            return sign.refusal() != null
                    ? refused(sign.refusal())
                    : gateway.write(
                            connection,
                            new Command.DmReact(react.peer(), react.mid(), sign.body()),
                            isRated(connection));
        } else if (write instanceof Command.DmExpiry expiry) { // somebody new is told of it, as of a message
            return toSomebody(connection, expiry.peer(), expiry);
        }
        return gateway.write(connection, write, isRated(connection));
    }

    /** A backend has a rate of its own. */
    private static boolean isRated(Connection connection) {
        return !connection.claims().admin();
    }

    private CompletionStage<Outcome> toSomebody(Connection connection, String peer, Command.DmWrite write) {
        boolean rated = isRated(connection);
        return peers.ask(
                connection.claims(),
                peer,
                () -> gateway.met(peer, connection.token()),
                refusal -> refusal == null ? gateway.write(connection, write, rated) : refused(refusal));
    }

    private static CompletionStage<Outcome> refused(Refusal refusal) {
        return CompletableFuture.completedFuture(new Outcome.Refused(refusal));
    }

    private void append(Connection connection, long id, Command.DmWrite write) {
        long waitMs = waitMs(connection, write, System.nanoTime());
        if (waitMs > 0) {
            connection.refuse(id, Refusal.retry(ErrorCode.RATE_LIMITED, "too many sends a second", waitMs));
        } else {
            answer(connection, id, tracer.spanBuilder("dm.write").startSpan(), write(connection, write), () -> {});
        }
    }

    /** By the rate of the connection, and by that of its user, in which marks are not: devices say them by themselves, each for itself. */
    private long waitMs(Connection connection, Command.DmWrite write, long nowNs) {
        long waitMs = connection.rates().sendWaitMs(nowNs);
        boolean mark = write instanceof Command.DmRead || write instanceof Command.DmDelivered;
        return waitMs > 0 || mark || !isRated(connection) ? waitMs : gateway.sendWaitMs(connection, nowNs);
    }

    private void settings(Connection connection, long id, Command.DmSettings settings) {
        boolean reads = settings.change().isEmpty();
        long waitMs = reads ? 0 : connection.rates().sendWaitMs(System.nanoTime());
        if (waitMs > 0) {
            connection.refuse(id, Refusal.retry(ErrorCode.RATE_LIMITED, "too many changes a second", waitMs));
        } else {
            page(connection, id, "dm.settings", (token, trace) -> gateway.settings(settings, token, trace));
        }
    }

    private void look(Connection connection, long id, Command.DmLook look) {
        long waitMs = connection.rates().sendWaitMs(System.nanoTime());
        if (waitMs > 0) {
            connection.refuse(id, Refusal.retry(ErrorCode.RATE_LIMITED, "too many looks a second", waitMs));
        } else if (!connection.look.begin()) {
            connection.refuse(id, Refusal.retry(ErrorCode.BUSY, "one look at a time, and not unread", RETRY_MS));
        } else {
            signal(connection, id, "dm.look", trace -> gateway.look(connection, look.peers()), connection.look::end);
        }
    }

    private void signal(
            Connection connection,
            long id,
            String name,
            Function<Context, CompletionStage<Outcome>> asking,
            Runnable ended) {
        Span span = tracer.spanBuilder(name).startSpan();
        answer(connection, id, span, asking.apply(Context.root().with(span)), ended);
    }

    private void page(
            Connection connection, long id, String name, BiFunction<String, Context, CompletionStage<Outcome>> asking) {
        if (!connection.directPage.begin()) {
            connection.refuse(id, Refusal.retry(ErrorCode.BUSY, "one page at a time, and not unread", RETRY_MS));
            return;
        }
        Span span = tracer.spanBuilder(name).startSpan();
        answer(
                connection,
                id,
                span,
                asking.apply(connection.token(), Context.root().with(span)),
                connection.directPage::end);
    }

    private static void answer(
            Connection connection, long id, Span span, CompletionStage<Outcome> coming, Runnable ended) {
        coming.whenComplete((outcome, failure) -> connection.loop().eventLoop().execute(() -> {
            ended.run();
            if (outcome instanceof Outcome.Done done) {
                connection.ok(id, done.ok());
            } else {
                Refusal refusal = outcome instanceof Outcome.Refused refused
                        ? refused.refusal()
                        : Refusal.of(ErrorCode.INTERNAL, "something went wrong here");
                span.setStatus(StatusCode.ERROR, refusal.code().wireName());
                connection.refuse(id, refusal);
            }
            span.end();
        }));
    }

    void connected(Connection connection) {
        gateway.connected(connection);
    }

    void disconnected(Connection connection) {
        gateway.disconnected(connection);
    }
}
