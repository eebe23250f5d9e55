package io.danmaku.standalone.folder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/** The key that signs tokens: {@code DANMAKU_TOKEN_SECRET}, or a random one that is made once and kept in the data folder. */
public final class Secret {
    public static final String VARIABLE = "DANMAKU_TOKEN_SECRET";

    private static final int RANDOM_BYTES = 48;

    private Secret() {}

    /** The secret of this folder; makes one when there is none. */
    public static String of(DataFolder folder) throws IOException {
        Optional<String> known = find(folder);
        if (known.isPresent()) {
            return known.get();
        }
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Path path = path(folder);
        FileAttribute<?>[] ownerOnly =
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        Path aside = Files.createTempFile(folder.root(), "secret", ".new", ownerOnly);
        Files.writeString(aside, secret + "\n");
        Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
        return secret;
    }

    /** The secret of this folder, if there is one already. */
    public static Optional<String> find(DataFolder folder) throws IOException {
        String given = System.getenv(VARIABLE);
        if (given != null && !given.isBlank()) {
            return Optional.of(given);
        }
        try {
            return Optional.of(
                    Files.readString(path(folder), StandardCharsets.US_ASCII).trim());
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private static Path path(DataFolder folder) {
        return folder.root().resolve("secret");
    }
}
