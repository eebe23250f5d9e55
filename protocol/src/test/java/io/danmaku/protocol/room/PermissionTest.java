package io.danmaku.protocol.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PermissionTest {
    private static final String HEAD = "| may | ";

    /** Of the table whose head begins with "may": for each permission, the roles that have it. */
    private static Map<String, List<String>> documented() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "docs", "protocol.md"));
        int head = lines.indexOf(
                lines.stream().filter(line -> line.startsWith(HEAD)).findFirst().orElseThrow());
        List<String> roles = cells(lines.get(head));
        Map<String, List<String>> may = new TreeMap<>();
        for (int i = head + 2; lines.get(i).startsWith("|"); i++) {
            List<String> row = cells(lines.get(i));
            may.put(
                    row.get(0),
                    roles.stream()
                            .filter(role -> row.get(roles.indexOf(role)).equals("yes"))
                            .toList());
        }
        return may;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1).split("\\|", -1))
                .map(String::trim)
                .toList();
    }

    @Test
    void theTableOfTheDocumentationSaysWhatTheCodeSays() throws IOException {
        Map<String, List<String>> inForce = new TreeMap<>();
        for (Permission permission : Permission.values()) {
            inForce.put(
                    permission.docName(),
                    Stream.of(Role.values())
                            .filter(role -> role.may(permission))
                            .map(Role::wireName)
                            .toList());
        }
        assertEquals(inForce, documented());
    }

    @Test
    void aRoleGovernsThoseBelowItAndAnOwnerAll() {
        assertTrue(Role.HOST.governs(Role.MODERATOR));
        assertFalse(Role.HOST.governs(Role.HOST));
        assertFalse(Role.MODERATOR.governs(Role.HOST));
        assertTrue(Role.OWNER.governs(Role.OWNER));
        assertEquals(Role.VIP, Role.MEMBER.or(Role.VIP));
        assertEquals(Role.VIP, Role.VIP.or(Role.MEMBER));
    }
}
