package io.danmaku.standalone.command;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.machine.Checkup;
import io.danmaku.standalone.machine.Finding;
import io.danmaku.standalone.machine.Ports;
import io.danmaku.standalone.supervise.UpFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code danmaku doctor}: what is missing on this machine, and how to get it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Says what is missing on this machine and what to do. Exit code 1 when `up` would not start.")
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private DataOption data;

    @Option(names = "--edges", paramLabel = "N", defaultValue = "1", description = "As for `up`.")
    private int edges;

    @Option(names = "--dm-services", paramLabel = "N", defaultValue = "1", description = "As for `up`.")
    private int dmServices;

    @Mixin
    private PortOptions portOptions;

    @Override
    public Integer call() throws IOException {
        DataFolder folder = data.folder();
        Ports ports = portOptions.ports(edges, dmServices);
        Map<String, List<Integer>> wanted = new LinkedHashMap<>(ports.services());
        wanted.putAll(ports.engines());
        boolean running = UpFile.running(folder).isPresent();
        List<Finding> findings = Checkup.run(folder.root(), wanted, running);
        for (Finding finding : findings) {
            System.out.printf(
                    Locale.ROOT,
                    "%-8s %-9s %s%n",
                    finding.grade().name().toLowerCase(Locale.ROOT),
                    finding.subject(),
                    finding.text());
            if (!finding.advice().isEmpty()) {
                System.out.println("                   -> " + finding.advice());
            }
        }
        return findings.stream().anyMatch(finding -> finding.grade() == Finding.Grade.MISSING) ? 1 : 0;
    }
}
