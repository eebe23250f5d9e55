package io.danmaku.standalone.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The Java that children run on: the one that runs this launcher. */
public final class Jdk {
    public static final int FEATURE_MIN = 17;
    /** From here on the JDK warns of what Netty, RocksDB and others need to do. */
    private static final int FEATURE_THAT_WARNS = 24;

    /** Options that all Java programs below take from their environment, and say so on standard error. */
    public static final String OPTIONS_VARIABLE = "JDK_JAVA_OPTIONS";

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

    /** For a hub that lives for minutes, and whose parts are killed: the second compiler's work would not pay. Keeps options that are there. */
    public static void forShortLives(Map<String, String> environment) {
        environment.putIfAbsent(OPTIONS_VARIABLE, "-XX:TieredStopAtLevel=1");
    }
}
