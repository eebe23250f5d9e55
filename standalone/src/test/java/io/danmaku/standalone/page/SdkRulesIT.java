package io.danmaku.standalone.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The rules of the JavaScript SDK that need no hub: they take the time as an argument and are run in a browser, straight from
 * the class path. What the SDK does with a hub is in {@code RoomPageIT}.
 */
@Timeout(60)
final class SdkRulesIT {
    @RegisterExtension
    static final SdkPage SDK = new SdkPage();

    @Test
    void framesThatAccountForEveryOffsetAreTakenWithoutComplaint() {
        assertEquals("""
                {"problems":[],"last":7,"frames":3,"events":4,"skipped":{"sampled":2,"repeat":1}}\
                """, SDK.run("""
                    const { Coverage } = await import('/sdk/coverage.js');
                    const c = new Coverage();
                    c.startAfter(0);
                    const problems = [
                      { from: 1, to: 2, events: [{ o: 1 }, { o: 2 }] },
                      { from: 3, to: 6, events: [{ o: 5 }], skipped: { sampled: 2, repeat: 1 } },
                      { from: 7, to: 7, events: [{ o: 7 }] },
                    ].flatMap((frame) => c.accept(frame).problems);
                    return { problems, last: c.last, frames: c.frames, events: c.events, skipped: c.skipped };\
                    """));
    }

    @Test
    void aHoleIsToldOnceAndTheFramesAfterItAreFine() {
        assertEquals("""
                {"told":[0,1,0],"violations":1,"shown":[1,4,5]}\
                """, SDK.run("""
                    const { Coverage } = await import('/sdk/coverage.js');
                    const c = new Coverage();
                    const taken = [1, 4, 5].map((o) => c.accept({ from: o, to: o, events: [{ o }] }));
                    return {
                      told: taken.map(({ problems }) => problems.length),
                      violations: c.violations,
                      shown: taken.flatMap(({ events }) => events.map(({ o }) => o)),
                    };\
                    """));
    }

    @Test
    void aFrameThatComesTwiceIsToldAndShowsNothingTwice() {
        assertEquals("""
                {"first":[1,2,3],"again":[],"overlap":[4],"violations":2,"last":4}\
                """, SDK.run("""
                    const { Coverage } = await import('/sdk/coverage.js');
                    const c = new Coverage();
                    const frame = (from, to) =>
                      ({ from, to, events: Array.from({ length: to - from + 1 }, (_, i) => ({ o: from + i })) });
                    const shown = (f) => c.accept(f).events.map(({ o }) => o);
                    return {
                      first: shown(frame(1, 3)), again: shown(frame(1, 3)), overlap: shown(frame(3, 4)),
                      violations: c.violations, last: c.last,
                    };\
                    """));
    }

    @Test
    void aFrameThatLeavesAnEventOutInSilenceIsTold() {
        assertEquals("""
                {"missing":1,"tooMany":1,"outside":2,"backwards":2,"gap":0,"fullGap":1,"nonsense":1}\
                """, SDK.run("""
                    const { Coverage } = await import('/sdk/coverage.js');
                    const told = (frame) => new Coverage().accept(frame).problems.length;
                    return {
                      missing: told({ from: 1, to: 3, events: [{ o: 1 }, { o: 3 }] }),
                      tooMany: told({ from: 1, to: 2, events: [{ o: 1 }, { o: 2 }], skipped: { slow: 1 } }),
                      outside: told({ from: 5, to: 5, events: [{ o: 6 }, { o: 7 }] }) - 1,
                      backwards: told({ from: 1, to: 3, events: [{ o: 3 }, { o: 2 }, { o: 1 }] }),
                      gap: told({ from: 1, to: 900, events: [], gap: 'retention' }),
                      fullGap: told({ from: 1, to: 900, events: [{ o: 4 }], gap: 'retention' }),
                      nonsense: told({ from: 'x', to: null }),
                    };\
                    """));
    }

    @Test
    void pausesGrowToTenSecondsAndAreSpreadOverTheirWholeRange() {
        assertEquals("""
                {"longest":[300,600,1200,2400,4800,9600,10000,10000],"shortest":[0,0,0],"asked":2500}\
                """, SDK.run("""
                    const { backoffMs } = await import('/sdk/backoff.js');
                    return {
                      longest: [0, 1, 2, 3, 4, 5, 6, 1000].map((attempt) => backoffMs(attempt, () => 1)),
                      shortest: [0, 3, 9].map((attempt) => backoffMs(attempt, () => 0)),
                      asked: backoffMs(0, () => 0.5, 2500),
                    };\
                    """));
    }

