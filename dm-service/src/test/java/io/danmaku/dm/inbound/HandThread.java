package io.danmaku.dm.inbound;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** An owner thread that a test runs task by task; its clock stands until somebody waits. */
final class HandThread implements OwnerThread {
    private record Timer(long atMs, Runnable task) {}

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Timer> timers = new ArrayList<>();
    private long nowMs;

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void after(long delayMs, Runnable task) {
        timers.add(new Timer(nowMs + delayMs, task));
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    boolean quiet() {
        return tasks.isEmpty() && timers.isEmpty();
    }

    /** Runs one task, or, when there is none, lets time go to the next timer. */
    void step() {
        Runnable task = tasks.poll();
        if (task == null) {
            Timer next = timers.get(0);
            for (Timer timer : timers) {
                next = timer.atMs < next.atMs ? timer : next;
            }
            timers.remove(next);
            nowMs = Math.max(nowMs, next.atMs);
            task = next.task;
        }
        task.run();
    }
}
