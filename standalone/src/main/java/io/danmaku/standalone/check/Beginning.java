package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.HubClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How a device begins that comes when its user has conversations already: with the position that holds now, then the contacts, then the newest
 * pages of some conversations. Each is asked for until it is answered. Runs on the client's event loop.
 */
final class Beginning {
    private static final int CONTACTS_LIMIT = 200;
    private static final int PAGE_LIMIT = 500;
    /** Of so many conversations, the newest ones, it reads this many pages at most. */
    private static final int CONVERSATIONS_MAX = 6;

    private static final int PAGES_MAX = 2;
    private static final long AGAIN_MS = 300;
    private static final Executor LATER = CompletableFuture.delayedExecutor(AGAIN_MS, TimeUnit.MILLISECONDS);

    private final History.Device id;
    private final HubClient client;
    private final HistoryFile file;
    private final BooleanSupplier closed;
    private final List<JsonNode> contacts = new ArrayList<>();
    private String position = "";
    private long askedAt;
    private long answeredAt;

    /** @param closed whether the device is, and asks for nothing more */
    Beginning(History.Device id, HubClient client, HistoryFile file, BooleanSupplier closed) {
        this.id = id;
        this.client = client;
        this.file = file;
        this.closed = closed;
    }

    /** Begins and tells the file; completes with the position, never where the device is closed before. */
    CompletableFuture<String> go() {
        return answer(() -> {
                    askedAt = file.nowUs();
                    return client.dmSync("now", PAGE_LIMIT);
                })
                .thenCompose(now -> {
                    position = now.path("pos").asText();
                    answeredAt = file.nowUs();
                    return contacts(null);
                })
                .thenCompose(all -> {
                    file.begun(id, askedAt, answeredAt, contacts);
                    return conversation(0, 0, 0);
                })
                .thenApply(done -> position);
    }

    private CompletableFuture<Void> contacts(String cursor) {
        return answer(() -> client.dmContacts(cursor, CONTACTS_LIMIT)).thenCompose(page -> {
            page.path("contacts").forEach(contacts::add);
            String next = page.path("cursor").asText("");
            return next.isEmpty() ? CompletableFuture.completedFuture(null) : contacts(next);
        });
    }

    /** One page after the other, one conversation after the other. */
    private CompletableFuture<Void> conversation(int number, int pages, long before) {
        if (number == Math.min(contacts.size(), CONVERSATIONS_MAX)) {
            return CompletableFuture.completedFuture(null);
        }
        String peer = contacts.get(number).path("peer").asText();
        long[] at = new long[1];
        return answer(() -> {
                    at[0] = file.nowUs();
                    return client.dmHistory(peer, before, PAGE_LIMIT);
                })
                .thenCompose(page -> {
                    long next = page.path("next").asLong();
                    file.page(id, Plan.user(peer), at[0], file.nowUs(), next, page.path("messages"));
                    return next > 0 && pages + 1 < PAGES_MAX
                            ? conversation(number, pages + 1, next)
                            : conversation(number + 1, 0, 0);
                });
    }

    private CompletableFuture<JsonNode> answer(Supplier<CompletableFuture<Answer>> question) {
        CompletableFuture<JsonNode> answered = new CompletableFuture<>();
        ask(question, answered);
        return answered;
    }

    private void ask(Supplier<CompletableFuture<Answer>> question, CompletableFuture<JsonNode> answered) {
        if (closed.getAsBoolean()) {
            return;
        }
        var unused = question.get().thenAccept(answer -> {
            if (answer.acknowledged()) {
                answered.complete(answer.ok());
            } else {
                LATER.execute(() -> ask(question, answered));
            }
        });
    }
}
