package io.danmaku.standalone;

import io.danmaku.standalone.check.CheckCommand;
import io.danmaku.standalone.command.DoctorCommand;
import io.danmaku.standalone.command.RoomCommand;
import io.danmaku.standalone.command.StatusCommand;
import io.danmaku.standalone.command.TokenCommand;
import io.danmaku.standalone.command.UpCommand;
import io.danmaku.standalone.replay.ReplayCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line. What scripts read goes to standard output, everything else to standard error. Exit codes: 0 done, 1 it could not be
 * done, 2 the command line was wrong. A new command is a class in {@code command} and a name in the list below.
 */
@Command(
        name = "danmaku",
        version = "danmaku 0.1.0",
        mixinStandardHelpOptions = true,
        description = "A hub for live interaction, on this machine.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Run by the script ./danmaku, which builds first when sources are newer, and also knows:",
            "  test   Runs every test on real engines; arguments go to Maven.",
            "  bench  Measures a hub that runs here; `danmaku bench --help` tells how.",
            "",
            "`danmaku help COMMAND` tells more about one."
        },
        subcommands = {
            UpCommand.class,
            StatusCommand.class,
            DoctorCommand.class,
            TokenCommand.class,
            RoomCommand.class,
            ReplayCommand.class,
            CheckCommand.class,
            HelpCommand.class
        })
public final class Danmaku implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Danmaku())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((problem, command, parsed) -> {
                    if (Boolean.getBoolean("danmaku.debug")) {
                        problem.printStackTrace();
                    }
                    String text = problem.getMessage();
                    command.getErr()
                            .println("danmaku: "
                                    + (text == null ? problem.getClass().getSimpleName() : text));
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }
}
