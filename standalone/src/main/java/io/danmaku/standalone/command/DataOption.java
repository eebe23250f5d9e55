package io.danmaku.standalone.command;

import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
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

    /** The hub that runs on the folder now; null when none does, which is said on standard error. */
    public UpRecord running() throws IOException {
        UpRecord up = UpFile.running(folder()).orElse(null);
        if (up == null) {
            System.err.println("no hub runs on " + folder().root() + ": start one with `danmaku up`");
        }
        return up;
    }
}
