package io.danmaku.room.room;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.StateChange.Decision;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException.ProducerBusyException;
import org.apache.pulsar.client.api.PulsarClientException.ProducerFencedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group of rooms: its state topic, who decides for it, and the changes that wait for their turn.
 *
 * <p>This instance decides only while its producer has the topic to itself (access mode Exclusive) and after a fresh
 * reader, opened once the producer was granted, has come to the owner record that the producer wrote first: whatever any
 * former owner wrote lies before that record. Any doubt about a write (a time-out, a fence)
 * ends the ownership, because table and topic may differ; claiming again reads the truth.
 */
final class StateGroup implements StateReader.Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(StateGroup.class);

    /** Shortest time between two tries that requests give rise to. */
    private static final long SUSPECT_INTERVAL_MS = 250;

    /** Shortest time between two owners that are thrown out: two instances that cannot see each other take turns no faster. */
    private static final long THROW_OUT_INTERVAL_MS = 60_000;

    private static final RoomTable NOTHING_READ = new RoomTable();

    private enum Phase {
        /** Another one decides, or nobody; the table follows the topic. */
        STANDBY,
        /** Asking the broker for the exclusive producer. */
        ASKING,
        /** Has the producer; reading the topic to the own owner record. */
        CLAIMING,
        ACTIVE,
        CLOSED
    }

    private final Context context;
    private final PulsarClient client;
    private final String topic;
    private final Owner self;
    private final StateBounds bounds;
    private final StateMeters meters;
    private final Clock clock;
    private final Consumer<RoomTable> claimed;
    private final StateTurns turns;

    private Phase phase = Phase.STANDBY;
    /** The table that is served; in CLAIMING still the one of before. */
    private volatile StateReader reader;

    private StateReader fresh;
    private StateWriter writer;
    private MessageId claim;
    private long claimEndMs;
    private long retryAtMs;
    private long askedAtMs;
    private long thrownOutAtMs = Long.MIN_VALUE / 2;

    StateGroup(
            Vertx vertx,
            Context context,
            PulsarClient client,
            String topic,
            Owner self,
            StateBounds bounds,
            StateMeters meters,
            Clock clock,
            Consumer<RoomTable> claimed) {
        this.claimed = claimed;
        this.context = context;
        this.client = client;
        this.topic = topic;
        this.self = self;
        this.bounds = bounds;
        this.meters = meters;
        this.clock = clock;
        retryAtMs = clock.millis() + bounds.retryIntervalMs();
        turns = new StateTurns(vertx, context, bounds, meters, clock, this::lose);
    }

    boolean isActive() {
        return phase == Phase.ACTIVE;
    }

    /** Whether the table was once read to the topic's end: it may be some milliseconds old, but lacks nothing older. */
    boolean isRead() {
        return phase == Phase.ACTIVE || (reader != null && reader.caughtUp());
    }

    /** What was read so far; complete only while active. */
    RoomTable table() {
        return reader == null ? NOTHING_READ : reader.table();
    }

    /** The table when all is in it that the topic had when this was asked; fails when that does not come to be. */
    Future<RoomTable> upToDate() {
        return reader == null ? Future.failedFuture("the topic is not read here") : reader.upToDate();
    }

    /** The stream that runs in a room, null while the topic is not read to its end; from any thread. */
    LiveStream live(RoomKey room) {
        StateReader now = reader;
        return now != null && now.caughtUp() ? now.table().live(room) : null;
    }

    /** The other instance that decides, as far as known; null while nobody does, or this one. */
    Owner otherOwner() {
        Owner owner = table().owner();
        return phase == Phase.ACTIVE
                        || owner == null
                        || owner.instance().equals(self.instance())
                        || owner.url().equals(self.url())
                ? null
                : owner;
    }

    /** Whether a request can be answered by this instance or by another one that it knows. */
    boolean isServed() {
        return phase == Phase.ACTIVE || (otherOwner() != null && reader.caughtUp());
    }

    /**
     * Looks whether there is something to do.
     *
     * @param watch whether another instance answers
     */
    void tick(OwnerWatch watch) {
        long nowMs = clock.millis();
        switch (phase) {
            case STANDBY -> {
                if (reader == null) {
                    follow();
                }
                if (isHung(nowMs, watch)) {
                    throwOut(nowMs);
                } else if (isDue(nowMs, watch)) {
                    ask();
                }
            }
            case CLAIMING -> {
                if (nowMs >= claimEndMs) {
                    lose("the topic could not be read to its end in time", null);
                }
            }
            case ASKING, ACTIVE, CLOSED -> {}
        }
    }

    /** The broker logs every refusal, so it is asked only when the owner seems gone, and now and then to be sure. */
    private boolean isDue(long nowMs, OwnerWatch watch) {
        if (nowMs >= retryAtMs) {
            return true;
        }
        Owner other = otherOwner();
        return reader.caughtUp()
                && nowMs >= askedAtMs + bounds.watchIntervalMs()
                && (other == null || !watch.answers(other));
    }

    private boolean isHung(long nowMs, OwnerWatch watch) {
        Owner other = otherOwner();
        return other != null
                && reader.caughtUp()
                && watch.isHung(other)
                && nowMs >= thrownOutAtMs + THROW_OUT_INTERVAL_MS;
    }

    /** The owner's process stands still, and the broker has not noticed yet. */
    private void throwOut(long nowMs) {
        Owner hung = otherOwner();
        phase = Phase.ASKING;
        // somebody else may have taken it over, and this table not know it yet
        reader.upToDate()
                .timeout(bounds.writeTimeoutMs(), TimeUnit.MILLISECONDS)
                .onComplete((table, behind) -> context.runOnContext(v -> {
                    if (phase != Phase.ASKING) {
                        return;
                    }
                    if (behind == null && hung.equals(otherOwner())) {
                        thrownOutAtMs = nowMs;
                        throwOut(hung);
                    } else {
                        phase = Phase.STANDBY;
                    }
                }));
    }

    private void throwOut(Owner hung) {
        LOG.warn("{}: {} does not answer and is thrown out", topic, hung);
        meters.thrownOut.increment();
        Future.fromCompletionStage(StateWriter.throwOut(client, topic), context).onComplete((out, failure) -> {
            if (phase != Phase.ASKING) {
                return;
            }
            if (failure != null) {
                LOG.warn("{}: its owner cannot be thrown out: {}", topic, failure.getMessage());
            }
            ask();
        });
    }

    /** Somebody found the owner gone: try to become it now instead of at the next look. */
    void suspectOwner() {
        if (phase == Phase.STANDBY && clock.millis() >= askedAtMs + SUSPECT_INTERVAL_MS) {
            ask();
        }
    }

    private void follow() {
        reader = new StateReader(client, context, topic, this);
        reader.open();
    }

    private void ask() {
        phase = Phase.ASKING;
        askedAtMs = clock.millis();
        retryAtMs = askedAtMs + bounds.retryIntervalMs();
        Future.fromCompletionStage(StateWriter.open(client, topic, bounds.writeTimeoutMs()), context)
                .onComplete(this::asked);
    }

    private void asked(StateWriter opened, Throwable failure) {
        if (phase != Phase.ASKING) {
            if (opened != null) {
                opened.close();
            }
            return;
        }
        if (failure != null) {
            boolean taken = StateWriter.causedBy(failure, ProducerFencedException.class)
                    || StateWriter.causedBy(failure, ProducerBusyException.class);
            if (!taken) {
                LOG.warn("{} cannot be written: {}", topic, failure.getMessage());
            }
            phase = Phase.STANDBY;

            if (reader == null) {
                follow();
            }
            return;
        }
        phase = Phase.CLAIMING;
        claimEndMs = clock.millis() + bounds.claimTimeoutMs();
        writer = opened;
        claim = null;
        fresh = new StateReader(client, context, topic, this);
        fresh.open();
        Future.fromCompletionStage(opened.put(StateKeys.OWNER, Json.bytes(self)), context)
                .onComplete((id, refused) -> {
                    if (phase != Phase.CLAIMING || writer != opened) {
                        return;
                    }
                    if (refused != null) {
                        lose("the owner record was not taken", refused);
                    } else {
                        claim = id;
                        read(fresh);
                    }
                });
    }

    @Override
    public void read(StateReader source) {
        if (phase == Phase.CLAIMING && source == fresh && claim != null && fresh.hasRead(claim)) {
            replaceReader();
            phase = Phase.ACTIVE;
            turns.begin(reader, writer);
            meters.claims.increment();
            LOG.info("{} is decided here now: {} rooms", topic, table().roomCount());
            claimed.accept(table());
        }
        if (source != reader) {
            return;
        }
        Owner owner = source.table().owner();
        if (phase == Phase.ACTIVE && (owner == null || !owner.instance().equals(self.instance()))) {
            lose("another owner has written", null);
        } else if (phase == Phase.STANDBY && owner == null && source.caughtUp()) {
            // the owner has stopped in order and said so
            ask();
        } else {
            turns.read();
        }
    }

    @Override
    public void caughtUp(StateReader source) {
        if (source == reader && phase == Phase.STANDBY && otherOwner() == null) {
            ask();
        }
    }

    @Override
    public void failed(StateReader source, Throwable cause) {
        LOG.warn("{} cannot be read: {}", topic, cause.getMessage());
        if (source == fresh) {
            fresh = null;
            lose("the topic cannot be read", cause);
        } else if (source == reader) {
            // a fresh one takes its place, else a tick opens another
            reader = null;
            lose("the topic cannot be read", cause);
        }
    }

    @Override
    public void unreadable() {
        meters.unreadable.increment();
    }

    private void replaceReader() {
        if (reader != null) {
            reader.close();
        }
        reader = fresh;
        fresh = null;
    }

    private void lose(String why, Throwable cause) {
        if (phase == Phase.CLOSED) {
            turns.abandon();
        }
        if (phase != Phase.ACTIVE && phase != Phase.CLAIMING) {
            return;
        }
        LOG.warn("{} is no longer decided here: {}{}", topic, why, cause == null ? "" : ": " + cause.getMessage());
        meters.losses.increment();
        phase = Phase.STANDBY;
        askedAtMs = clock.millis();
        closeWriter();
        if (fresh != null && reader != null && reader.caughtUp()) {
            // the table of before is served on: the fresh one may lack what it had not come to yet
            fresh.close();
            fresh = null;
        } else if (fresh != null) {
            replaceReader();
        }
        turns.abandon();
    }

    /** Decides and writes when it is this change's turn. The future never fails. */
    <T> Future<Result<T>> change(Decision<T> decision) {
        return turns.change(decision);
    }

    /** Gives the group up in order: what runs is finished, what waits is refused, and the topic is told. */
    Future<Void> close() {
        boolean owned = phase == Phase.ACTIVE;
        phase = Phase.CLOSED;
        return turns.drain()
                .transform(drained -> {
                    turns.abandon();
                    if (reader != null) {
                        reader.close();
                    }
                    if (fresh != null) {
                        fresh.close();
                    }
                    return release(owned);
                })
                .transform(released -> {
                    closeWriter();
                    return Future.<Void>succeededFuture();
                });
    }

    private Future<Void> release(boolean owned) {
        return owned && writer != null
                ? Future.fromCompletionStage(writer.put(StateKeys.OWNER, null), context)
                        .mapEmpty()
                : Future.succeededFuture();
    }

    private void closeWriter() {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }
}
