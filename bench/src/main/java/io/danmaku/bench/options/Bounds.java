package io.danmaku.bench.options;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Ranges of options: a value outside is said in one line, with the option's name. */
public final class Bounds {
    private Bounds() {}

    /**
     * The value.
     *
     * @throws ParameterException when it is not within the range, both ends of which belong to it
     */
    public static int within(CommandSpec spec, String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new ParameterException(spec.commandLine(), option + " is " + min + ".." + max);
        }
        return value;
    }
}
