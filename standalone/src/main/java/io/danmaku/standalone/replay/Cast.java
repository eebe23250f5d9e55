package io.danmaku.standalone.replay;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import java.util.Map;
import java.util.function.Function;

/** Who speaks the comments: so many users, each of them the voice of some of the archive's senders. */
final class Cast {
    private static final String[] FIRST = {
        "小", "阿", "大", "老", "一只", "快乐的", "隔壁", "半夜的", "Sleepy", "Happy", "Lucky", "夜の", "青い", "작은"
    };
    private static final String[] SECOND = {
        "明", "兔子", "猫猫", "咸鱼", "同学", "路人", "星星", "Panda", "Fox", "Coder", "ねこ", "すずめ", "별", "山竹", "芝士", "橘子"
    };
    private static final long TOKEN_TTL_MS = 24 * 3_600_000L;

    private final Function<Claims, String> sign;
    private final String room;
    private final Role role;
    private final int size;

    /** @param role of every one of them in the room: it decides how fast they may send */
    Cast(Function<Claims, String> sign, String room, Role role, int size) {
        this.sign = sign;
        this.room = room;
        this.role = role;
        this.size = size;
    }

    int size() {
        return size;
    }

    /** Who speaks for a sender; always the same one. */
    int voiceOf(String sender) {
        return Math.floorMod((sender.hashCode() * 0x9e3779b9) >>> 7, size);
    }

    String user(int voice) {
        return "replay-" + voice;
    }

    String name(int voice) {
        int pairs = FIRST.length * SECOND.length;
        int pair = voice * 37 % pairs;
        String name = FIRST[pair % FIRST.length] + SECOND[pair / FIRST.length];
        return voice < pairs ? name : name + voice / pairs;
    }

    String token(int voice) {
        return sign.apply(new Claims(
                user(voice),
                name(voice),
                Ids.DEFAULT_TENANT,
                role == Role.VIEWER ? Map.of() : Map.of(room, role),
                false,
                System.currentTimeMillis() + TOKEN_TTL_MS));
    }
}
