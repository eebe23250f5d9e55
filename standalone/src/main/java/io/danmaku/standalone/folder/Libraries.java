package io.danmaku.standalone.folder;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Keeps a running hub apart from the build: a rebuild must not pull jars and classes from under it. */
public final class Libraries {
    private Libraries() {}

    /** Copies all jars of one folder into another, which is made new, and returns that. */
    public static Path copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            throw new IOException("not built: " + from + " is missing");
        }
        Files.createDirectories(to);
        for (Path old : list(to)) {
            Files.delete(old);
        }
        for (Path jar : list(from)) {
            Files.copy(jar, to.resolve(jar.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
        return to;
    }

    /** Loads this program's own classes now: its stop must work when its jar has been replaced since. */
    public static void loadOwnClasses() throws IOException {
        String root = "io/danmaku/standalone";
        URI place = URI.create(Libraries.class
                .getResource(Libraries.class.getSimpleName() + ".class")
                .toString()
                .replaceFirst(root + "/.*", root));
        if (place.getScheme().equals("file")) {
            load(Path.of(place), root);
            return;
        }
        try (var jar = FileSystems.newFileSystem(place, Map.of())) {
            load(jar.getPath(root), root);
        }
    }

    private static void load(Path folder, String root) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = root + "/" + folder.relativize(file);
                if (path.endsWith(".class") && !path.endsWith("package-info.class")) {
                    String name = path.substring(0, path.length() - ".class".length());
                    try {
                        Class.forName(name.replace('/', '.'), false, Libraries.class.getClassLoader());
                    } catch (ClassNotFoundException torn) {
                        throw new IOException("the build is torn: " + name + " is missing", torn);
                    }
                }
            }
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
