package io.danmaku.edge.quota;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** A tenant on this edge: what it uses, and whether it may use more. From any event loop; waits for nobody. */
public final class Tenant {
    /** By then who is told of, who has left and who joined elsewhere are in the numbers. */
    private static final long VIEWERS_RETRY_MS = 2_000;

    private final Supplier<TenantMeters> register;
    /** Made when first something is counted: anybody may come as a guest of a tenant that there is not. */
    private volatile TenantMeters meters;

    private final int viewersMax;
    private final IntSupplier online;
    /** Null = as many as it likes. */
    private final RecentViewers recent;
    /** Null = as many as it likes. */
    private final MessageAllowance messages;

    /** @param online its viewers on all edges, as they were told last */
    Tenant(Supplier<TenantMeters> register, int viewersMax, IntSupplier online, MessageAllowance messages) {
        this.register = register;
        this.viewersMax = viewersMax;
        this.online = online;
        this.messages = messages;
        recent = viewersMax == 0 ? null : new RecentViewers();
    }

    private TenantMeters meters() {
        TenantMeters made = meters;
        if (made == null) {
            made = register.get();
            meters = made;
        }
        return made;
    }

    /** Counts a viewer who comes into a room, until {@link #leave}; or says why not. */
    public Refusal enter(long nowMs) {
        if (recent != null && !recent.enter(online.getAsInt(), viewersMax, nowMs)) {
            meters().viewersRefused().increment();
            return Refusal.retry(
                    ErrorCode.QUOTA, "this tenant has at most " + viewersMax + " viewers", VIEWERS_RETRY_MS);
        }
        meters().viewers().incrementAndGet();
        return null;
    }

    /** A viewer who was counted is not there, or not any more. */
    public void leave(long nowMs) {
        meters().viewers().decrementAndGet();
        if (recent != null) {
            recent.leave(nowMs);
        }
    }

    /** Counts a message, unless {@link #unsend} follows; or says why not. */
    public Refusal send(long nowMs) {
        long waitMs = messages == null ? 0 : messages.take(nowMs);
        if (waitMs > 0) {
            meters().messagesRefused().increment();
            return Refusal.retry(ErrorCode.QUOTA, "this tenant sends all that it may in this second", waitMs);
        }
        return null;
    }

    /** The message is refused for another reason. */
    public void unsend() {
        if (messages != null) {
            messages.giveBack();
        }
    }

    /** The message is taken. */
    public void sent() {
        meters().messages().increment();
    }
}
