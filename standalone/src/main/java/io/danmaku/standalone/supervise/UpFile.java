package io.danmaku.standalone.supervise;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.danmaku.standalone.folder.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Reads and writes {@code up.json}; a reader never sees half of it, because it is written aside and moved into place. */
public final class UpFile {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Path path;

    public UpFile(Path path) {
        this.path = path;
    }

    public Path path() {
        return path;
    }

    public synchronized void write(UpRecord record) throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + ".new");
        Files.writeString(aside, json(record));
        Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The record, or empty when there is none; a file that cannot be understood is an exception. */
    public Optional<UpRecord> read() throws IOException {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        return Optional.of(JSON.readValue(Files.readString(path), UpRecord.class));
    }

    /** What runs on the folder now, if a hub does. */
    public static Optional<UpRecord> running(DataFolder folder) throws IOException {
        Optional<UpRecord> last = new UpFile(folder.upFile()).read().filter(UpRecord::mayRun);
        // process ids come again, in a container soon, and then the id can be that of another command; the lock tells
        return last.isPresent() && folder.isLocked() ? last : Optional.empty();
    }

    public static String json(Object value) throws IOException {
        return JSON.writeValueAsString(value) + "\n";
    }
}
