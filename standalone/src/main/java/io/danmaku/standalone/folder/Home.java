package io.danmaku.standalone.folder;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The checkout or distribution that this program runs from.
 *
 * @param root folder with the {@code danmaku} script
 */
public record Home(Path root) {

    /** From {@code -Ddanmaku.home}, which the script sets, or from where this class was loaded. */
    public static Home find() {
        String given = System.getProperty("danmaku.home");
        if (given != null) {
            return new Home(Path.of(given).toAbsolutePath().normalize());
        }
        try {
            // standalone/target/classes or standalone/target/<jar>; the copy among the libraries is one deeper
            Path code = Path.of(Home.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path candidate = code;
            while (candidate != null && !Files.isDirectory(candidate.resolve("standalone/engines"))) {
                candidate = candidate.getParent();
            }
            if (candidate == null) {
                throw new IllegalStateException("no standalone/engines above " + code + "; set -Ddanmaku.home");
            }
            return new Home(candidate);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Configuration templates and class-path file of one engine. */
    public Path engine(String name) {
        return root.resolve("standalone/engines").resolve(name);
    }

    /** The jars that services run from. */
    public Path libraries() {
        return root.resolve("standalone/target/lib");
    }
}
