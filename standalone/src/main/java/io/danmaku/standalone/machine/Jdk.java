package io.danmaku.standalone.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Java that children run on: the one that runs this launcher. */
public final class Jdk {
    public static final int FEATURE_MIN = 17;
    /** From here on the JDK warns of what Netty, RocksDB and others need to do. */
    private static final int FEATURE_THAT_WARNS = 24;

    private Jdk() {}

    public static int feature() {
        return Runtime.version().feature();
    }

    public static Path home() {
        return Path.of(System.getProperty("java.home"));
    }

    /** The start of a command line that runs a Java program, with the part's marker first. */
    public static List<String> command(String marker) {
        List<String> command = new ArrayList<>();
        command.add(home().resolve("bin").resolve("java").toString());
        command.add(marker);
        if (feature() >= FEATURE_THAT_WARNS) {
            command.add("--sun-misc-unsafe-memory-access=allow");
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        return command;
    }
}
