package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Settings;
import io.danmaku.dm.account.Writers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Who reaches whom with what is not in the log: who types, who is online. Decided by the tables as they are when it is asked, so a block that
 * was acknowledged is in force.
 */
public final class Reach {
    private final CqlNode cql;
    private final Accounts accounts;
    private final PreparedStatement selectBlock;
    private final PreparedStatement selectRelation;
    private final PreparedStatement selectContact;

    /** Prepares its statements: blocks. */
    public Reach(CqlNode cql, Accounts accounts) {
        this.cql = cql;
        this.accounts = accounts;
        String newest = " WHERE tenant = ? AND owner = ? AND peer = ? LIMIT 1";
        selectBlock = cql.prepare("SELECT blocked FROM KS.block" + newest);
        selectRelation = cql.prepare("SELECT value FROM KS.relation" + newest);
        selectContact =
                cql.prepare("SELECT last_seq, received FROM KS.contact WHERE tenant = ? AND owner = ? AND peer = ?");
    }

    /** Whether a user may see whether another one is online. */
    public CompletionStage<Boolean> sees(String tenant, String user, String other) {
        if (user.equals(other)) {
            return CompletableFuture.completedFuture(true);
        }
        return unlessBlocked(tenant, other, user, settings -> switch (settings.online()) {
            case ALL -> CompletableFuture.completedFuture(true);
            case CONTACTS -> relation(tenant, other, user).thenApply(Relation::contact);
            case NOBODY -> CompletableFuture.completedFuture(false);
        });
    }

    /** Whether a user may write to another one, and so may be seen to. The bound for strangers does not count here. */
    public CompletionStage<Boolean> writes(String tenant, String user, String other) {
        return unlessBlocked(
                tenant,
                other,
                user,
                settings -> settings.writers() == Writers.Allowed.ALL
                        ? CompletableFuture.completedFuture(true)
                        : hasWritten(tenant, other, user)
                                .thenCombine(
                                        relation(tenant, other, user),
                                        (wrote, toUser) -> wrote
                                                || toUser.accepted()
                                                || toUser.contact()
                                                || (settings.writers() == Writers.Allowed.FOLLOWED
                                                        && toUser.follow())));
    }

    /** What a user's settings say about somebody whom that user does not block. */
    private interface Choice {
        CompletionStage<Boolean> by(Settings settings);
    }

    private CompletionStage<Boolean> unlessBlocked(String tenant, String owner, String peer, Choice choice) {
        CompletionStage<Settings> settings = accounts.settings(tenant, owner);
        return cql.execute(selectBlock, tenant, owner, peer).thenCompose(result -> {
            Row block = result.one();
            return block != null && block.getBoolean("blocked")
                    ? CompletableFuture.completedFuture(false)
                    : settings.thenCompose(choice::by);
        });
    }

    private CompletionStage<Relation> relation(String tenant, String owner, String peer) {
        return cql.execute(selectRelation, tenant, owner, peer).thenApply(result -> {
            Row row = result.one();
            return Relation.of(row == null ? null : row.getString("value"));
        });
    }

    private CompletionStage<Boolean> hasWritten(String tenant, String owner, String peer) {
        return cql.execute(selectContact, tenant, owner, peer).thenApply(result -> {
            Row row = result.one();
            return row != null && row.getLong("last_seq") > row.getLong("received");
        });
    }
}
