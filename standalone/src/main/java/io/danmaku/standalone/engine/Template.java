package io.danmaku.standalone.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Files that an engine reads, made new at every start: a change of ports or of the build takes effect without clearing the data. */
final class Template {
    private Template() {}

    /** Copies the file and puts a value in the place of each {@code @name@}. */
    static Path write(Path from, Path to, Map<String, Object> values) throws IOException {
        String text = Files.readString(from);
        for (Map.Entry<String, Object> value : values.entrySet()) {
            text = text.replace("@" + value.getKey() + "@", value.getValue().toString());
        }
        return Files.writeString(to, text);
    }

    /** The class path goes into an argument file: it is longer than some systems allow on a command line. */
    static Path classPathFile(Path to, String classPath) throws IOException {
        return Files.writeString(to, "-cp\n\"" + classPath.replace("\\", "\\\\") + "\"\n");
    }
}
