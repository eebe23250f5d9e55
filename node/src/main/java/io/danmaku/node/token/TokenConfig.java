package io.danmaku.node.token;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import io.danmaku.protocol.token.TokenKey;
import io.danmaku.protocol.token.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * What tokens are signed with; the meaning of each key stands in the services' files.
 *
 * @param secret of HS256; empty = none, and then there are public keys
 * @param keys public keys of the file, none where there is none
 * @param keysUrl where further ones are fetched, http or https; null = nowhere
 * @param keysIntervalMs from one fetch to the next
 * @param keysAgainMs from a fetch to one that a token asks for, or that follows a failed one
 * @param keysWithinMs bound of a fetch
 * @param issuer of tokens signed for a public key; empty = anybody
 * @param audience of the same; empty = anybody
 */
public record TokenConfig(
        String secret,
        List<TokenKey> keys,
        URI keysUrl,
        long keysIntervalMs,
        long keysAgainMs,
        long keysWithinMs,
        String issuer,
        String audience) {
    private static final String FILE = "token.keysFile";
    private static final String URL = "token.keysUrl";
    private static final long DAY_MS = 86_400_000;

    public TokenConfig {
        keys = List.copyOf(keys);
    }

    /**
     * Reads them, and the file that they name.
     *
     * @param secretKey what the secret's key is called in this service's file
     * @throws ConfigurationException naming the key that is wrong
     */
    public static TokenConfig read(Settings s, String secretKey) {
        String file = s.text(FILE).trim();
        String url = s.text(URL).trim();
        boolean bySecretAlone = file.isEmpty() && url.isEmpty();
        String secret = !bySecretAlone && s.text(secretKey).isEmpty() ? "" : s.secret(secretKey);
        if (!(secret.isEmpty() || secret.getBytes(StandardCharsets.UTF_8).length >= Tokens.SECRET_BYTES_MIN)) {
            throw new ConfigurationException(
                    secretKey, "is at least " + Tokens.SECRET_BYTES_MIN + " bytes long (DANMAKU_TOKEN_SECRET)");
        }
        return new TokenConfig(
                secret,
                file.isEmpty() ? List.of() : keys(file),
                url.isEmpty() ? null : url(url),
                s.millis("token.keysInterval", 1_000, DAY_MS),
                s.millis("token.keysAgainAfter", 100, DAY_MS),
                s.millis("token.keysWithin", 100, 60_000),
                s.text("token.issuer").trim(),
                s.text("token.audience").trim());
    }

    private static List<TokenKey> keys(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            byte[] document = in.readNBytes(KeyDocument.BYTES_MAX + 1);
            if (document.length > KeyDocument.BYTES_MAX) {
                throw new ConfigurationException(FILE, "is larger than " + KeyDocument.BYTES_MAX + " bytes");
            }
            return KeyDocument.read(document).keys();
        } catch (IOException | InvalidPathException unreadable) {
            throw new ConfigurationException(FILE, "cannot be read: " + file);
        } catch (IllegalArgumentException bad) {
            throw new ConfigurationException(FILE, "holds no public keys: " + bad.getMessage());
        }
    }

    private static URI url(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException bad) {
            throw new ConfigurationException(URL, "is no address");
        }
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http || uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            throw new ConfigurationException(URL, "is http://host… or https://host…, without a user or a fragment");
        }
        return uri;
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return "TokenConfig[" + keys.size() + " keys, " + keysUrl + "]";
    }
}
