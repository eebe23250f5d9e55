package io.danmaku.standalone.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.machine.Checkup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code danmaku} on machines that lack something: a copy of it in an empty checkout, with made-up programs on the PATH. */
class ScriptTest {
    private static final List<String> TOOLS =
            List.of("sh", "ls", "dirname", "sed", "head", "find", "mkdir", "mv", "rm", "flock");

    @TempDir
    private Path root;

    private Path programs;
    private Path script;

    @BeforeEach
    void copyTheScript() throws IOException {
        programs = Files.createDirectory(root.resolve("programs"));
        for (String tool : TOOLS) {
            var path = Checkup.onPath(tool);
            if (path.isPresent()) {
                Files.createSymbolicLink(programs.resolve(tool), path.get());
            }
        }
        script = Files.createDirectory(root.resolve("checkout")).resolve("danmaku");
        Files.copy(Home.find().root().resolve("danmaku"), script);
    }

    @Test
    void withoutJavaItSaysSo() throws Exception {
        assertEquals("danmaku: no Java: install a JDK of 17 or newer, or set JAVA_HOME\n", refused());
    }

    @Test
    void anOldJavaIsNamedWithItsVersion() throws Exception {
        Path java = java("11.0.2");
        assertEquals("danmaku: Java 17 or newer is needed, " + java + " is 11; set JAVA_HOME\n", refused());
        java("1.8.0_392");
        assertEquals("danmaku: Java 17 or newer is needed, " + java + " is 8; set JAVA_HOME\n", refused());
    }

    @Test
    void aJavaThatDoesNotRunIsNamed() throws Exception {
        Path java = program("java", "echo 'Error: could not find libjava.so' >&2; exit 2");
        assertEquals(
                "danmaku: Java 17 or newer is needed, " + java + " is of an unknown version; set JAVA_HOME\n",
                refused());
    }

    @Test
    void withoutMavenItCannotBuildAndSaysSo() throws Exception {
        java("17.0.9");
        assertEquals("danmaku: no Maven: install Maven 3.8 or newer to build\n", refused());
    }

    @Test
    void aJavaWithoutACompilerCannotBuild() throws Exception {
        java("17.0.9");
        program("mvn", "echo 'a page of errors'; exit 1");
        assertEquals("danmaku: no compiler in " + root + ": install the JDK, not only the JRE, to build\n", refused());
    }

    private Path java(String version) throws IOException {
        return program("java", """
                case $1 in
                  -version) echo 'openjdk version "%s" 2023-10-17' >&2 ;;
                  *) echo '    java.home = %s' >&2 ;;
                esac""".formatted(version, root));
    }

    private Path program(String name, String text) throws IOException {
        Path program = programs.resolve(name);
        Files.writeString(program, "#!/bin/sh\n" + text + "\n");
        program.toFile().setExecutable(true);
        return program;
    }

    /** What it says before it ends with 1. */
    private String refused() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(script.toString(), "status").redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", programs.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), said);
        return said;
    }
}
