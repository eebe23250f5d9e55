package io.danmaku.bench.peers;

import io.danmaku.bench.fanout.Hub;
import io.danmaku.bench.load.Stream;
import io.danmaku.bench.load.Voices;
import io.danmaku.bench.swarm.Dialog;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.service.RoomClient;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The running hub as one more server: a room of its own without a budget of events, viewers on its first edge, publishers on its last. What
 * counts is the process of the viewers' edge; what all of the hub's processes take is told beside it.
 */
final class HubTarget implements AutoCloseable {
    private final RoomClient api;
    private final String room;
    private final Voices publishers;
    private final Target target;
    private final String setting;

    /** @param rateMax messages a second at the most */
    HubTarget(UpRecord up, String secret, int rateMax) throws IOException, InterruptedException {
        Hub hub = Hub.of(up, List.of());
        setting = "default, bestEffortPerSecond 0, publishers on "
                + (hub.allInOne() ? "the same edge, which is in the figures" : "another edge");
        room = "bench-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        api = new RoomClient(up.addresses().get("roomService").toString(), secret);
        RoomClient.Answer answer =
                api.create(Map.of("id", room, "title", "bench", "policy", Map.of("bestEffortPerSecond", 0)));
        if (!answer.ok()) {
            throw new IOException("no room: " + answer.problem());
        }
        try {
            Tokens tokens = new Tokens(secret);
            // who connects tries until the room is known there: then the viewers need not
            new Voices(hub.watched(), tokens, List.of(room), List.of(Stream.chat(1))).close();
            publishers = new Voices(hub.published(), tokens, List.of(room), List.of(Stream.chat(rateMax)));
        } catch (IOException failed) {
            api.close(room);
            throw failed;
        }
        List<Long> whole = up.parts().stream()
                .map(UpRecord.PartRecord::pid)
                .filter(pid -> pid > 0)
                .toList();
        Dialog viewer = Dialog.webSocket("/ws?token={token}", "danmaku.v1.json")
                .saying(List.of("{\"id\":1,\"op\":\"join\",\"room\":\"" + room + "\"}"), "{\"re\":1,\"ok\":");
        target = new Target(
                () -> List.of(hub.watchedPid()),
                whole,
                hub.watched().getHost(),
                hub.watched().getPort(),
                viewer,
                secret,
                publishers::send);
    }

    Target target() {
        return target;
    }

    String setting() {
        return setting;
    }

    /** For a person: sends that the hub did not take; empty: it took all. */
    String refused() {
        publishers.awaitResults();
        return publishers.refused() + publishers.unanswered() == 0
                ? ""
                : publishers.refused() + " sends refused, " + publishers.unanswered() + " without a result. "
                        + publishers.firstRefusal();
    }

    @Override
    public void close() throws IOException {
        publishers.close();
        try {
            api.close(room);
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
        }
    }
}