    @Test
    void aSendWithoutAnAnswerIsSentAgainWithItsCidFor45Seconds() {
        assertEquals("""
                {"written":[["a",0],["a",500],["a",1200],["a",40000]],"code":"outcome_unknown","left":0}\
                """, SDK.run("""
                    const { Outbox } = await import('/sdk/outbox.js');
                    const { HubError } = await import('/sdk/hub-error.js');
                    const outbox = new Outbox();
                    const written = [];
                    let code = null;
                    const entry = outbox.add('a', '1', { op: 'send' }, 0);
                    entry.reject = (error) => { code = error.code; };
                    const write = (nowMs) =>
                      outbox.take(nowMs, () => true).forEach(({ cid }) => written.push([cid, nowMs]));
                    write(0);
                    outbox.refuse(entry, new HubError('unavailable', '', 500), 0);
                    write(499);
                    write(500);
                    outbox.refuse(entry, new HubError('pending', '', 700), 500);
                    write(1200);
                    outbox.refuse(entry, new HubError('disconnected', ''), 1300);
                    write(40000);
                    outbox.refuse(entry, new HubError('timeout', ''), 44999);
                    write(45600);
                    outbox.expire(44999);
                    outbox.expire(45000);
                    return { written, code, left: outbox.size };\
                    """));
    }

    @Test
    void nothingIsCalledRefusedThatMayHaveArrived() {
        assertEquals("""
                {"plain":"muted","neverWritten":"not_sent","afterLostAnswer":"outcome_unknown","ownEcho":"settled","tooFast":"rate_limited","heldUp":"settled"}\
                """, SDK.run("""
                    const { Outbox } = await import('/sdk/outbox.js');
                    const { HubError } = await import('/sdk/hub-error.js');
                    const fate = (steps) => {
                      const outbox = new Outbox();
                      let end = null;
                      const entry = outbox.add('a', '1', {}, 0);
                      entry.resolve = () => { end = 'settled'; };
                      entry.reject = (error) => { end = error.code; };
                      steps(outbox, entry);
                      return end;
                    };
                    const lost = new HubError('disconnected', '');
                    const write = (outbox, nowMs) => outbox.take(nowMs, () => true);
                    return {
                      plain: fate((o, e) => { write(o, 0); o.refuse(e, new HubError('muted', ''), 1); }),
                      neverWritten: fate((o) => o.expire(45000)),
                      afterLostAnswer: fate((o, e) => {
                        write(o, 0); o.refuse(e, lost, 1); write(o, 2); o.refuse(e, new HubError('muted', ''), 3);
                      }),
                      ownEcho: fate((o, e) => {
                        write(o, 0); o.refuse(e, lost, 1); write(o, 2);
                        o.refuse(e, new HubError('slow_mode', '', 900), 3); write(o, 903); o.settle(e, {});
                      }),
                      tooFast: fate((o, e) => { write(o, 0); o.refuse(e, new HubError('rate_limited', '', 900), 1); }),
                      heldUp: fate((o, e) => {
                        write(o, 5000); o.refuse(e, new HubError('rate_limited', '', 900), 5001);
                        write(o, 5901); o.settle(e, {});
                      }),
                    };\
                    """));
    }

    @Test
    void theOutboxIsBoundedAndARoomsSendsWaitForTheRoom() {
        assertEquals("""
                {"full":"queue_full","twice":"bad_field","written":["dm"],"wake":45000}\
                """, SDK.run("""
                    const { Outbox, OUTBOX_MAX } = await import('/sdk/outbox.js');
                    const refused = (work) => { try { work(); return null; } catch (error) { return error.code; } };
                    const full = new Outbox();
                    for (let i = 0; i < OUTBOX_MAX; i++) { full.add(`c${i}`, '1', {}, 0); }
                    const outbox = new Outbox();
                    outbox.add('chat', '1', {}, 0);
                    outbox.add('dm', null, {}, 0);
                    return {
                      full: refused(() => full.add('one more', '1', {}, 0)),
                      twice: refused(() => outbox.add('chat', '1', {}, 0)),
                      written: outbox.take(1, (room) => room === null).map(({ cid }) => cid),
                      wake: outbox.wakeAtMs(1),
                    };\
                    """));
    }

    @Test
    void aRoomIsJoinedAgainWhereItsLastFrameEndedUnlessItIsAnotherRoomByNow() {
        assertEquals("""
                {"first":{"room":"1","last":50},"again":{"room":"1","since":62,"epoch":"k1"},\
                "resumed":{"fresh":false,"missed":3},"problems":0,"due":63,"renewed":{"fresh":true,"missed":0},"dueThen":3}\
                """, SDK.run("""
                    const { RoomCursor } = await import('/sdk/room-cursor.js');
                    const cursor = new RoomCursor('1', { last: 50 });
                    const first = cursor.joinFields();
                    cursor.enter({ epoch: 'k1', head: 62 });
                    cursor.coverage.accept({ from: 13, to: 62, events: [{ o: 62 }], skipped: { slow: 49 } });
                    const again = cursor.joinFields();
                    const resumed = cursor.enter({ epoch: 'k1', head: 65 });
                    const due = cursor.coverage.next;
                    cursor.joinFields();
                    const renewed = cursor.enter({ epoch: 'k2', head: 2 });
                    return { first, again, resumed, problems: cursor.coverage.violations, due, renewed, dueThen: cursor.coverage.next };\
                    """));
    }

