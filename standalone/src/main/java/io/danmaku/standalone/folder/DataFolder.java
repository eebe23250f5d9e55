package io.danmaku.standalone.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Everything one hub keeps on this machine: {@code lock}, {@code up.json}, {@code secret}, {@code logs/} and a folder for each engine.
 *
 * @param root absolute path
 */
public record DataFolder(Path root) {
    /** A log that grows past this while the hub runs is turned over. */
    public static final long LOG_BYTES_MAX = 64L << 20;

    public DataFolder {
        root = root.toAbsolutePath().normalize();
    }

    /** Held as long as a hub runs on the folder; the system drops it with the process, however that ends. */
    public record Lock(FileChannel channel, FileLock held) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    public void create() throws IOException {
        Files.createDirectories(logs());
        Files.createDirectories(run());
    }

    /** Empty when another process holds it. */
    public Optional<Lock> lock() throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock();
        if (held == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new Lock(channel, held));
    }

    /** Whether a hub holds the lock, or whether that is not to be found out. */
    public boolean isLocked() throws IOException {
        try (FileChannel channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.READ)) {
            FileLock free = channel.tryLock(0, Long.MAX_VALUE, true);
            return free == null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return true;
        } catch (NoSuchFileException neverLocked) {
            return false;
        } catch (AccessDeniedException ofAnotherUser) {
            return true;
        }
    }

    public Path upFile() {
        return root.resolve("up.json");
    }

    /** Scripts and argument files that the running hub uses. */
    public Path run() {
        return root.resolve("run");
    }

    public Path logs() {
        return root.resolve("logs");
    }

    public Path log(String part) {
        return logs().resolve(part + ".log");
    }

    /** A part's own folder, made if it is absent. */
    public Path of(String part) throws IOException {
        return Files.createDirectories(root.resolve(part));
    }

    /** The text that command lines of a part on this data carry. */
    public String marker(String part) {
        return "-Ddanmaku.part=" + root.resolve(part);
    }

    /** Keeps one old log: the last run's. */
    public void turnLogOver(String part) throws IOException {
        Path log = log(part);
        if (Files.exists(log)) {
            Files.move(log, old(log), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Bounds what a running part writes. It writes in append mode and keeps the file open, so the content is copied and the file cut;
     * what is written between the two is lost, which a log may.
     */
    public void boundLogs() throws IOException {
        try (var logs = Files.newDirectoryStream(logs(), "*.log")) {
            for (Path log : logs) {
                if (Files.size(log) > LOG_BYTES_MAX) {
                    Files.copy(log, old(log), StandardCopyOption.REPLACE_EXISTING);
                    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
                        channel.truncate(0);
                    }
                }
            }
        }
    }

    private static Path old(Path log) {
        return log.resolveSibling(log.getFileName() + ".1");
    }
}
