package io.danmaku.protocol.command;

/**
 * The answer to a command that is not carried out: a value, not an exception.
 *
 * @param message for a person; names the field or limit concerned, never a secret
 * @param retryMs when asking again can succeed, in milliseconds from now; 0 = asking again the same way will not help
 */
public record Refusal(ErrorCode code, String message, long retryMs) {

    public static Refusal of(ErrorCode code, String message) {
        return new Refusal(code, message, 0);
    }

    public static Refusal retry(ErrorCode code, String message, long retryMs) {
        return new Refusal(code, message, Math.max(1, retryMs));
    }
}
