package io.danmaku.protocol.room;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a product shows of a room before one enters it, and by which it is found. The edges only tell it to viewers.
 *
 * @param cover address of a picture, http or https, at most 500 characters; empty = none
 * @param tags at most 10, each a line of 1..32 characters
 * @param category a line of at most 64 characters; empty = none
 * @param language of BCP 47, for example {@code zh-CN}; empty = none
 * @param live whether the stream runs; a room is open before and behind it too
 * @param attributes the product's own: at most 32, names of {@code [A-Za-z0-9_.-]{1,64}}, values of at most 256 characters
 */
public record RoomProfile(
        String cover,
        List<String> tags,
        String category,
        String language,
        boolean live,
        Map<String, String> attributes) {

    public static final int COVER_CHARS_MAX = 500;
    public static final int TAGS_MAX = 10;
    public static final int TAG_CHARS_MAX = 32;
    public static final int CATEGORY_CHARS_MAX = 64;
    public static final int ATTRIBUTES_MAX = 32;
    public static final int ATTRIBUTE_CHARS_MAX = 256;

    private static final Pattern COVER = Pattern.compile("https?://[\\x21-\\x7e]+");
    private static final Pattern LANGUAGE = Pattern.compile("|[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}");
    private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /** Nothing is shown. Behind the patterns, which its making needs. */
    public static final RoomProfile NONE = new RoomProfile("", List.of(), "", "", false, Map.of());

    /** @throws IllegalArgumentException naming the field and its rule */
    public RoomProfile {
        // a record of another version may lack one
        cover = cover == null ? "" : cover;
        tags = tags == null ? List.of() : List.copyOf(tags);
        category = category == null ? "" : category;
        language = language == null ? "" : language;
        attributes = attributes == null ? Map.of() : Map.copyOf(attributes);
        check(
                cover.isEmpty()
                        || (cover.length() <= COVER_CHARS_MAX
                                && COVER.matcher(cover).matches()),
                "cover is an http or https address of at most " + COVER_CHARS_MAX + " characters");
        check(
                tags.size() <= TAGS_MAX && tags.stream().allMatch(tag -> isLine(tag, TAG_CHARS_MAX)),
                "tags are at most " + TAGS_MAX + " lines of 1.." + TAG_CHARS_MAX + " characters");
        check(
                category.isEmpty() || isLine(category, CATEGORY_CHARS_MAX),
                "category is a line of at most " + CATEGORY_CHARS_MAX + " characters");
        check(LANGUAGE.matcher(language).matches(), "language is of BCP 47, as zh-CN");
        check(
                attributes.size() <= ATTRIBUTES_MAX
                        && attributes.entrySet().stream()
                                .allMatch(a -> ATTRIBUTE.matcher(a.getKey()).matches()
                                        && a.getValue().length() <= ATTRIBUTE_CHARS_MAX),
                "attributes are at most " + ATTRIBUTES_MAX + " texts of up to " + ATTRIBUTE_CHARS_MAX
                        + " characters, by names of 1..64 of A-Z a-z 0-9 _ . -");
    }

    /** The same while the stream runs, or does not. */
    public RoomProfile withLive(boolean runs) {
        return new RoomProfile(cover, tags, category, language, runs, attributes);
    }

    /** Whether viewers are told the same of both; whether the stream runs is told by other ways, and the attributes are not. */
    public boolean showsSameAs(RoomProfile other) {
        return cover.equals(other.cover)
                && tags.equals(other.tags)
                && category.equals(other.category)
                && language.equals(other.language);
    }

    private static void check(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    private static boolean isLine(String text, int charsMax) {
        return !text.isBlank() && text.length() <= charsMax && text.chars().noneMatch(Character::isISOControl);
    }
}
