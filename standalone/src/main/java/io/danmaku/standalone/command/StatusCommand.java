package io.danmaku.standalone.command;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.machine.Memory;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import io.danmaku.standalone.supervise.UpRecord.PartRecord;
import io.danmaku.standalone.supervise.UpRecord.PartState;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code danmaku status}: what runs on the data folder. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Says what runs on the data folder. Exit code 0 when all of it is ready, 1 otherwise.")
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private DataOption data;

    @Option(names = "--json", description = "For scripts.")
    private boolean json;

    /** What {@code --json} prints. */
    record Status(
            boolean running,
            UpRecord.State state,
            long launcher,
            Map<String, Object> addresses,
            long residentMib,
            List<PartStatus> parts) {}

    /** One line of it. */
    record PartStatus(
            String name,
            PartState state,
            long pid,
            int restarts,
            long residentMib,
            Map<String, Integer> ports,
            String log) {}

    @Override
    public Integer call() throws IOException {
        DataFolder folder = data.folder();
        Status status = status(UpFile.running(folder));
        if (json) {
            System.out.print(UpFile.json(status));
        } else if (!status.running()) {
            System.out.println("no hub runs on " + folder.root());
        } else {
            print(status);
        }
        boolean well = status.running()
                && status.state() == UpRecord.State.READY
                && status.parts().stream().allMatch(part -> part.state() == PartState.READY);
        return well ? 0 : 1;
    }

    private static Status status(Optional<UpRecord> running) {
        if (running.isEmpty()) {
            return new Status(false, UpRecord.State.STOPPED, 0, Map.of(), 0, List.of());
        }
        UpRecord record = running.get();
        List<PartStatus> parts =
                record.parts().stream().map(StatusCommand::part).toList();
        long resident = parts.stream().mapToLong(PartStatus::residentMib).sum()
                + Memory.residentMib(record.launcher()).orElse(0L);
        return new Status(true, record.state(), record.launcher(), record.addresses(), resident, parts);
    }

    private static PartStatus part(PartRecord part) {
        return new PartStatus(
                part.name(),
                part.state(),
                part.pid(),
                part.restarts(),
                Memory.residentMib(part.pid()).orElse(0L),
                part.ports(),
                part.log());
    }

    private static void print(Status status) {
        System.out.printf(
                Locale.ROOT,
                "%s, launcher %d, %d MiB in all%n",
                status.state().name().toLowerCase(Locale.ROOT),
                status.launcher(),
                status.residentMib());
        for (PartStatus part : status.parts()) {
            String ports = part.ports().entrySet().stream()
                    .map(port -> port.getKey() + " " + port.getValue())
                    .sorted()
                    .collect(Collectors.joining(", "));
            System.out.printf(
                    Locale.ROOT,
                    "%-13s %-8s pid %-7d restarts %-3d %5d MiB  %s%n",
                    part.name(),
                    part.state().name().toLowerCase(Locale.ROOT),
                    part.pid(),
                    part.restarts(),
                    part.residentMib(),
                    ports);
        }
    }
}
