package io.danmaku.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.standalone.folder.Home;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for files that no compiler checks. */
class RepositoryTest {
    private static final int LINES_MAX = 400;
    private static final Set<String> NOT_OURS = Set.of("target", "data", "node_modules", ".git", ".idea", "vendor");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(<?([^)>\\s]+)>?(?:\\s+\"[^\"]*\")?\\)");
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z][a-z0-9+.-]*:.*");
    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*?) *#*$");

    private final Path root = Home.find().root();

    @Test
    void javaFilesStayBelow400Lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : files(".java")) {
            try (Stream<String> lines = Files.lines(file)) {
                long count = lines.count();
                if (count >= LINES_MAX) {
                    tooLong.add(root.relativize(file) + ": " + count);
                }
            }
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void everyPackageSaysWhatLivesThere() throws IOException {
        List<String> silent = files(".java").stream()
                .filter(file -> root.relativize(file).toString().contains("src/main/java/io/danmaku"))
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                .map(folder -> root.relativize(folder).toString())
                .toList();
        assertEquals(List.of(), silent);
    }

    @Test
    void relativeLinksOfDocumentsAreAlive() throws IOException {
        List<String> dead = new ArrayList<>();
        for (Path document : files(".md")) {
            String text = FENCE.matcher(Files.readString(document)).replaceAll("");
            Matcher link = LINK.matcher(text);
            while (link.find()) {
                String target = link.group(1);
                if (!ELSEWHERE.matcher(target).matches() && !isAlive(document, target)) {
                    dead.add(root.relativize(document) + " -> " + target);
                }
            }
        }
        assertEquals(List.of(), dead);
    }

    private static boolean isAlive(Path document, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty()
                ? document
                : document.resolveSibling(URLDecoder.decode(parts[0], StandardCharsets.UTF_8));
        if (!Files.exists(target)) {
            return false;
        }
        return parts.length == 1
                || !target.toString().endsWith(".md")
                || anchors(target).contains(parts[1]);
    }

    /** Headings as the common renderers name them: lower case, no punctuation, dashes for spaces. */
    private static Set<String> anchors(Path document) throws IOException {
        String text = FENCE.matcher(Files.readString(document)).replaceAll("");
        return Set.copyOf(HEADING.matcher(text)
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'))
                .distinct()
                .toList());
    }

    private List<Path> files(String ending) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return NOT_OURS.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(ending)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
