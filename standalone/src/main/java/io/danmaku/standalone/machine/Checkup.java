package io.danmaku.standalone.machine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at everything that {@code up} and the tests need here. */
public final class Checkup {
    /** The engines' logs and a day of a busy room fit in this. */
    private static final long DISK_MIB_MIN = 2_048;

    private static final List<String> BROWSERS =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    private Checkup() {}

    /**
     * Looks once, changes nothing.
     *
     * @param data where the hub keeps its data, need not exist yet
     * @param ports the ports it wants, by option
     * @param running a hub runs on that data now, so busy ports may be its own
     */
    public static List<Finding> run(Path data, Map<String, List<Integer>> ports, boolean running) {
        List<Finding> findings = new ArrayList<>();
        findings.add(jdk());
        findings.add(maven());
        findings.add(memory(running));
        findings.add(disk(data));
        findings.addAll(ports(ports, running));
        findings.add(groups());
        findings.add(browser());
        return findings;
    }

    private static Finding jdk() {
        String text = "Java " + Runtime.version() + " in " + Jdk.home();
        if (Jdk.feature() < Jdk.FEATURE_MIN) {
            return Finding.missing("jdk", text, "install a JDK of " + Jdk.FEATURE_MIN + " or newer and set JAVA_HOME");
        }
        if (!Files.exists(Jdk.home().resolve("bin/javac"))) {
            return Finding.note("jdk", text + ", without a compiler", "install the JDK, not only the JRE, to build");
        }
        return Finding.ok("jdk", text);
    }

    private static Finding maven() {
        return onPath("mvn")
                .map(path -> Finding.ok("maven", path.toString()))
                .orElseGet(() -> Finding.note("maven", "no mvn on the PATH", "install Maven 3.8 or newer to build"));
    }

    private static Finding memory(boolean running) {
        long available = Memory.availableMib();
        String text = available + " MiB available";
        return available >= Memory.NEEDED_MIB || running
                ? Finding.ok("memory", text)
                : Finding.missing("memory", text, Memory.NEEDED_MIB + " MiB are needed: stop something, or add memory");
    }

    private static Finding disk(Path data) {
        Path there = data;
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace() >> 20;
            String text = free + " MiB free at " + there;
            if (!Files.isWritable(there)) {
                return Finding.missing("disk", there + " cannot be written", "choose another folder with --data");
            }
            return free >= DISK_MIB_MIN
                    ? Finding.ok("disk", text)
                    : Finding.missing("disk", text, "make room, or choose another folder with --data");
        } catch (IOException unknown) {
            return Finding.note("disk", "unknown: " + unknown.getMessage(), "look whether " + there + " has space");
        }
    }

    private static List<Finding> ports(Map<String, List<Integer>> ports, boolean running) {
        if (running) {
            return List.of(Finding.ok("ports", "a hub runs on this data now"));
        }
        List<String> problems = Ports.problems(ports);
        if (problems.isEmpty()) {
            return List.of(Finding.ok("ports", "all free"));
        }
        return problems.stream()
                .map(problem -> Finding.missing("ports", problem, ""))
                .toList();
    }

    private static Finding groups() {
        return onPath("perl")
                .map(path -> Finding.ok("perl", path.toString()))
                .orElseGet(
                        () -> Finding.note(
                                "perl",
                                "none",
                                "parts run in sessions of their own, and compilers and compaction of one go before messages of another: install perl; nothing to do on macOS"));
    }

    private static Finding browser() {
        for (String name : BROWSERS) {
            Optional<Path> path = onPath(name);
            if (path.isPresent()) {
                return Finding.ok("browser", path.get().toString());
            }
        }
        return Finding.note(
                "browser",
                "no Chromium on the PATH, browser tests need one",
                "Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask chromium");
    }

    /** The program's path, if a folder of PATH holds it. */
    public static Optional<Path> onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder).resolve(program);
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
