package io.danmaku.edge.policy;

import io.danmaku.edge.tail.Deletions;
import io.danmaku.node.address.Address;
import io.danmaku.node.http.Bearer;
import io.danmaku.node.pulsar.StateTables;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.protocol.room.Grant;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.HookType;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.protocol.token.Claims;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pulsar.client.api.PulsarClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state topics as tables: one table view a group, each read to its end before the edge says it is ready. */
public final class RoomTable implements Bearer.Keys, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RoomTable.class);

    /** Told of what was decided, when the table has it, on a thread of the Pulsar client. */
    public interface Decided {
        /** A room is new or changed. */
        default void room(RoomState room) {}

        /** A sanction was spoken, changed or lifted. */
        default void sanction(Sanction sanction) {}

        /** A role was given or taken. */
        default void grant(Grant grant) {}

        /** Events were taken out of a log. */
        default void deletion(Deletion deletion) {}

        /**
         * A word list is new, changed or removed, or its room is no more.
         *
         * @param value of its record, empty = there is none any more
         */
        default void words(String key, byte[] value) {}

        /** A held chat was answered. */
        default void held(HeldAnswer answer) {}
    }

    /** The log of one epoch of a room. */
    private record Log(RoomKey room, String epoch) {}

    private final StateTables tables;
    private final Decided decided;
    /** With the rules that are in force: whoever reads a policy here reads what a step against a raid makes of it. */
    private final Map<RoomKey, RoomState> rooms = new ConcurrentHashMap<>();
    /** Those where such a step stands, as they were decided. */
    private final Map<RoomKey, RoomState> raided = new ConcurrentHashMap<>();

    private final SanctionTable sanctions = new SanctionTable();
    /** By state key: a room can have many, and a gate asks for one. */
    private final Map<String, Grant> grants = new ConcurrentHashMap<>();

    private final Map<Log, Deletions> deletions = new ConcurrentHashMap<>();
    /** By state key. */
    private final Map<String, HeldAnswer> answers = new ConcurrentHashMap<>();

    /** By tenant; those that were removed are not in it. */
    private final Map<String, ExternalCheck> checks = new ConcurrentHashMap<>();

    /** Which log a deletion's key is about. */
    private final Map<String, Log> deletionLogs = new ConcurrentHashMap<>();

    /** By id. */
    private final Map<String, ApiKey> keys = new ConcurrentHashMap<>();

    /** Tenants by the webhooks of theirs that want to hear of held chats. */
    private final Map<String, String> tellHeld = new ConcurrentHashMap<>();

    private volatile boolean ready;

    public RoomTable(PulsarClient client, Decided decided) {
        tables = new StateTables(client);
        this.decided = decided;
    }

    /** Reads all state topics to their ends; done when the tables are as they were decided. */
    public CompletableFuture<Void> start() {
        return tables.start(this::take).thenRun(() -> ready = true);
    }

    public boolean ready() {
        return ready;
    }

    /** One record of a state topic; a key has one topic, and a topic one reading thread. */
    public void take(String key, byte[] value) {
        boolean deleted = value == null || value.length == 0;
        if (StateKeys.isRoom(key)) {
            takeRoom(key, deleted ? null : Json.read(value, RoomState.class));
        } else if (StateKeys.isSanction(key)) {
            takeSanction(key, deleted ? null : Json.read(value, Sanction.class));
        } else if (StateKeys.isGrant(key)) {
            takeGrant(key, deleted ? null : Json.read(value, Grant.class));
        } else if (StateKeys.isDeletion(key)) {
            takeDeletion(key, deleted ? null : Json.read(value, Deletion.class));
        } else if (StateKeys.isHeld(key)) {
            takeAnswer(key, deleted ? null : Json.read(value, HeldAnswer.class));
        } else if (StateKeys.isWebhook(key)) {
            takeWebhook(key, deleted ? null : Json.read(value, Webhook.class));
        } else if (StateKeys.isCheck(key)) {
            takeCheck(key, deleted ? null : Json.read(value, ExternalCheck.class));
        } else if (StateKeys.isWords(key)) {
            decided.words(key, value);
        } else if (StateKeys.isApiKey(key)) {
            takeApiKey(key, deleted ? null : Json.read(value, ApiKey.class));
        }
    }

    private void takeRoom(String key, RoomState state) {
        if (state == null) {
            rooms.keySet().removeIf(room -> StateKeys.room(room).equals(key));
            raided.keySet().removeIf(room -> StateKeys.room(room).equals(key));
            deletions.keySet().removeIf(log -> StateKeys.room(log.room).equals(key));
            return;
        }
        RoomState known = rooms.get(state.key());
        if (known == null || supersedes(state, known)) {
            if (known != null && !known.epoch().equals(state.epoch())) {
                deletions.remove(new Log(known.key(), known.epoch()));
            }
            RoomState inForce = state.inForce();
            if (state.end() == RoomState.End.ERASED) {
                rooms.remove(state.key());
                deletions.remove(new Log(state.key(), state.epoch()));
            } else {
                rooms.put(state.key(), inForce);
            }
            // only now: what is here is looked for there
            if (state.raid() != null && state.raid().stands()) {
                raided.put(state.key(), state);
            } else {
                raided.remove(state.key());
            }
            decided.room(inForce);
        }
    }

    /**
     * Lets steps against raids end that should long be over: room-service, which takes them back, is away, and no room is to be silenced for ever by that.
     *
     * @param nowMs Unix time
     */
    public void endOverdue(long nowMs) {
        raided.forEach((key, state) -> {
            if (state.raid().isOverdue(nowMs) && raided.remove(key, state)) {
                RoomState ended = state.withoutRaid();
                if (rooms.replace(key, state.inForce(), ended)) {
                    LOG.warn("the step against a raid in {} ends here: room-service has not ended it", key);
                    decided.room(rooms.getOrDefault(key, ended));
                }
            }
        });
    }

    private static boolean supersedes(RoomState told, RoomState known) {
        return told.epoch().equals(known.epoch())
                ? told.version() > known.version()
                : told.createdAtMs() >= known.createdAtMs();
    }

    private void takeSanction(String key, Sanction sanction) {
        sanctions.take(key, sanction);
        if (sanction != null) {
            decided.sanction(sanction);
        }
    }

    private void takeGrant(String key, Grant grant) {
        if (grant == null) {
            grants.remove(key);
        } else {
            grants.put(key, grant);
            decided.grant(grant);
        }
    }

    private void takeDeletion(String key, Deletion deletion) {
        if (deletion == null) {
            Log log = deletionLogs.remove(key);
            if (log != null) {
                deletions.computeIfPresent(log, (l, known) -> {
                    known.remove(key);
                    return known;
                });
            }
        } else {
            Log log = new Log(deletion.room(), deletion.epoch());
            deletionLogs.put(key, log);
            of(log).put(key, deletion);
            decided.deletion(deletion);
        }
    }

    private void takeApiKey(String stateKey, ApiKey key) {
        if (key == null) {
            keys.remove(stateKey.substring(stateKey.indexOf('/') + 1));
        } else {
            keys.put(key.id(), key);
        }
    }

    @Override
    public ApiKey key(String id) {
        return keys.get(id);
    }

    @Override
    public boolean knowsAllKeys() {
        return ready;
    }

    private void takeAnswer(String key, HeldAnswer answer) {
        if (answer == null) {
            answers.remove(key);
        } else {
            answers.put(key, answer);
            decided.held(answer);
        }
    }

    private void takeCheck(String key, ExternalCheck check) {
        if (check == null || check.removed()) {
            checks.keySet().removeIf(tenant -> StateKeys.check(tenant).equals(key));
        } else {
            checks.put(check.tenant(), check);
        }
    }

    private void takeWebhook(String key, Webhook hook) {
        if (hook != null && !hook.removed() && hook.wants(HookType.HELD.wireName())) {
            tellHeld.put(key, hook.tenant());
        } else {
            tellHeld.remove(key);
        }
    }

    /** Whether a webhook of the tenant wants to hear of held chats. */
    public boolean tellsHeld(String tenant) {
        return tellHeld.containsValue(tenant);
    }

    /** Whether nobody is to hear of what a user of no rank has sent into a room. */
    public boolean isShadowed(RoomState room, String user, long nowMs) {
        return sanctions.ofUser(room, user, Sanction.Kind.SHADOW, nowMs) != null;
    }

    /** Whether nobody is asked any more about a held chat, because it was answered. */
    public boolean isAnswered(RoomState room, long offset) {
        HeldAnswer answer = answers.get(StateKeys.held(room.key(), room.epoch(), offset));
        return answer != null && answer.settled();
    }

    /** The tenant's own service that is asked about chats, or null. */
    public ExternalCheck check(String tenant) {
        return checks.get(tenant);
    }

    /** The room, or null when there has never been one. */
    public RoomState room(RoomKey key) {
        return rooms.get(key);
    }

    /**
     * The sanction of a kind that holds for somebody in a room now, or null: about the user, the device or the address, in this room or in all of
     * its owner's. None holds for who governs the room, and one of a device or an address for nobody who moderates it.
     *
     * @param address where somebody is connected from, null = not known
     * @param role what the user is in the room
     */
    public Sanction sanction(
            RoomState room, Claims claims, Address address, Role role, Sanction.Kind kind, long nowMs) {
        return role.may(Permission.GOVERN)
                ? null
                : sanctions.find(room, claims, address, role.may(Permission.SANCTION), kind, nowMs);
    }

    /** What keeps somebody out of the room now: a ban or a kick, or null. */
    public Sanction exclusion(RoomState room, Claims claims, Address address, long nowMs) {
        Role role = role(claims, room);
        Sanction ban = sanction(room, claims, address, role, Sanction.Kind.BAN, nowMs);
        return ban != null ? ban : sanction(room, claims, address, role, Sanction.Kind.KICK, nowMs);
    }

    /** What a user is in a room: by the token or by a grant, whichever is higher. */
    public Role role(Claims claims, RoomState room) {
        if (room.owner().equals(claims.user())) {
            return Role.OWNER;
        }
        Role byToken = claims.roleIn(room.key().room());
        Grant grant = grants.get(StateKeys.grant(room.key(), claims.user()));
        return grant != null && grant.epoch().equals(room.epoch()) ? byToken.or(grant.role()) : byToken;
    }

    /** What was taken out of a room's log; the same object for as long as it is asked for. */
    public Deletions deletions(RoomKey room, String epoch) {
        return of(new Log(room, epoch));
    }

    private Deletions of(Log log) {
        return deletions.computeIfAbsent(log, l -> new Deletions());
    }

    public int size() {
        return rooms.size();
    }

    @Override
    public void close() {
        tables.close();
    }
}
