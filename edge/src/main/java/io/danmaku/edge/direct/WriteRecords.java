package io.danmaku.edge.direct;

import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.log.DirectRecord;

/** What devices ask as records of the log of conversations. Any thread. */
final class WriteRecords {
    private final String node;

    /** @param node which waits for the results */
    WriteRecords(String node) {
        this.node = node;
    }

    /** @param sendId the node's number for the request */
    DirectRecord of(Device device, Command.DmWrite command, long sendId) {
        if (command instanceof Command.DmSend send) {
            return new DirectRecord(
                    DirectRecord.Op.SEND,
                    device.tenant(),
                    device.user(),
                    send.peer(),
                    send.cid(),
                    send.kind(),
                    send.body(),
                    0,
                    node,
                    sendId,
                    send.reply());
        } else if (command instanceof Command.DmRead read) {
            return upTo(DirectRecord.Op.READ, device, command, read.seq(), sendId);
        } else if (command instanceof Command.DmDelivered delivered) {
            return upTo(DirectRecord.Op.DELIVERED, device, command, delivered.seq(), sendId);
        } else if (command instanceof Command.DmClear clear) {
            return upTo(DirectRecord.Op.CLEAR, device, command, clear.seq(), sendId);
        } else if (command instanceof Command.DmEdit edit) {
            return DirectRecord.edit(
                    device.tenant(), device.user(), command.peer(), edit.mid(), edit.body(), edit.text(), node, sendId);
        } else if (command instanceof Command.DmRecall recall) {
            return change(DirectRecord.Op.RECALL, device, command, recall.mid(), "", sendId);
        } else if (command instanceof Command.DmReact react) {
            return change(DirectRecord.Op.REACT, device, command, react.mid(), react.sign(), sendId);
        } else if (command instanceof Command.DmHide hide) {
            return change(DirectRecord.Op.HIDE, device, command, hide.mid(), "", sendId);
        } else if (command instanceof Command.DmBlock block) {
            DirectRecord.Op op = block.blocked() ? DirectRecord.Op.BLOCK : DirectRecord.Op.UNBLOCK;
            return change(op, device, command, "", "", sendId);
        } else if (command instanceof Command.DmExpiry expiry) {
            return upTo(DirectRecord.Op.EXPIRE, device, command, expiry.seconds(), sendId);
        } else if (command instanceof Command.DmRelation relation) {
            return change(
                    DirectRecord.Op.RELATE,
                    device,
                    command,
                    "",
                    relation.change().toString(),
                    sendId);
        }
        throw new IllegalStateException("not a change of a conversation: " + command);
    }

    private DirectRecord upTo(DirectRecord.Op op, Device device, Command.DmWrite command, long seq, long sendId) {
        return DirectRecord.upTo(op, device.tenant(), device.user(), command.peer(), seq, node, sendId);
    }

    private DirectRecord change(
            DirectRecord.Op op, Device device, Command.DmWrite command, String mid, String body, long sendId) {
        return DirectRecord.change(op, device.tenant(), device.user(), command.peer(), mid, body, node, sendId);
    }
}
