package io.danmaku.dm.api;

import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.store.Histories;
import io.danmaku.node.direct.DirectWords;
import io.danmaku.node.direct.NewPeers;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.token.Claims;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Between a request and the log: what its sender may not send is not appended. An edge does the same for a WebSocket. */
final class DirectGate {
    private final Requests requests;
    private final Histories histories;
    private final DirectWords words;
    private final NewPeers peers;

    DirectGate(Requests requests, Histories histories, DirectWords words, NewPeers peers) {
        this.requests = requests;
        this.histories = histories;
        this.words = words;
        this.peers = peers;
    }

    /** Completes as {@link Requests#ask} does. */
    CompletionStage<Delivery> ask(Claims sender, DirectRecord asked) {
        if (asked.op() == Op.REACT) {
            DirectWords.Checked sign = words.check(sender, "text", asked.body());
            return sign.refusal() != null ? refused(asked, sign.refusal()) : requests.ask(asked.withBody(sign.body()));
        }
        if (asked.op() == Op.EXPIRE) { // somebody new is told of it, as of a message
            return toSomebody(sender, asked);
        }
        if (asked.op() != Op.SEND && asked.op() != Op.EDIT) {
            return requests.ask(asked);
        }
        DirectWords.Checked checked = words.check(sender, asked.kind(), asked.body());
        if (checked.refusal() != null) {
            // the lists may have changed since it was sent first
            return asked.op() == Op.SEND ? requests.ask(asked.asking()) : refused(asked, checked.refusal());
        }
        DirectRecord record = asked.withBody(checked.body());
        return record.op() == Op.EDIT ? requests.ask(record) : toSomebody(sender, record);
    }

    private CompletionStage<Delivery> toSomebody(Claims sender, DirectRecord record) {
        return peers.ask(
                sender,
                record.to(),
                () -> met(sender, record.to()),
                refusal -> refusal == null ? requests.ask(record) : refused(record, refusal));
    }

    /** Whether a sender may turn to somebody now: to a new one it takes a place of the hour, as a message does. */
    CompletionStage<Boolean> mayTurnTo(Claims sender, String peer) {
        return peers.ask(
                sender, peer, () -> met(sender, peer), refusal -> CompletableFuture.completedFuture(refusal == null));
    }

    private CompletionStage<Boolean> met(Claims sender, String peer) {
        return histories.standing(sender.tenant(), sender.user(), peer).thenApply(standing -> standing.seq() > 0);
    }

    private static CompletionStage<Delivery> refused(DirectRecord record, Refusal refusal) {
        return CompletableFuture.completedFuture(Delivery.refused(record.tenant(), record.sendId(), refusal));
    }
}
