package io.danmaku.bench.log;

import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.machine.Machine;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.options.Bounds;
import io.danmaku.bench.report.Percentiles;
import io.danmaku.protocol.log.Topics;
import io.danmaku.standalone.command.DataOption;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code danmaku bench log}: the way of a message through a hub's Pulsar alone. Whatever a hub measures end to end holds this, and then what the hub
 * adds. Times are fixed whatever happens, and counted from when a message was <em>meant</em> to be sent.
 */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        description = {
            "What the hub's Pulsar takes by itself: one producer, one reader, a topic of its own.",
            "Nothing else should run on the hub meanwhile."
        })
public final class LogBench implements Callable<Integer> {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_US = 1_000;
    private static final long ARRIVE_S_MAX = 20;
    private static final int RATE_MAX = 100_000;
    private static final int SECONDS_MAX = 86_400;
    private static final int BYTES_MAX = 65_536;

    @Mixin
    private DataOption data;

    @Option(names = "--rate", defaultValue = "40", description = "Messages a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(names = "--bytes", defaultValue = "200", description = "Of a message (default: ${DEFAULT-VALUE}).")
    private int bytes;

    @Option(names = "--seconds", defaultValue = "30", description = "Measured time (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "20",
            description = "Seconds of the same load before measuring (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    private final Recorder lateUs = new Recorder(3);
    private final Recorder acknowledgedUs = new Recorder(3);
    private final Recorder readUs = new Recorder(3);
    private final AtomicLong read = new AtomicLong();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Bounds.within(spec, "--rate", rate, 1, RATE_MAX);
        Bounds.within(spec, "--bytes", bytes, Long.BYTES, BYTES_MAX);
        Bounds.within(spec, "--seconds", seconds, 1, SECONDS_MAX);
        Bounds.within(spec, "--warm-up", warmUp, 0, SECONDS_MAX);
        UpRecord up = data.running();
        if (up == null) {
            return 1;
        }
        String url = up.addresses().get("pulsar").toString();
        // two clients, as sender and reader are two processes in a hub
        try (PulsarClient sending = client(url);
                PulsarClient reading = client(url)) {
            return run(sending, reading);
        }
    }

    private static PulsarClient client(String url) throws PulsarClientException {
        return PulsarClient.builder()
                .serviceUrl(url)
                .ioThreads(1)
                .listenerThreads(1)
                .build();
    }

    private int run(PulsarClient sending, PulsarClient reading) throws IOException {
        String topic = "persistent://" + Topics.LIVE + "/bench-" + Long.toString(System.currentTimeMillis(), 36);
        long[] from = {Long.MAX_VALUE};
        try (Reader<byte[]> reader = reading.newReader()
                        .topic(topic)
                        .startMessageId(MessageId.latest)
                        .readerListener((r, message) -> {
                            if (take(readUs, ByteBuffer.wrap(message.getData()).getLong(), from[0])) {
                                read.incrementAndGet();
                            }
                        })
                        .create();
                // each goes at once, as a hub's does when nothing is on its way
                Producer<byte[]> producer =
                        sending.newProducer().topic(topic).enableBatching(false).create()) {
            Schedule warm = new Schedule(System.nanoTime(), rate, warmUp);
            Schedule measured = new Schedule(warm.endNs(), rate, seconds);
            from[0] = measured.fromNs();
            send(producer, warm, measured.fromNs());
            send(producer, measured, measured.fromNs());
            long end = System.nanoTime() + ARRIVE_S_MAX * NS_PER_S;
            while (read.get() < measured.count() && System.nanoTime() < end) {
                LockSupport.parkNanos(NS_PER_S / 100);
            }
            System.out.println(Machine.describe());
            System.out.printf(
                    Locale.ROOT, "%d of %d messages read from %s%n", read.get(), measured.count(), reader.getTopic());
            System.out.println(Percentiles.line("sender late", lateUs.getIntervalHistogram()));
            System.out.println(Percentiles.line("acknowledged", acknowledgedUs.getIntervalHistogram()));
            System.out.println(Percentiles.line("read", readUs.getIntervalHistogram()));
            return read.get() == measured.count() ? 0 : 1;
        }
    }

    private void send(Producer<byte[]> producer, Schedule schedule, long fromNs) {
        for (long i = 0; i < schedule.count(); i++) {
            long meant = schedule.atNs(i);
            Sleep.until(meant);
            take(lateUs, meant, fromNs);
            producer.sendAsync(ByteBuffer.allocate(bytes).putLong(meant).array())
                    .thenAccept(id -> take(acknowledgedUs, meant, fromNs));
        }
    }

    /** Whether it counts; the warm-up does not. */
    private static boolean take(Recorder recorder, long meantNs, long fromNs) {
        if (meantNs < fromNs) {
            return false;
        }
        recorder.recordValue(Math.max(0, (System.nanoTime() - meantNs) / NS_PER_US));
        return true;
    }
}
