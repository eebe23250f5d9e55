package io.danmaku.edge.connection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a client offers in {@code Sec-WebSocket-Extensions} (RFC 6455, section 9.1), and our answer to it: permessage-deflate
 * (RFC 7692) with a fresh window for each message, both ways. So a frame is compressed once for all, and a connection keeps no
 * window.
 */
final class CompressionOffer {
    static final String HEADER = "Sec-WebSocket-Extensions";

    /** Longer headers are not read; browsers' have some 50 characters. */
    static final int CHARS_MAX = 1_024;

    private static final String NAME = "permessage-deflate";
    private static final String ANSWER = NAME + "; server_no_context_takeover; client_no_context_takeover";
    private static final String SERVER_WINDOW = "server_max_window_bits";
    private static final String CLIENT_WINDOW = "client_max_window_bits";
    private static final int WINDOW_BITS_MIN = 8;
    /** What our side compresses with; zlib in the JDK has no other. */
    private static final int WINDOW_BITS_MAX = 15;

    private static final String SEPARATORS = "()<>@,;:\\\"/[]?={} \t";

    /** Thrown and caught here alone. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super(null, null, false, false);
        }
    }

    /** One offer of the list; a parameter without a value has an empty one. */
    private record Offer(String name, Map<String, String> parameters, boolean repeats) {}

    private final String text;
    private int at;

    private CompressionOffer(String text) {
        this.text = text;
    }

    /**
     * The value of the header to answer with, or null when there is nothing that we can keep: then frames go plain.
     *
     * @param lines the header's lines, which are one list
     */
    static String answer(List<String> lines) {
        String joined = String.join(",", lines);
        if (joined.length() > CHARS_MAX) {
            return null;
        }
        try {
            for (Offer offer : new CompressionOffer(joined).offers()) {
                String answer = answer(offer);
                if (answer != null) {
                    return answer;
                }
            }
        } catch (Malformed declined) {
            // as if nothing had been offered: no extension is in use, and both sides know it
        }
        return null;
    }

    private static String answer(Offer offer) {
        if (!NAME.equals(offer.name) || offer.repeats) {
            return null;
        }
        String answer = ANSWER;
        for (Map.Entry<String, String> parameter : offer.parameters.entrySet()) {
            String value = parameter.getValue();
            switch (parameter.getKey()) {
                case "server_no_context_takeover", "client_no_context_takeover" -> {
                    if (!value.isEmpty()) {
                        return null;
                    }
                }
                case CLIENT_WINDOW -> {
                    // only a hint: we inflate any window
                    if (!value.isEmpty() && windowBits(value) < 0) {
                        return null;
                    }
                }
                case SERVER_WINDOW -> {
                    if (windowBits(value) != WINDOW_BITS_MAX) {
                        return null;
                    }
                    answer = ANSWER + "; " + SERVER_WINDOW + "=" + WINDOW_BITS_MAX;
                }
                default -> {
                    return null;
                }
            }
        }
        return answer;
    }

    /** 8 to 15 without leading zeros, else -1. */
    private static int windowBits(String value) {
        for (int bits = WINDOW_BITS_MIN; bits <= WINDOW_BITS_MAX; bits++) {
            if (Integer.toString(bits).equals(value)) {
                return bits;
            }
        }
        return -1;
    }

    /** {@code 1#extension}: elements of the list may be empty. */
    private List<Offer> offers() throws Malformed {
        List<Offer> offers = new ArrayList<>();
        while (true) {
            skipSpace();
            if (at < text.length() && text.charAt(at) != ',') {
                offers.add(offer());
            }
            if (at == text.length()) {
                return offers;
            }
            expect(',');
        }
    }

    private Offer offer() throws Malformed {
        String name = token().toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new HashMap<>();
        boolean repeats = false;
        skipSpace();
        while (at < text.length() && text.charAt(at) == ';') {
            at++;
            skipSpace();
            String parameter = token().toLowerCase(Locale.ROOT);
            skipSpace();
            String value = "";
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                skipSpace();
                value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
                skipSpace();
            }
            repeats |= parameters.put(parameter, value) != null;
        }
        return new Offer(name, parameters, repeats);
    }

    /** What a quoted value stands for; it has to be a token as well. */
    private String quoted() throws Malformed {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            if (at == text.length() || !isTokenCharacter(text.charAt(at))) {
                throw new Malformed();
            }
            value.append(text.charAt(at++));
        }
        expect('"');
        if (value.isEmpty()) {
            throw new Malformed();
        }
        return value.toString();
    }

    private String token() throws Malformed {
        int start = at;
        while (at < text.length() && isTokenCharacter(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw new Malformed();
        }
        return text.substring(start, at);
    }

    private static boolean isTokenCharacter(char c) {
        return c > ' ' && c < 0x7f && SEPARATORS.indexOf(c) < 0;
    }

    private void expect(char c) throws Malformed {
        if (at == text.length() || text.charAt(at) != c) {
            throw new Malformed();
        }
        at++;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }
}
