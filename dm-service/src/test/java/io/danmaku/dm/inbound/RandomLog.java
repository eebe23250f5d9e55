package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.DirectRecord.Op;
import io.danmaku.protocol.log.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Records of one partition as clients might have given them. */
final class RandomLog {
    private static final List<String> USERS = List.of("1", "2", "3", "4");

    private final Random random;
    private final int partition;
    private final List<LoggedRecord> log = new ArrayList<>();
    /** Messages that are sent again, and that changes are about. */
    private final List<DirectRecord> sent = new ArrayList<>();

    private long timeMs = 1_000;

    RandomLog(Random random, int partition) {
        this.random = random;
        this.partition = partition;
    }

    List<LoggedRecord> records(int count) {
        while (log.size() < count) {
            DirectRecord record = record();
            // sometimes it takes so long that what lives only for a while lives no more
            timeMs += random.nextInt(20) == 0 ? 5_000 : 1;
            log.add(new LoggedRecord(record, partition, log.size(), timeMs));
        }
        return log;
    }

    /** A tenant is searched for each pair so that all conversations lie in one partition, as in a real one. */
    private DirectRecord record() {
        int number = log.size();
        if (!sent.isEmpty() && random.nextInt(4) == 0) { // a client that did not hear the answer
            DirectRecord again = sent.get(random.nextInt(sent.size()));
            DirectRecord repeat = new DirectRecord(
                    again.op(),
                    again.tenant(),
                    again.from(),
                    again.to(),
                    again.cid(),
                    again.kind(),
                    again.body(),
                    0,
                    "n",
                    number);
            // one in five has a word meanwhile that is not wanted any more
            return random.nextInt(5) == 0 ? repeat.asking() : repeat;
        }
        String from = USERS.get(random.nextInt(USERS.size()));
        String to = USERS.get(random.nextInt(USERS.size()));
        String tenant = tenant(from, to);
        int luck = random.nextInt(17);
        if (luck == 16) {
            long seconds = List.of(0L, 5L, 5L, 60L, 4L).get(random.nextInt(5));
            return DirectRecord.upTo(Op.EXPIRE, tenant, from, to, seconds, "n", number);
        }
        if (luck == 15 || luck < 2) {
            Op op = random.nextBoolean() ? Op.READ : Op.DELIVERED;
            return DirectRecord.upTo(op, tenant, from, to, 1 + random.nextInt(20), "n", number);
        } else if (luck == 2) {
            return DirectRecord.upTo(Op.CLEAR, tenant, from, to, 1 + random.nextInt(4), "n", number);
        } else if (luck == 3) {
            Op op = random.nextInt(3) == 0 ? Op.BLOCK : Op.UNBLOCK;
            return DirectRecord.change(op, tenant, from, to, "", "", "n", number);
        } else if (luck == 13) {
            return DirectRecord.change(Op.RELATE, tenant, from, to, "", ModelOwn.aRelation(random), "n", number);
        } else if (luck == 14) {
            return DirectRecord.change(
                    Op.SETTINGS, tenant, from, "", "", ModelOwn.someSettings(random, number), "n", number);
        } else if (luck < 7 && !sent.isEmpty()) {
            return change(sent.get(random.nextInt(sent.size())), number);
        }
        boolean notice = random.nextInt(6) == 0;
        String kind = notice ? "notice" : "text";
        String body = notice ? "{\"title\":\"" + number + "\"}" : "body " + number;
        DirectRecord record = new DirectRecord(Op.SEND, tenant, from, to, "c" + number, kind, body, 0, "n", number);
        if (!from.equals(to) && !notice) {
            sent.add(record);
        }
        return record;
    }

    /** Something about a message, mostly of its own conversation. */
    private DirectRecord change(DirectRecord about, int number) {
        boolean bySender = random.nextInt(3) > 0;
        String from = bySender ? about.from() : about.to();
        String to = random.nextInt(10) == 0
                ? USERS.get(random.nextInt(USERS.size()))
                : bySender ? about.to() : about.from();
        String tenant = tenant(from, to);
        String mid = random.nextInt(20) == 0 ? "AAAAAAAAAAAAAAAAAAAAAA" : Rules.messageId(about);
        return switch (random.nextInt(5)) {
            case 0, 1 -> DirectRecord.edit(tenant, from, to, mid, "edit " + number, true, "n", number);
            case 2 -> DirectRecord.change(Op.RECALL, tenant, from, to, mid, "", "n", number);
            case 3 -> DirectRecord.change(Op.REACT, tenant, from, to, mid, "r" + number, "n", number);
            default -> DirectRecord.change(Op.HIDE, tenant, from, to, mid, "", "n", number);
        };
    }

    private String tenant(String a, String b) {
        int i = 0;
        while (Topics.directPartition(DirectRecord.conversation("t" + i, a, b)) != partition) {
            i++;
        }
        return "t" + i;
    }
}
