package io.danmaku.standalone.command;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Account;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code danmaku token}: signs a token as a product's backend would, and prints it alone. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Prints a signed token, alone. The secret is DANMAKU_TOKEN_SECRET, or the one in the data folder.")
public final class TokenCommand implements Callable<Integer> {
    private static final int NAME_CHARS_MAX = 64;

    @Spec
    private CommandSpec spec;

    @Option(names = "--user", required = true, paramLabel = "ID", description = "Whose token it is.")
    private String user;

    @Option(names = "--name", description = "Shown beside what the user sends (default: the id).")
    private String name;

    @Option(names = "--host", paramLabel = "ROOM", description = "A room that the user hosts; may be repeated.")
    private List<String> host = List.of();

    @Option(
            names = "--moderator",
            paramLabel = "ROOM",
            description = "A room that the user moderates; may be repeated.")
    private List<String> moderator = List.of();

    @Option(names = "--level", paramLabel = "N", description = "The user's level, 0..1000 (default: none).")
    private int level = Profile.NO_LEVEL;

    @Option(
            names = "--follows",
            paramLabel = "ROOM[=AGE]",
            description =
                    "A room that the user follows, for so long: 90s, 15m, 1h, 7d (default: from now on); may be repeated.")
    private List<String> follows = List.of();

    @Option(
            names = "--since",
            paramLabel = "AGE",
            converter = Ttl.class,
            description = "How long ago the user's account was made: 90s, 15m, 1h, 7d (default: not known).")
    private Duration since;

    @Option(names = "--admin", description = "The token of a backend: may do everything in its tenant.")
    private boolean admin;

    @Option(
            names = "--device",
            defaultValue = "",
            paramLabel = "ID",
            description = "What the product calls the device that it is for: sanctions may name it.")
    private String device;

    @Option(names = "--tenant", defaultValue = Ids.DEFAULT_TENANT, description = "Default: ${DEFAULT-VALUE}.")
    private String tenant;

    @Option(
            names = "--ttl",
            defaultValue = "1h",
            converter = Ttl.class,
            description = "How long it is valid: 90s, 15m, 1h, 7d (default: ${DEFAULT-VALUE}).")
    private Duration ttl;

    @Mixin
    private DataOption data;

    @Override
    public Integer call() throws IOException {
        check(Ids.isUser(user), "--user: '" + user + "' is no user id");
        check(device.isEmpty() || Ids.isDevice(device), "--device: '" + device + "' is no device id");
        check(Ids.isTenant(tenant), "--tenant: '" + tenant + "' is no tenant");
        String shown = name == null ? user : name;
        check(!shown.isBlank() && shown.length() <= NAME_CHARS_MAX, "--name has 1.." + NAME_CHARS_MAX + " characters");
        Map<String, Role> rooms = new HashMap<>();
        moderator.forEach(room -> rooms.put(room, Role.MODERATOR));
        host.forEach(room -> rooms.put(room, Role.HOST));
        rooms.keySet().forEach(room -> check(Ids.isRoom(room), "'" + room + "' is no room id"));

        check(level >= Profile.NO_LEVEL && level <= Profile.LEVEL_MAX, "--level is 0.." + Profile.LEVEL_MAX);
        long nowMs = System.currentTimeMillis();
        Map<String, Long> followed = new HashMap<>();
        follows.forEach(follow -> follow(followed, follow, nowMs));

        DataFolder folder = data.folder();
        Optional<String> secret = Secret.find(folder);
        if (secret.isEmpty()) {
            System.err.println("danmaku: no secret in " + folder.root()
                    + "; start the hub first, choose its --data, or set " + Secret.VARIABLE);
            return 1;
        }
        Profile profile = new Profile("", level, List.of());
        Account account = Account.UNKNOWN.on(device).following(followed);
        System.out.println(new Tokens(secret.get())
                .sign(new Claims(
                        user,
                        shown,
                        tenant,
                        rooms,
                        admin,
                        nowMs + ttl.toMillis(),
                        profile,
                        since == null ? account : account.since(Math.max(0, nowMs - since.toMillis()) / 1000))));
        return 0;
    }

    private void follow(Map<String, Long> followed, String follow, long nowMs) {
        String[] parts = follow.split("=", 2);
        check(Ids.isRoom(parts[0]), "--follows: '" + parts[0] + "' is no room id");
        long ageMs = 0;
        if (parts.length == 2) {
            try {
                ageMs = new Ttl().convert(parts[1]).toMillis();
            } catch (TypeConversionException notAge) {
                throw new ParameterException(spec.commandLine(), "--follows: " + notAge.getMessage(), notAge);
            }
        }
        followed.put(parts[0], Math.max(0, nowMs - ageMs) / 1000);
    }

    private void check(boolean holds, String rule) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }
}
