package io.danmaku.bench;

import io.danmaku.bench.direct.DirectBench;
import io.danmaku.bench.direct.ScaleBench;
import io.danmaku.bench.fanout.FanoutBench;
import io.danmaku.bench.log.LogBench;
import io.danmaku.bench.micro.MicroBench;
import io.danmaku.bench.moderation.MuteBench;
import io.danmaku.bench.moderation.SlowBench;
import io.danmaku.bench.peers.PeersBench;
import io.danmaku.bench.room.RoomBench;
import io.danmaku.bench.room.RoomsBench;
import io.danmaku.bench.tail.TailBench;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the harness. A new load is a class and a name in the list below. */
@Command(
        name = "danmaku bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures a hub that `danmaku up` started on this machine, single steps of it, or what there is beside it.",
        subcommands = {
            RoomBench.class,
            RoomsBench.class,
            MuteBench.class,
            SlowBench.class,
            FanoutBench.class,
            DirectBench.class,
            ScaleBench.class,
            LogBench.class,
            TailBench.class,
            PeersBench.class,
            MicroBench.class
        })
public final class Bench implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which load?");
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }
}
