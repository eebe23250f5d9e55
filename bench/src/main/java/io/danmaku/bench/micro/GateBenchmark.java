package io.danmaku.bench.micro;

import io.danmaku.edge.broadcast.LastSpoken;
import io.danmaku.edge.gate.SendGate;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.node.address.Address;
import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.token.Claims;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a viewer's chat passes before it is appended, in a room without and with slow mode (1 ms, so that it passes). */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class GateBenchmark {
    @Param({"0", "1"})
    public long slowModeMs;

    /** More than one thread can check. */
    private static final int CHATS_PER_SECOND = 1_000_000_000;

    /** Tables that nothing was decided in. */
    private final SendGate gate = new SendGate(new RoomTable(null, null), new WordFilters());

    private final Claims claims = new Claims("7", "Ann", Ids.DEFAULT_TENANT, Map.of(), false, Long.MAX_VALUE);
    private final Address address = Address.parse("203.0.113.9");
    private final Command.Send send = new Command.Send(
            "42",
            EventType.CHAT,
            "c",
            Json.object().put("text", "前方高能预警, here it comes!").put("mode", "scroll"));
    private long nowMs = Messages.TS_MS;

    private RoomState room;

    @Setup
    public void open() {
        spoken.rate(CHATS_PER_SECOND);
        room = new RoomState(
                new RoomKey(Ids.DEFAULT_TENANT, "42"),
                "e1",
                "",
                Durability.LOGGED,
                true,
                PolicyJson.merged(RoomPolicy.DEFAULT, Json.object().put("slowModeMs", slowModeMs)),
                1,
                0);
    }

    private final LastSpoken spoken = new LastSpoken();

    @Benchmark
    public SendGate.Verdict checkAChat() {
        nowMs += 2;
        SendGate.Verdict verdict = gate.check(claims, address, room, send, spoken, nowMs);
        if (verdict.refusal() != null) {
            throw new IllegalStateException(verdict.refusal().toString());
        }
        return verdict;
    }
}
