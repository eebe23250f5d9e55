package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.protocol.log.DirectMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes bodies away that all devices of both users have: where the operator stores messages only until then. Devices say by their positions of
 * sync what they have; page: docs/decisions/0048-what-expires-loses-its-body.md.
 */
public final class Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    /** Devices of a user that are looked at. Of who has more, messages go when their time is over. */
    private static final int DEVICES_MAX = 200;
    /** Entries of a user's log that are looked through for one sync; more are left to the next one. */
    private static final int ENTRIES_MAX = 200;

    private final CqlNode cql;
    private final SyncLog sync;
    private final Contents contents;
    private final int keptSeconds;
    private final Counter relayed;
    private final Counter failures;
    private final PreparedStatement insertDevice;
    private final PreparedStatement selectDevices;
    private final PreparedStatement updateRelayed;
    private final PreparedStatement selectVersions;
    private final PreparedStatement deleteVersion;
    private final PreparedStatement deleteBody;
    private final PreparedStatement updateContent;

    /**
     * How far a user's devices are.
     *
     * @param lowest what all have, null = no device is known, or too many are
     * @param relayed up to where the user's log was looked through, null = never
     */
    private record Devices(SyncPosition lowest, SyncPosition relayed) {}

    /**
     * Prepares its statements: blocks.
     *
     * @param withinMs how long a device counts that does not come back
     */
    public Relay(CqlNode cql, SyncLog sync, long withinMs, MeterRegistry registry) {
        this.cql = cql;
        this.sync = sync;
        contents = new Contents(cql);
        keptSeconds = (int) TimeUnit.MILLISECONDS.toSeconds(withinMs);
        relayed = registry.counter("danmaku.dm.relayed");
        failures = registry.counter("danmaku.dm.relay.failures");
        String user = " WHERE tenant = ? AND owner = ?";
        insertDevice = cql.prepare(
                "INSERT INTO KS.sync_device (tenant, owner, device, position) VALUES (?, ?, ?, ?) USING TTL ?");
        selectDevices = cql.prepare("SELECT position, relayed FROM KS.sync_device" + user + " LIMIT ?");
        updateRelayed = cql.prepare("UPDATE KS.sync_device SET relayed = ?" + user);
        String content = " WHERE tenant = ? AND message_id = ?";
        selectVersions = cql.prepare("SELECT log_index FROM KS.content_version" + content + " LIMIT ?");
        deleteVersion =
                cql.prepare("DELETE body FROM KS.content_version USING TIMESTAMP ?" + content + " AND log_index = ?");
        deleteBody = cql.prepare("DELETE body FROM KS.content USING TIMESTAMP ?" + content);
        updateContent = cql.prepare("UPDATE KS.content USING TIMESTAMP ? SET relayed_at = ?" + content);
    }

    /**
     * A device has all of its user's log up to a position. Completes when what that lets go is gone, a bounded part of it; never fails: what
     * could not be done is left to another sync.
     *
     * @param device empty = one without a name: bodies of its user go when their time is over
     */
    public CompletionStage<Void> got(String tenant, String owner, String device, SyncPosition upTo) {
        return sync.finished()
                // one of another hub, further than this log is, says nothing of what comes here
                // devices without a name cannot be told apart: none of them says what all have
                .thenApply(finished -> device.isEmpty() ? SyncPosition.start() : upTo.lowest(upTo.with(finished)))
                // written before the other side's are read: of two devices that come at once one at least sees the
                // other
                .thenCompose(has -> cql.execute(insertDevice, tenant, owner, device, has.toString(), keptSeconds))
                .thenCompose(written -> devices(tenant, owner))
                .thenCompose(own -> goOn(tenant, owner, own))
                .exceptionally(failed -> {
                    failures.increment();
                    LOG.warn("what {} has got cannot be looked through now: {}", owner, failed.toString());
                    return null;
                });
    }

    private CompletionStage<Devices> devices(String tenant, String owner) {
        return cql.rows(selectDevices, tenant, owner, DEVICES_MAX + 1).thenApply(rows -> {
            SyncPosition lowest = null;
            SyncPosition upTo = null;
            for (Row row : rows) {
                SyncPosition position = position(row, "position");
                if (position != null) {
                    lowest = lowest == null ? position : lowest.lowest(position);
                }
                upTo = position(row, "relayed");
            }
            return new Devices(rows.size() > DEVICES_MAX ? null : lowest, upTo);
        });
    }

    private static SyncPosition position(Row row, String column) {
        String text = row.getString(column);
        return text == null ? null : SyncPosition.parse(text);
    }

    private CompletionStage<Void> goOn(String tenant, String owner, Devices own) {
        if (own.lowest == null) {
            return CompletableFuture.completedFuture(null);
        }
        if (own.relayed == null) { // what was there before anybody counted goes by itself
            return relayedUpTo(tenant, owner, own.lowest);
        }
        if (!own.relayed.isBehind(own.lowest)) {
            return CompletableFuture.completedFuture(null);
        }
        return sync.log(tenant, owner, own.relayed, own.lowest.indexes(), ENTRIES_MAX)
                .thenCompose(found -> contents.stored(tenant, found.messageIds())
                        .thenCompose(messages -> takeAway(owner, own.lowest, messages))
                        .thenCompose(done -> relayedUpTo(tenant, owner, found.next())));
    }

    private CompletionStage<Void> relayedUpTo(String tenant, String owner, SyncPosition position) {
        return cql.execute(updateRelayed, position.toString(), tenant, owner).thenAccept(written -> {});
    }

    /** Of these messages those that the other side has, too. */
    private CompletionStage<Void> takeAway(String owner, SyncPosition own, List<StoredMessage> messages) {
        Map<String, CompletionStage<Devices>> peers = new HashMap<>();
        List<CompletionStage<Void>> taken = new ArrayList<>();
        for (StoredMessage stored : messages) {
            DirectMessage message = stored.message();
            boolean goes = message.expiresMs() > 0 && !message.body().isEmpty();
            if (goes && isIn(own, stored)) {
                String peer = message.from().equals(owner) ? message.to() : message.from();
                taken.add(peers.computeIfAbsent(peer, p -> devices(stored.tenant(), p))
                        .thenCompose(theirs -> theirs.lowest != null && isIn(theirs.lowest, stored)
                                ? takeAway(stored)
                                : CompletableFuture.completedFuture(null)));
            }
        }
        return MessageTables.all(taken);
    }

    /** Whether a message in its newest form is what who is so far has. */
    private static boolean isIn(SyncPosition position, StoredMessage stored) {
        return position.index(stored.partition()) >= newestIndex(stored);
    }

    private static long newestIndex(StoredMessage stored) {
        return Math.max(stored.logIndex(), stored.message().revision().number() - 1);
    }

    /** With the time stamp of its newest change: what that record writes, should it be handled again, loses against a deletion. */
    private CompletionStage<Void> takeAway(StoredMessage stored) {
        String tenant = stored.tenant();
        String mid = stored.message().mid();
        long timestamp = MessageTables.timestamp(newestIndex(stored));
        CompletionStage<Void> versions = stored.message().revision().editedMs() == 0
                ? CompletableFuture.completedFuture(null)
                : cql.rows(selectVersions, tenant, mid, Rules.VERSIONS_MAX).thenCompose(rows -> {
                    List<BoundStatement> deletions = rows.stream()
                            .map(row -> cql.bind(deleteVersion, timestamp, tenant, mid, row.getLong("log_index")))
                            .toList();
                    return deletions.isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : cql.together(deletions).thenAccept(deleted -> {});
                });
        // the body last: without one nobody looks for its versions again
        return versions.thenCompose(deleted -> cql.together(List.of(
                        cql.bind(deleteBody, timestamp, tenant, mid),
                        cql.bind(updateContent, timestamp, System.currentTimeMillis(), tenant, mid))))
                .thenAccept(deleted -> relayed.increment());
    }
}