    @Test
    void whoDoesNotSayWhereToBeginBeginsWhereTheRoomWantsIt() {
        assertEquals("""
                {"silent":60,"nothing":63,"plain":63,"since":51,"renewed":63}\
                """, SDK.run("""
                    const { RoomCursor } = await import('/sdk/room-cursor.js');
                    const due = (first, policy) => {
                      const cursor = new RoomCursor('1', first);
                      cursor.joinFields();
                      cursor.enter({ epoch: 'k1', head: 62, policy });
                      return cursor.coverage.next;
                    };
                    const policy = { lastOnJoin: 3 };
                    return {
                      silent: due({}, policy),
                      nothing: due({ last: 0 }, policy),
                      plain: due({}, { lastOnJoin: 0 }),
                      since: due({ since: 50 }, policy),
                      renewed: due({ since: 50, epoch: 'k0' }, policy),
                    };\
                    """));
    }

    @Test
    void aDirectMessageIsToldOnceWhetherPushedOrSyncedOrBoth() {
        assertEquals("""
                {"told":["m1","m2","m3","m4"],"asked":[null,"p1","p2"],"repeats":3,"pos":"p3"}\
                """, SDK.run("""
                    const { DirectInbox } = await import('/sdk/direct-inbox.js');
                    const told = [];
                    const asked = [];
                    const pages = [
                      { messages: [{ mid: 'm1' }, { mid: 'm2' }], pos: 'p1', more: true },
                      { messages: [{ mid: 'm3' }], pos: 'p2', more: false },
                      { messages: [{ mid: 'm4' }], pos: 'p3', more: false },
                    ];
                    const inbox = new DirectInbox({
                      random: Math.random,
                      onMessage: ({ message }) => told.push(message.mid),
                      request: async (op, { pos }) => { asked.push(pos ?? null); return pages.shift(); },
                    });
                    inbox.take([{ mid: 'm1' }]);
                    await inbox.sync();
                    inbox.take([{ mid: 'm3' }, { mid: 'm4' }]);
                    await inbox.sync();
                    return { told, asked, repeats: inbox.repeats, pos: inbox.pos };\
                    """));
    }

    @Test
    void aNumberLeftOutByAPushIsAskedForAtOnceAndAgainUntilItIsThere() {
        assertEquals("""
                {"told":["m1","m4","m5","m2","m3","x12"],"asked":3,"afterRepeats":3}\
                """, SDK.run("""
                    const { DirectInbox } = await import('/sdk/direct-inbox.js');
                    const message = (seq) => ({ mid: `m${seq}`, from: seq % 2 ? '7' : '8', to: seq % 2 ? '8' : '7', seq });
                    const told = [];
                    let asked = 0;
                    let complete;
                    const done = new Promise((resolve) => { complete = resolve; });
                    const inbox = new DirectInbox({
                      random: () => 0,
                      onMessage: ({ message: { mid } }) => { told.push(mid); if (mid === 'm3') { complete(); } },
                      request: async () => {
                        asked++;
                        // the hub shows a message to syncs some moments after it pushed it
                        return { messages: asked < 3 ? [] : [2, 3, 4, 5].map(message), pos: `p${asked}`, more: false };
                      },
                    });
                    inbox.take([message(1)]);
                    inbox.take([message(4)]);
                    inbox.take([message(5)]);
                    await done;
                    const before = asked;
                    inbox.take([message(1), message(5), { mid: 'x12', from: '7', to: '9', seq: 12 }]);
                    return { told, asked: before, afterRepeats: asked };\
                    """));
    }

    @Test
    void aConnectedDeviceAsksNowAndAgainForWhatNoPushHasBrought() {
        Clock clock = SDK.stoppedClock();
        SDK.run("""
            const { DirectInbox } = await import('/sdk/direct-inbox.js');
            window.asked = 0;
            window.inbox = new DirectInbox({
              random: () => 0.5,
              onMessage: () => {},
              request: async () => { asked++; return { messages: [], pos: 'p', more: false }; },
            });
            inbox.catchUp();
            return {};\
            """);
        clock.runFor(44_000);
        assertEquals("1", SDK.run("return asked;"));
        clock.runFor(2_000);
        assertEquals("2", SDK.run("return asked;"));
        clock.runFor(45_000);
        assertEquals("3", SDK.run("return asked;"));
        SDK.run("inbox.pause(); return {};");
        clock.runFor(200_000);
        assertEquals("3", SDK.run("return asked;"));
    }
}
