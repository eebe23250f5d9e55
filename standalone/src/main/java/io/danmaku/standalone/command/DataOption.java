package io.danmaku.standalone.command;

import io.danmaku.standalone.folder.DataFolder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that says which hub of this machine is meant. */
public final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:DANMAKU_DATA:-data}",
            description = "Folder of the hub's data and logs (default: ./data).")
    private Path data;

    public DataFolder folder() {
        return new DataFolder(data);
    }
}
