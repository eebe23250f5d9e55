package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.conversation.Change;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.protocol.log.DirectRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What users say of one another, and whom they let write, with a row for each change. By the rule of timestamps of {@link MessageTables}. */
final class OwnTables {
    private final CqlNode cql;
    private final OwnerLogs logs;
    private final PreparedStatement insertRelation;
    private final PreparedStatement selectRelation;
    private final PreparedStatement updateContact;
    private final PreparedStatement insertWriters;
    private final PreparedStatement selectWriters;

    /** Prepares its statements: blocks. */
    OwnTables(CqlNode cql, OwnerLogs logs) {
        this.cql = cql;
        this.logs = logs;
        insertRelation = cql.prepare("INSERT INTO KS.relation (tenant, owner, peer, log_index, value)"
                + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
        selectRelation = cql.prepare("SELECT value FROM KS.relation"
                + " WHERE tenant = ? AND owner = ? AND peer = ? AND log_index < ? LIMIT 1");
        updateContact = cql.prepare("UPDATE KS.contact USING TIMESTAMP ? SET relation = ?"
                + " WHERE tenant = ? AND owner = ? AND peer = ?");
        insertWriters = cql.prepare("INSERT INTO KS.writers (tenant, owner, log_partition, log_index, value)"
                + " VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?");
        selectWriters = cql.prepare("SELECT value FROM KS.writers"
                + " WHERE tenant = ? AND owner = ? AND log_partition = ? AND log_index < ? LIMIT 1");
    }

    CompletionStage<Relation> relation(String tenant, String owner, String peer, long logIndex) {
        return cql.execute(selectRelation, tenant, owner, peer, logIndex).thenApply(result -> {
            Row row = result.one();
            return Relation.of(row == null ? null : row.getString("value"));
        });
    }

    CompletionStage<Writers> writers(String tenant, String owner, int partition, long logIndex) {
        return cql.execute(selectWriters, tenant, owner, partition, logIndex).thenApply(result -> {
            Row row = result.one();
            return Writers.of(row == null ? null : row.getString("value"));
        });
    }

    /** The contact has it too, so that a list of contacts asks for nothing else. */
    CompletionStage<Void> store(Change.Related change) {
        LoggedRecord logged = change.logged();
        DirectRecord r = logged.record();
        long timestamp = MessageTables.timestamp(logged.index());
        String relation = change.relation().text();
        List<CompletionStage<?>> writes = new ArrayList<>(4);
        writes.add(cql.execute(insertRelation, r.tenant(), r.from(), r.to(), logged.index(), relation, timestamp));
        writes.add(cql.execute(updateContact, timestamp, relation, r.tenant(), r.from(), r.to()));
        logs.change(writes, r.tenant(), r.from(), logged.partition(), logged.index(), change.told());
        return MessageTables.all(writes);
    }

    CompletionStage<Void> store(Change.Let change) {
        LoggedRecord logged = change.logged();
        DirectRecord r = logged.record();
        return MessageTables.all(List.of(cql.execute(
                insertWriters,
                r.tenant(),
                r.from(),
                logged.partition(),
                logged.index(),
                change.writers().text(),
                MessageTables.timestamp(logged.index()))));
    }
}
