package io.danmaku.bench.peers;

import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.swarm.Dialog;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A server that runs, as a run needs to know it.
 *
 * @param processes whose use counts, asked anew for each sample
 * @param whole more processes that it cannot do without, and the first ones, told apart; empty: there are no more
 * @param host that viewers connect to
 * @param viewer what each of them says
 * @param secret that signs their tokens; empty: they have none
 * @param publish sends all of a schedule, each message once; returns at its end
 */
record Target(
        Supplier<List<Long>> processes,
        List<Long> whole,
        String host,
        int port,
        Dialog viewer,
        String secret,
        Consumer<Schedule> publish) {
    Target {
        whole = List.copyOf(whole);
    }
}
