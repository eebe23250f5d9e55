package io.danmaku.dm.job;

import io.danmaku.dm.delivery.Requests;
import io.danmaku.dm.store.Job;
import io.danmaku.dm.store.Jobs;
import io.danmaku.node.http.TokenBucket;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs that are started, part after part, of each job one in turn. Who works on a job holds it by a lease, so that instances do
 * not do the same at once; should they all the same, nothing comes of it but work: a part that is sent again is a repeat for everybody
 * who has it.
 */
public final class JobRunner {
    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
    /** A job whose holder is silent for so long is taken by another. */
    private static final int LEASE_S = 8;

    private static final long HOLD_EVERY_MS = 1_500;
    private static final long LOOK_EVERY_MS = 1_500;
    /** Bound of one request to the store, which has bounds of its own. */
    private static final long STORE_MS_MAX = 20_000;

    private static final long RETRY_MS = 500;
    private static final long FAILURE_LOG_INTERVAL_MS = 5_000;
    private static final int BURST_PARTS = 10;
    private static final long STOP_MS_MAX = 2_500;

    private final Requests requests;
    private final Jobs jobs;
    private final JobsConfig config;
    private final TokenBucket pace;
    private final Thread thread = new Thread(this::run, "jobs");
    private final Semaphore woken = new Semaphore(0);
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger sending = new AtomicInteger();
    private final Counter sent;
    private final Counter refused;
    private final Counter again;
    private volatile boolean stopping;
    private long failureLoggedMs = -FAILURE_LOG_INTERVAL_MS;

    /** The store did not answer. */
    private static final class Away extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Away(Throwable cause) {
            super(cause.toString(), cause, false, false);
        }
    }

    public JobRunner(Requests requests, Jobs jobs, JobsConfig config, MeterRegistry registry) {
        this.requests = requests;
        this.jobs = jobs;
        this.config = config;
        pace = new TokenBucket(config.perSecond(), Math.max(1, config.perSecond() / BURST_PARTS), System.nanoTime());
        sent = registry.counter("danmaku.dm.jobs.messages", "outcome", "sent");
        refused = registry.counter("danmaku.dm.jobs.messages", "outcome", "refused");
        again = registry.counter("danmaku.dm.jobs.messages", "outcome", "again");
        registry.gauge("danmaku.dm.jobs.started", started);
        registry.gauge("danmaku.dm.jobs.sending", sending);
    }

    public void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** A job may have been started: looks at once. */
    public void wake() {
        woken.release();
    }

    /** Sends nothing more, waits a bounded time for what is on its way, and lets go. Blocks. */
    public void stop() throws InterruptedException {
        stopping = true;
        wake();
        thread.join(STOP_MS_MAX);
    }

    private void run() {
        try {
            while (!stopping) {
                boolean worked = false;
                try {
                    worked = turn();
                } catch (Away away) {
                    told(away);
                } catch (RuntimeException bug) {
                    LOG.error("a round of jobs failed", bug);
                }
                if (!worked && !stopping && woken.tryAcquire(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
                    woken.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A part of each job that can be had; whether there was one. */
    private boolean turn() throws InterruptedException {
        List<Jobs.Started> found = answer(jobs.started());
        started.set(found.size());
        boolean worked = false;
        for (Jobs.Started one : found) {
            if (stopping) {
                break;
            }
            worked |= work(one);
        }
        return worked;
    }

    private boolean work(Jobs.Started one) throws InterruptedException {
        Job job = answer(jobs.find(one.tenant(), one.id()));
        if (job == null
                || !job.uid().equals(one.uid())
                || job.state() == Job.State.DONE
                || job.state() == Job.State.CANCELLED) {
            answer(jobs.forget(one));
            return false;
        }
        if (job.state() == Job.State.OPEN || job.holder() != null || !answer(jobs.take(job, holder(), LEASE_S))) {
            return false;
        }
        // as it stands now that nobody else changes it
        Job held = answer(jobs.find(one.tenant(), one.id()));
        Jobs.Part part = held == null ? null : answer(jobs.nextPart(held));
        if (part == null) {
            answer(jobs.done(job));
            answer(jobs.forget(one));
            LOG.info("job {} of {} is done", job.id(), job.tenant());
            return true;
        }
        work(held, part);
        return true;
    }

    private void work(Job job, Jobs.Part part) throws InterruptedException {
        sending.incrementAndGet();
        Progress progress = new Progress(job, part);
        PartRun run = new PartRun(
                part.recipients(),
                recipient -> send(job, recipient),
                counts -> !stopping && progress.hold(counts),
                HOLD_EVERY_MS,
                config,
                pace);
        try {
            boolean finished = run.run();
            progress.end(run.counts(), finished);
        } finally {
            sending.decrementAndGet();
            sent.increment(run.counts().sent());
            refused.increment(run.counts().total() - run.counts().sent());
            again.increment(run.again());
        }
    }

    /** An ordinary message. Its cid is the job's: whoever sends it again, and whoever is named twice, it is the same message. */
    private CompletableFuture<Delivery> send(Job job, String recipient) {
        return requests.ask(new DirectRecord(
                DirectRecord.Op.SEND,
                job.tenant(),
                job.from(),
                recipient,
                "job:" + job.uid(),
                job.kind(),
                job.body(),
                0,
                requests.node(),
                requests.nextId()));
    }

    private String holder() {
        return requests.node();
    }

    /** What is told of a part while it is worked on. */
    private final class Progress {
        private final Job job;
        private final Jobs.Part part;
        private Job.Counts told;

        Progress(Job job, Jobs.Part part) {
            this.job = job;
            this.part = part;
            told = part.counts();
        }

        /** Whether to go on. A store that is away is no reason not to: what is done twice is done once. */
        boolean hold(Job.Counts counts) {
            try {
                if (!answer(jobs.hold(job, holder(), LEASE_S))) {
                    return false;
                }
                if (counts.total() > told.total()) {
                    answer(jobs.count(job, holder(), part.number(), counts));
                    told = counts;
                }
                return true;
            } catch (Away away) {
                told(away);
                return !stopping;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** Lets go. Who began this part before has counted right: only more than that, or all, is told. */
        void end(Job.Counts counts, boolean finished) throws InterruptedException {
            Job.Counts last = finished || counts.total() > told.total() ? counts : told;
            int donePart = finished ? part.number() : job.donePart();
            long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LEASE_S);
            while (true) {
                try {
                    answer(jobs.letGo(job, holder(), part.number(), last, donePart));
                    return;
                } catch (Away away) {
                    told(away);
                    // then it is another's, who does the part again
                    if (stopping || System.nanoTime() - endNs >= 0) {
                        return;
                    }
                    TimeUnit.MILLISECONDS.sleep(RETRY_MS);
                }
            }
        }
    }

    private static <T> T answer(CompletionStage<T> asked) throws InterruptedException {
        try {
            return asked.toCompletableFuture().get(STORE_MS_MAX, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new Away(failed.getCause());
        } catch (TimeoutException late) {
            throw new Away(late);
        }
    }

    private void told(Away away) {
        long nowMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        if (nowMs - failureLoggedMs >= FAILURE_LOG_INTERVAL_MS) {
            failureLoggedMs = nowMs;
            LOG.warn("jobs wait for the store: {}", away.getMessage());
        }
    }
}
