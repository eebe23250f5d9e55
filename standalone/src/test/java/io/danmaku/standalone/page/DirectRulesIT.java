package io.danmaku.standalone.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The rules of the SDK and the page about direct messages that need no hub, run in a browser as {@link SdkRulesIT} does. */
@Timeout(60)
final class DirectRulesIT {
    /** What a conversation is shown in, and one whose pages the test gives. */
    private static final String CONVERSATION = """
        document.body.innerHTML = `
          <div id="bubbles"><button id="bubbles-earlier" hidden></button></div>
          <p id="editing" hidden><button id="editing-cancel"></button></p>
          <form id="direct-form"><input id="direct-text"></form><p id="direct-alert"></p>`;
        const { Conversation } = await import('/js/conversation.js');
        const message = (seq, body = `b${seq}`) => ({ mid: `m${seq}`, from: '8', to: '7', seq, kind: 'text', body, ts: seq });
        const shown = () => [...document.querySelectorAll('.bubble-text')].map((b) => b.textContent);
        const earlier = document.getElementById('bubbles-earlier');
        const asked = [];
        const pages = [];
        const until = async (holds) => { while (!holds()) { await new Promise((r) => setTimeout(r, 10)); } };
        const conversation = new Conversation({
          send: () => {}, typing: () => {},
          load: async (peer, before) => { asked.push(before ?? null); return pages.shift(); },
        });
        """;

    @RegisterExtension
    static final SdkPage SDK = new SdkPage();

    @Test
    void neitherAnOlderFormOfAMessageNorAnOlderNoteIsTold() {
        assertEquals("""
                {"told":["m1/0","m1/4","m2/2","m1/5"],"notes":[7,1,6],"repeats":3}\
                """, SDK.run("""
                    const { DirectInbox } = await import('/sdk/direct-inbox.js');
                    const told = [];
                    const notes = [];
                    const inbox = new DirectInbox({
                      random: () => 0,
                      onMessage: ({ message: { mid, rev = 0 } }) => told.push(`${mid}/${rev}`),
                      onNote: ({ rev }) => notes.push(rev),
                      request: async () => ({
                        messages: [{ mid: 'm1', rev: 3 }, { mid: 'm2', rev: 2 }],
                        changes: [{ peer: '8', blocked: true, rev: 5 }, { peer: '9', blocked: true, rev: 1 }],
                        pos: 'p', more: false,
                      }),
                    });
                    inbox.take([{ mid: 'm1' }, { mid: 'm1', rev: 4 }]);
                    inbox.note({ peer: '8', blocked: false, rev: 7 });
                    await inbox.sync();
                    inbox.take([{ mid: 'm2' }, { mid: 'm2', rev: 1 }, { mid: 'm1', rev: 5 }]);
                    inbox.note({ peer: '8', blocked: true, rev: 6 });
                    inbox.note({ peer: '8', hidden: 'm3', rev: 6 });
                    return { told, notes, repeats: inbox.repeats };\
                    """));
    }

    @Test
    void marksOfASyncAreToldBehindItsMessages() {
        assertEquals("""
                ["m1",{"peer":"8","readSeq":1,"unread":0},"m2"]""", SDK.run("""
                        const { DirectInbox } = await import('/sdk/direct-inbox.js');
                        const told = [];
                        const pages = [
                          { messages: [{ mid: 'm1' }], changes: [], marks: [{ peer: '8', readSeq: 1, unread: 0 }], pos: 'p', more: true },
                          { messages: [{ mid: 'm2' }], changes: [], pos: 'q', more: false }, // of a hub that tells none
                        ];
                        const inbox = new DirectInbox({
                          random: () => 0,
                          onMessage: ({ message }) => told.push(message.mid),
                          onMarks: (marks) => told.push(marks),
                          request: async () => pages.shift(),
                        });
                        await inbox.sync();
                        return told;"""));
    }

    @Test
    void whatIsDeliveredIsToldOnceASecondForEachConversationAndAgainWhenItWasRefused() {
        Clock clock = SDK.stoppedClock();
        SDK.run("""
            const { DeliveredMarks } = await import('/sdk/delivered-marks.js');
            window.asked = [];
            let refused = 0;
            const marks = new DeliveredMarks(async (peer, seq) => {
              asked.push(`${peer}:${seq}`);
              if (peer === 'a' && refused++ === 0) { throw Object.assign(new Error(), { code: 'rate_limited' }); }
            });
            [1, 3, 2].forEach((seq) => marks.got('a', seq));
            marks.got('b', 1);
            marks.got('c', 9);
            marks.got('d', 4);
            marks.known('d', 4);
            marks.resume();
            return {};\
            """);
        clock.runFor(900);
        assertEquals("[]", SDK.run("return asked;"));
        clock.runFor(200);
        assertEquals("[\"a:3\",\"b:1\"]", SDK.run("return asked;"));
        clock.runFor(5_000);
        assertEquals("[\"a:3\",\"b:1\",\"c:9\",\"a:3\"]", SDK.run("return asked;"));
    }

