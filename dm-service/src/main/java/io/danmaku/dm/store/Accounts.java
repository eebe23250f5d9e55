package io.danmaku.dm.store;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.danmaku.dm.account.Account;
import io.danmaku.dm.account.Settings;
import io.danmaku.dm.account.Writers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Accounts: who users are, told by the product's backend, and their settings. Not of the log: of two writes the later one by the clock counts.
 * No owner of a partition reads them.
 */
public final class Accounts {
    private final CqlNode cql;
    private final PreparedStatement insert;
    private final PreparedStatement delete;
    private final PreparedStatement select;
    private final PreparedStatement updateOnline;
    private final PreparedStatement updateWriters;
    private final PreparedStatement updateStrangers;
    private final PreparedStatement updateAt;

    /** Prepares its statements: blocks. */
    public Accounts(CqlNode cql) {
        this.cql = cql;
        insert = cql.prepare("INSERT INTO KS.account (tenant, owner, name, avatar, attributes) VALUES (?, ?, ?, ?, ?)");
        delete = cql.prepare("DELETE name, avatar, attributes FROM KS.account WHERE tenant = ? AND owner = ?");
        select = cql.prepare("SELECT owner, name, avatar, attributes, online, writers, stranger_messages, settings_at"
                + " FROM KS.account WHERE tenant = ? AND owner = ?");
        String set = "UPDATE KS.account USING TIMESTAMP ? SET ";
        String of = " = ? WHERE tenant = ? AND owner = ?";
        updateOnline = cql.prepare(set + "online" + of);
        updateWriters = cql.prepare(set + "writers" + of);
        updateStrangers = cql.prepare(set + "stranger_messages" + of);
        updateAt = cql.prepare(set + "settings_at" + of);
    }

    /** Writes who users are, each as a whole; their settings stay. */
    public CompletionStage<Void> upsert(String tenant, List<Account> accounts) {
        return MessageTables.all(accounts.stream()
                .map(a -> cql.execute(insert, tenant, a.user(), a.name(), a.avatar(), a.attributes()))
                .toList());
    }

    /** Forgets who users are; their settings, relations and messages stay. */
    public CompletionStage<Void> delete(String tenant, List<String> users) {
        return MessageTables.all(
                users.stream().map(user -> cql.execute(delete, tenant, user)).toList());
    }

    /** Those of the users that have an account, in the order asked. */
    public CompletionStage<List<Account>> find(String tenant, List<String> users) {
        List<CompletableFuture<Account>> asked = new ArrayList<>(users.size());
        for (String user : users) {
            asked.add(cql.execute(select, tenant, user)
                    .thenApply(result -> {
                        Row row = result.one();
                        return row == null || row.getString("name") == null ? null : account(row);
                    })
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> asked.stream()
                        .map(CompletableFuture::join)
                        .filter(Objects::nonNull)
                        .toList());
    }

    /** A user's settings, whether or not the user has an account. */
    public CompletionStage<Settings> settings(String tenant, String user) {
        return cql.execute(select, tenant, user).thenApply(result -> {
            Row row = result.one();
            return row == null ? Settings.DEFAULT : settings(row);
        });
    }

    /**
     * Writes those of the settings that a change named.
     *
     * @param settings after the change; of two changes of one field the one with the higher time counts
     */
    public CompletionStage<Void> store(
            String tenant, String user, Settings settings, boolean online, boolean writers, boolean strangers) {
        List<CompletionStage<?>> writes = new ArrayList<>(4);
        if (online) {
            writes.add(write(updateOnline, settings, wireName(settings.online()), tenant, user));
        }
        if (writers) {
            writes.add(write(updateWriters, settings, wireName(settings.writers()), tenant, user));
        }
        if (strangers) {
            writes.add(write(updateStrangers, settings, settings.strangerMessages(), tenant, user));
        }
        writes.add(write(updateAt, settings, settings.atUs(), tenant, user));
        return MessageTables.all(writes);
    }

    private CompletionStage<?> write(
            PreparedStatement update, Settings settings, Object value, String tenant, String user) {
        return cql.execute(update, settings.atUs(), value, tenant, user);
    }

    private static String wireName(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static Account account(Row row) {
        return new Account(
                row.getString("owner"),
                row.getString("name"),
                row.getString("avatar"),
                row.getString("attributes"),
                settings(row));
    }

    private static Settings settings(Row row) {
        String online = row.getString("online");
        String writers = row.getString("writers");
        return new Settings(
                online == null ? Settings.DEFAULT.online() : Settings.online(online),
                writers == null ? Settings.DEFAULT.writers() : Writers.allowed(writers),
                row.isNull("stranger_messages") ? Writers.OPERATORS : row.getInt("stranger_messages"),
                row.getLong("settings_at"));
    }
}
