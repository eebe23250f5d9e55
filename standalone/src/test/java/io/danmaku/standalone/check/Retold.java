package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Changes what a history says of a message wherever it says it. */
final class Retold {
    private Retold() {}

    static Send answered(Send send, String mid, long seq, long tsMs) {
        return new Send(
                send.intent(),
                send.device(),
                send.bad(),
                send.at(),
                send.till(),
                Outcome.ACKNOWLEDGED,
                "",
                mid,
                seq,
                tsMs);
    }

    /** One message more at the end of a conversation, wherever one is told. */
    static boolean append(History history, Message like, String cid, String mid) {
        Side side = new Side(like.from(), like.to());
        List<Message> there = history.histories.computeIfAbsent(side, s -> new ArrayList<>());
        Message more = new Message(like.from(), like.to(), there.size() + 1L, mid, cid, Long.MAX_VALUE);
        there.add(more);
        history.histories.computeIfAbsent(side.other(), s -> new ArrayList<>()).add(more);
        history.synced.forEach((device, messages) -> {
            if (more.isOf(device.user())) {
                messages.add(more);
            }
        });
        return true;
    }

    static List<List<Message>> lists(History history) {
        List<List<Message>> all = new ArrayList<>(history.histories.values());
        all.addAll(history.pushed.values());
        all.addAll(history.synced.values());
        return all;
    }

    /** Tells another message in the place of each, to everybody and in every way. */
    static void replace(History history, UnaryOperator<Message> by) {
        history.sends.replaceAll(send -> {
            Message m = by.apply(new Message(
                    send.intent().from(),
                    send.intent().to(),
                    send.seq(),
                    send.mid(),
                    send.intent().cid(),
                    send.tsMs()));
            return send.outcome() == Outcome.ACKNOWLEDGED ? answered(send, m.mid(), m.seq(), m.tsMs()) : send;
        });
        lists(history).forEach(messages -> messages.replaceAll(by));
        Map<Message, Long> told = new HashMap<>();
        history.firstTold.forEach((message, at) -> told.put(by.apply(message), at));
        history.firstTold.clear();
        history.firstTold.putAll(told);
        history.histories.values().forEach(messages -> messages.sort(Comparator.comparingLong(Message::seq)));
    }
}
