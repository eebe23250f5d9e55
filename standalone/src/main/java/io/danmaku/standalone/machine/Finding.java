package io.danmaku.standalone.machine;

/**
 * One thing that was looked at.
 *
 * @param advice what to do about it, empty when nothing
 */
public record Finding(Grade grade, String subject, String text, String advice) {
    /** Whether the hub can run. */
    public enum Grade {
        /** As it should be. */
        OK,
        /** The hub runs, something else does not. */
        NOTE,
        /** {@code up} would not start. */
        MISSING
    }

    static Finding ok(String subject, String text) {
        return new Finding(Grade.OK, subject, text, "");
    }

    static Finding note(String subject, String text, String advice) {
        return new Finding(Grade.NOTE, subject, text, advice);
    }

    static Finding missing(String subject, String text, String advice) {
        return new Finding(Grade.MISSING, subject, text, advice);
    }
}
