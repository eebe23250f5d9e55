package io.danmaku.standalone.check;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code danmaku check …}: proofs of what the hub promises, each a command below it. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Proves what the hub promises, on a hub of its own.",
        subcommands = DirectCheck.class)
public final class CheckCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "check what? There is dm");
    }
}
