package io.danmaku.bench.micro;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads like those of event loops, on which Netty uses its duplicates of buffers again. JMH makes it by its name (jmh.executor.class). */
public final class LoopThreads extends ThreadPoolExecutor {
    /**
     * As JMH asks for it.
     *
     * @param name of the threads
     */
    public LoopThreads(int threads, String name) {
        super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DefaultThreadFactory(name));
    }
}
