package io.danmaku.room.key;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.room.room.Actor;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.StateChange;
import io.danmaku.room.room.StateGroups;
import io.danmaku.room.room.Sweep;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/** Makes, lists and revokes the API keys of tenants. Whether somebody may is for the caller. On the state context. */
public final class Keys {
    /** Keys of a tenant that hold. */
    public static final int KEYS_MAX = 100;
    /** And with them the revoked and expired ones that are kept still. */
    private static final int RECORDS_MAX = 300;

    /** How long a key that was revoked or has expired stays in the topic: see {@link ApiKey}. */
    private static final long ENDED_KEPT_MS = 24 * 3_600_000L;

    private static final long FULL_RETRY_MS = 600_000;
    private static final String ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private final SecureRandom random = new SecureRandom();
    private final StateGroups groups;
    private final Sweep<ApiKey> outdated;

    public Keys(StateGroups groups) {
        this.groups = groups;
        outdated = new Sweep<>(
                groups,
                (table, nowMs, limit) -> table.apiKeys().endedBefore(nowMs - ENDED_KEPT_MS, limit),
                key -> StateKeys.apiKey(key.tenant(), key.id()));
    }

    /**
     * A key that was made.
     *
     * @param text the key itself, which nobody can be told later
     */
    public record Made(ApiKey key, String text) {}

    /** Makes a key of a tenant. */
    public Future<Result<Made>> make(String tenant, KeyForm.Wanted wanted, Actor by) {
        RoomKey place = RoomKey.ofTenant(tenant);
        ApiKey.Presented presented = new ApiKey.Presented(id(), secret());
        return groups.change(place, (table, nowMs) -> {
            List<ApiKey> known = table.apiKeys().of(tenant);
            if (known.stream().filter(key -> key.holds(nowMs)).count() >= KEYS_MAX) {
                return StateChange.<Made>refuse(
                        ErrorCode.CONFLICT, "a tenant has at most " + KEYS_MAX + " keys: revoke one");
            }
            if (known.size() >= RECORDS_MAX) {
                return StateChange.<Made>refuse(Refusal.retry(
                        ErrorCode.BUSY, "too many keys were revoked or expired within a day", FULL_RETRY_MS));
            }
            ApiKey key = new ApiKey(
                    tenant,
                    presented.id(),
                    wanted.name(),
                    wanted.scopes(),
                    ApiKey.sha256(presented.secret()),
                    by.user(),
                    nowMs,
                    wanted.seconds() == 0 ? ApiKey.NEVER_MS : nowMs + wanted.seconds() * 1_000L,
                    0);
            return StateChange.write(
                    new Made(key, presented.text()),
                    StateChange.Write.put(
                            by.act("key.created", place, key.id(), ""), StateKeys.apiKey(tenant, key.id()), key));
        });
    }

    private String id() {
        StringBuilder id = new StringBuilder(ApiKey.ID_CHARS);
        for (int i = 0; i < ApiKey.ID_CHARS; i++) {
            id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
        }
        return id.toString();
    }

    private String secret() {
        byte[] bytes = new byte[ApiKey.SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A tenant's keys, also those that were revoked or have expired within a day, by id, as this instance has read them. */
    public Result<List<ApiKey>> list(String tenant) {
        return groups.knowsAllKeys()
                ? Result.of(groups.table(RoomKey.ofTenant(tenant)).apiKeys().of(tenant))
                : Result.refused(
                        Refusal.retry(ErrorCode.UNAVAILABLE, "not all keys are read here yet", Result.RETRY_MS));
    }

    /** Revokes a key of a tenant; one that is revoked already stays as it is. */
    public Future<Result<ApiKey>> revoke(String tenant, String id, Actor by) {
        RoomKey place = RoomKey.ofTenant(tenant);
        return groups.change(place, (table, nowMs) -> {
            ApiKey key = table.apiKeys().byId(id);
            if (key == null || !key.tenant().equals(tenant)) {
                return StateChange.<ApiKey>refuse(ErrorCode.NOT_FOUND, "there is no such key");
            }
            if (key.revoked()) {
                return StateChange.nothing(key);
            }
            ApiKey revoked = key.revoked(nowMs);
            return StateChange.write(
                    revoked,
                    StateChange.Write.put(by.act("key.revoked", place, id, ""), StateKeys.apiKey(tenant, id), revoked));
        });
    }

    /** Removes what is of no more use. */
    public void sweep() {
        outdated.run();
    }
}
