package io.danmaku.standalone.replay;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The comments of a Bilibili archive, {@code <d p="T,M,S,C,TS,POOL,UIDHASH,DMID,LEVEL">text</d>}, sorted by time.
 *
 * <p>Archives in the wild are damaged here and there, and a damaged comment must cost itself, not the rest. So the file is
 * cut into its {@code d} elements first, and each is read by an XML parser of its own: without document types, without
 * entities from elsewhere.
 *
 * @param broken how many could not be read
 * @param brokenShown the first {@value #SHOWN_MAX} of them, {@code line N: why}
 */
record Archive(List<Comment> comments, int broken, List<String> brokenShown) {
    /** More are not read: tens of thousands are usual. */
    static final int COMMENTS_MAX = 1_000_000;

    /** Broken ones beyond are counted, and not named. */
    static final int SHOWN_MAX = 1_000;

    private static final int ELEMENT_CHARS_MAX = 64 * 1024;
    private static final int FIELDS_MIN = 8;
    private static final int MODE_MAX = 9;
    private static final int TIME_S_MAX = 7 * 24 * 3600;

    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;

        Broken(String why) {
            super(why, null, false, false);
        }
    }

    /** Reads all of it; only the reader itself can fail. */
    static Archive read(Reader in) throws IOException {
        return new Cutter(in).read();
    }

    /** Cuts the text into elements, with the line each begins on. */
    private static final class Cutter {
        private final Reader in;
        private final XMLInputFactory xml = XMLInputFactory.newFactory();
        private final List<Comment> comments = new ArrayList<>();
        private final List<String> shown = new ArrayList<>();
        private final StringBuilder element = new StringBuilder();
        private int broken;
        private int line = 1;
        private int beginsOn;

        Cutter(Reader in) {
            this.in = in;
            xml.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            xml.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            xml.setProperty(XMLInputFactory.IS_COALESCING, true);
        }

        Archive read() throws IOException {
            char[] block = new char[16 * 1024];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                for (int i = 0; i < n && comments.size() < COMMENTS_MAX; i++) {
                    take(block[i]);
                }
                if (comments.size() == COMMENTS_MAX) {
                    cutOff("is the last that is read: there are more than " + COMMENTS_MAX);
                    break;
                }
            }
            if (isOpen()) {
                cutOff("is not closed");
            }
            comments.sort(Comparator.comparingLong(Comment::atMs));
            return new Archive(comments, broken, shown);
        }

        private boolean isOpen() {
            return element.length() > 2;
        }

        /** One character: outside of an element {@code element} holds at most the beginning of {@code "<d "}. */
        private void take(char c) {
            if (c == '\n') {
                line++;
            }
            if (!isOpen()) {
                begin(c);
                return;
            }
            element.append(c);
            if (c == '>' && endsWith("</d>")) {
                parse(element.toString());
                element.setLength(0);
            } else if (Character.isWhitespace(c) && endsWith("<d" + c) && element.length() > 3) {
                // the next one begins before this one ended
                cutOff("is not closed");
                element.append("<d").append(c);
                beginsOn = line;
            } else if (element.length() > ELEMENT_CHARS_MAX) {
                cutOff("is longer than " + ELEMENT_CHARS_MAX + " characters");
            }
        }

        private void begin(char c) {
            boolean fits = switch (element.length()) {
                case 0 -> c == '<';
                case 1 -> c == 'd';
                default -> Character.isWhitespace(c);
            };
            if (fits) {
                element.append(c);
                beginsOn = line;
            } else {
                element.setLength(0);
                if (c == '<') {
                    element.append(c);
                }
            }
        }

        private boolean endsWith(String end) {
            int from = element.length() - end.length();
            return from >= 0 && element.indexOf(end, from) == from;
        }

        private void cutOff(String why) {
            broken(why);
            element.setLength(0);
        }

        private void broken(String why) {
            broken++;
            if (shown.size() < SHOWN_MAX) {
                shown.add("line " + beginsOn + ": " + why);
            }
        }

        private void parse(String text) {
            try {
                XMLStreamReader reader = xml.createXMLStreamReader(new StringReader(text));
                try {
                    reader.nextTag();
                    String attributes = reader.getAttributeValue(null, "p");
                    comments.add(comment(attributes, reader.getElementText()));
                } finally {
                    reader.close();
                }
            } catch (XMLStreamException notXml) {
                broken("is not well-formed XML");
            } catch (Broken e) {
                broken(e.getMessage());
            }
        }

        private static Comment comment(String p, String text) throws Broken {
            if (p == null) {
                throw new Broken("has no attribute p");
            }
            String[] fields = p.split(",", -1);
            if (fields.length < FIELDS_MIN) {
                throw new Broken("p has " + fields.length + " fields of at least " + FIELDS_MIN);
            }
            if (text.isBlank()) {
                throw new Broken("has no text");
            }
            return new Comment(
                    timeMs(fields[0]),
                    (int) number("mode", fields[1], 1, MODE_MAX),
                    (int) number("size", fields[2], 1, 1_000),
                    (int) number("colour", fields[3], 0, 0xffffff),
                    sender(fields[6]),
                    text);
        }

        private static long timeMs(String field) throws Broken {
            try {
                double seconds = Double.parseDouble(field);
                if (seconds >= 0 && seconds <= TIME_S_MAX) {
                    return Math.round(seconds * 1_000);
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw new Broken("the time '" + field + "' is no number of seconds");
        }

        private static long number(String name, String field, long min, long max) throws Broken {
            try {
                long value = Long.parseLong(field.trim());
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw new Broken("the " + name + " '" + field + "' is not " + min + ".." + max);
        }

        private static String sender(String hash) throws Broken {
            if (hash.isBlank() || hash.length() > 64) {
                throw new Broken("has no sender");
            }
            return hash.trim();
        }
    }
}