    @Test
    void aHiddenMessageThatChangesIsNotShownAgain() {
        assertEquals("""
                {"first":["b1","b2","b3"],"hidden":["b1","b3"],"changed":["b1","b3"],"asked":[null,null],"cleared":["b3"],"edited":["b3!"]}\
                """, SDK.run(CONVERSATION + """
                    pages.push({ messages: [1, 2, 3].map((seq) => message(seq)) }, { messages: [message(1), message(3)] });
                    await conversation.open('8', '7');
                    const first = shown();
                    conversation.note({ peer: '8', hidden: 'm2', seq: 2, rev: 9 });
                    const hidden = shown();
                    conversation.add({ ...message(2, 'edited'), rev: 10 });
                    await until(() => asked.length === 2);
                    await new Promise((r) => setTimeout(r));
                    const changed = shown();
                    conversation.note({ peer: '8', cleared: 1, rev: 11 });
                    conversation.add({ ...message(1) });
                    const cleared = shown();
                    conversation.add({ ...message(3, 'b3!'), rev: 12 });
                    return { first, hidden, changed, asked, cleared, edited: shown() };\
                    """));
    }

    @Test
    void aMessageIsTakenDownWhenItsTimeIsOver() {
        Clock clock = SDK.stoppedClock();
        assertEquals("[\"b1\",\"b2\",\"b3\"]", SDK.run(CONVERSATION + """
                const now = Date.now();
                window.shown = shown;
                window.conversation = conversation;
                pages.push({ messages: [message(1), { ...message(2), expires: now + 120_000 }, { ...message(3), expires: now + 60_000 }] });
                await conversation.open('8', '7');
                return shown();"""));
        clock.runFor(59_000);
        assertEquals("[\"b1\",\"b2\",\"b3\"]", SDK.run("return shown();"));
        clock.runFor(2_000);
        assertEquals("[\"b1\",\"b2\",\"(expired)\"]", SDK.run("return shown();"));
        assertEquals("[\"b1\",\"(expired)\",\"(expired)\"]", SDK.run("""
                conversation.add({ mid: 'm2', from: '8', to: '7', seq: 2, kind: 'expired', body: '', ts: 2, expired: 3 });
                return shown();"""));
        clock.runFor(90_000);
        assertEquals("[\"b1\",\"(expired)\",\"(expired)\"]", SDK.run("return shown();"));
    }

    @Test
    void aPageThatHasOnlyHiddenMessagesIsNotTheEnd() {
        assertEquals("""
                {"opened":["b5"],"asked":[null,101],"more":true,"then":["b1","b5"],"askedThen":[null,101,51,3],"end":true}\
                """, SDK.run(CONVERSATION + """
                    pages.push(
                      { messages: [], next: 101 }, { messages: [message(5)], next: 51 },
                      { messages: [], next: 3 }, { messages: [message(1)] });
                    await conversation.open('8', '7');
                    const opened = shown();
                    const more = !earlier.hidden;
                    const before = [...asked];
                    earlier.click();
                    await until(() => shown().length === 2);
                    return { opened, asked: before, more, then: shown(), askedThen: asked, end: earlier.hidden };\
                    """));
    }

    @Test
    void aTimeThatMessagesLiveIsToldInItsLargestWholeUnit() {
        assertEquals("""
                ["5 seconds","1 minute","90 seconds","1 hour","90 minutes","1 day","7 days","365 days"]\
                """, SDK.run("""
                    const { lifetime } = await import('/js/words.js');
                    return [5, 60, 90, 3600, 5400, 86400, 604800, 31536000].map(lifetime);\
                    """));
    }

    @Test
    void whatIsOfferedAtAMessageIsWhatItsReaderMayDo() {
        assertEquals("""
                {"own":["👍","❤️","😂","Edit","Take back","Hide"],"picture":["👍","❤️","😂","Take back","Hide"],"theirs":["👍","❤️","😂","Hide"],"recalled":["Hide"],"expired":["Hide"],"over":["Hide"],"set":["❤️"],"chosen":["sign",""]}\
                """, SDK.run("""
                    const { messageActions } = await import('/js/message-actions.js');
                    const chosen = [];
                    const row = (message) => messageActions(message, '7', (what, sign) => chosen.push(what, sign));
                    const offered = (message) => [...row(message).children].map((button) => button.textContent);
                    const pressed = [...row({ from: '8', reactions: { 7: '❤️', 8: '👍' } }).querySelectorAll('[aria-pressed=true]')];
                    pressed[0].click();
                    return {
                      own: offered({ from: '7' }), picture: offered({ from: '7', kind: 'image' }), theirs: offered({ from: '8' }),
                      recalled: offered({ from: '7', kind: 'recalled' }), expired: offered({ from: '7', kind: 'expired' }),
                      over: offered({ from: '7', expires: 1 }), set: pressed.map((b) => b.textContent), chosen,
                    };\
                    """));
    }
}
