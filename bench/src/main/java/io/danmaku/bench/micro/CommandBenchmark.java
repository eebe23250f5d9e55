package io.danmaku.bench.micro;

import io.danmaku.protocol.json.CommandDecoder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** From a text frame to a command; a call is one frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CommandBenchmark {
    private final byte[] chat = Messages.command();

    @Benchmark
    public CommandDecoder.Decoded decodeAChat() {
        CommandDecoder.Decoded decoded = CommandDecoder.decode(chat);
        if (decoded.refusal() != null) {
            throw new IllegalStateException(decoded.refusal().toString());
        }
        return decoded;
    }
}
