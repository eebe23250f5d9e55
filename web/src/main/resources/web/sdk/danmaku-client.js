import { backoffMs } from './backoff.js';
import { Connection } from './connection.js';
import { DeliveredMarks } from './delivered-marks.js';
import { DirectInbox } from './direct-inbox.js';
import { HubError } from './hub-error.js';
import { newCid, Outbox } from './outbox.js';
import { RoomCursor } from './room-cursor.js';

export { HubError };

/** How many rooms one client may be in. */
const ROOMS_MAX = 20;

/** How many violations are kept to be looked at. All are counted. */
const VIOLATIONS_KEPT = 20;

/** How often a peer is told that one types, in milliseconds. */
const TYPING_EVERY_MS = 3000;

/** Answers to a join after which it is tried again, later. */
const TRY_LATER = new Set(['busy', 'unavailable', 'rate_limited', 'quota', 'internal', 'queue_full']);

/**
 * A client of Danmaku Hub: rooms and direct messages over one WebSocket that comes back by itself.
 *
 *     const client = new DanmakuClient({ url: 'wss://hub.example/ws', token });
 *     client.on('event', ({ room, event, live }) => console.log(event.u.name, event.d.text));
 *     client.connect();
 *     await client.join('42', { last: 50 });
 *     await client.send('42', { text: 'hi', mode: 'scroll', color: '#ffffff', size: 25 });
 *
 * Events (the detail is the argument of `on`, and `detail` of the `CustomEvent`):
 *
 * | event | detail | when |
 * | --- | --- | --- |
 * | `state` | `{state, attempt?, retryInMs?, reason?, error?}` | `connecting`, `open`, `waiting`, `denied`, `closed` |
 * | `joined` | `{room, info, fresh, missed}` | after each join; `fresh`: not a continuation; `missed`: offsets to catch up |
 * | `event` | `{room, event, live}` | each event of a room, once, in order; `live`: it happened after the join |
 * | `batch` | `{room, frame}` | each frame of a room, after its events |
 * | `gap` | `{room, from, to, gap}` | offsets that nobody can get any more |
 * | `stats` | `{room, stats}` | online, users, peak, messages a minute, devices |
 * | `profile` | `{room, profile}` | cover, tags, category and language of the room are others now |
 * | `role` | `{room, role}` | the user is something else in the room from now on |
 * | `held` | `{room, held}` | to moderators: a chat waits for one, or was answered (`approved`) |
 * | `left` | `{room, reason}` | the hub put the client out of a room, or refused to let it back in |
 * | `dm` | `{message, live}` | each direct message of the user, sent or received, on any device, once; and again with a higher `rev` when it was changed: it takes the other one's place |
 * | `dmNote` | `{peer, …}` | the user has hidden (`hidden`), cleared (`cleared`) or blocked (`blocked`) something, or said something of the peer (`relation`), on any device; or new messages live for `expiry` seconds from now on, as `by` wants it |
 * | `dmRead` | `{reader, peer, seq}` | `reader` (the user or the other side) has read a conversation up to `seq` |
 * | `dmDelivered` | `{user, peer, seq}` | a device of `user` (the user or the other side) has got a conversation up to `seq` |
 * | `dmMarks` | `{peer, readSeq, peerReadSeq, deliveredSeq, peerDeliveredSeq, unread, lastSeq}` | marks that moved while this device was away, and what is unread up to `lastSeq`; a mark never falls, so keep the higher one |
 * | `dmTyping` | `{from}` | a peer types; true for 6 s, or until a message comes |
 * | `dmOnline` | `{peer, online}` | somebody that {@link dmLook} asks for is online now, or not any more |
 * | `notice` | `{error}` | the hub complains about something that was no command of ours |
 * | `violation` | `{room?, problem}` | the hub broke a promise (see {@link Coverage}); for tests and bug reports |
 */
export class DanmakuClient extends EventTarget {
  /** The newest violations. */
  violations = [];
  violationCount = 0;

  #connection;
  #rooms = new Map();
  /** How many leaves of a room have no answer yet: till then, all that is said of it belongs to the stay that ends. */
  #leaving = new Map();
  #outbox = new Outbox();
  #outboxTimer = 0;
  #inbox;
  #delivered = new DeliveredMarks((peer, seq) => this.dmDelivered(peer, seq));
  #typed = { peer: '', atMs: 0 };
  #lookedAt = [];
  #random;
  #isGuest;

  /**
   * @param {object} options
   * @param {string|string[]} options.url address of the hub's `/ws`, or several, tried in turn
   * @param {string|(() => string|Promise<string>)} [options.token] a token, or a function that gets one for each connection
   * @param {string} [options.guest] the tenant to come to as a guest, in place of a token: who may only read, and has no direct messages
   * @param {string} [options.dmPos] a `dmPos` kept from an earlier session; without it all messages kept are read once; `now`: none are, the contacts are read instead
   * @param {string} [options.client] what this runs on: `web`, `ios`, `android`, `desktop`, `tv`, `bot` or `other`; counted in rooms' `devices`
   * @param {() => number} [options.random] in [0, 1)
   */
  constructor({ url, token, guest, dmPos, client = 'web', random = Math.random }) {
    super();
    this.#random = random;
    this.#isGuest = Boolean(guest);
    this.#inbox = new DirectInbox({
      pos: dmPos,
      random,
      request: (op, fields) => this.#connection.request(op, fields),
      onMessage: (detail) => this.#onDirect(detail),
      onNote: (change) => this.#emit('dmNote', change),
      onMarks: (marks) => this.#onMarks(marks),
    });
    this.#connection = new Connection({
      url,
      token,
      guest,
      client,
      random,
      onState: (detail) => this.#onState(detail),
      onPush: (frame) => this.#onPush(frame),
      onMissed: () => this.#inbox.missed(),
      onProblem: (problem) => this.#violation(undefined, problem),
    });
  }

  /** `idle`, `connecting`, `open`, `waiting`, `denied` or `closed`. */
  get state() {
    return this.#connection.state;
  }

  /** Who the token says we are: `{user, session, …}`; null before the first connection. */
  get identity() {
    return this.#connection.identity;
  }

  /** The WebSocket in use, for tests and the console. */
  get socket() {
    return this.#connection.socket;
  }

  /** How far this device has come in its user's direct messages; opaque. */
  get dmPos() {
    return this.#inbox.pos;
  }

  /** Adds a listener that gets the detail alone. Returns a function that takes it off again. */
  on(type, listener) {
    const wrapped = (event) => listener(event.detail);
    this.addEventListener(type, wrapped);
    return () => this.removeEventListener(type, wrapped);
  }

  /** Begins to connect. Whatever is lost later is brought back by itself. */
  connect() {
    this.#connection.open();
  }

  /** Ends everything; sends without a result are rejected. */
  close() {
    this.#connection.close();
    this.#outbox.drop(new HubError('closed', 'the client was closed'));
    for (const cursor of this.#rooms.values()) {
      clearTimeout(cursor.retryTimer);
      cursor.reject(new HubError('closed', 'the client was closed'));
    }
    this.#rooms.clear();
    this.#armOutbox();
  }

  /** Ends the pause before the next try to connect. */
  retryNow() {
    this.#connection.retryNow();
  }

  /** Gives the hub a new token on the open connection. */
  renew(token) {
    return this.#connection.renew(token);
  }

  /**
   * Enters a room and stays there over reconnects, each of which resumes where the last frame ended.
   *
   * @param {string} room
   * @param {{since?: number, epoch?: string, last?: number}} [from] after an offset, with the newest so many events,
   *   or (with nothing) from now on, or from where the room's policy wants it (`lastOnJoin`)
   * @returns {Promise<object>} the answer `{room, epoch, head, role, online, title, live, policy, profile?, pin?}` of the first join
   */
  join(room, from = {}) {
    if (this.#rooms.has(room)) {
      return this.#rooms.get(room).joined;
    }
    if (this.#rooms.size >= ROOMS_MAX) {
      return Promise.reject(new HubError('too_many_rooms', `at most ${ROOMS_MAX} rooms at once`));
    }
    const cursor = new RoomCursor(room, from);
    this.#rooms.set(room, cursor);
    if (this.state === 'open') {
      this.#enter(cursor);
    }
    return cursor.joined;
  }

  /** Leaves a room; it is not joined again after a reconnect. */
  async leave(room) {
    if (!this.#rooms.has(room)) {
      return;
    }
    this.#forget(room, new HubError('not_joined', `left room ${room}`));
    if (this.state !== 'open') {
      return;
    }
    this.#leaving.set(room, (this.#leaving.get(room) ?? 0) + 1);
    try {
      await this.#connection.request('leave', { room });
    } finally {
      const others = this.#leaving.get(room) - 1;
      if (others > 0) {
        this.#leaving.set(room, others);
      } else {
        this.#leaving.delete(room);
      }
    }
  }

  /**
   * Sends an event to a room. While there is no connection, or the outcome is unknown, the same `cid` is sent again
   * for at most 45 s, so that it arrives once or not at all.
   *
   * @param {string} room a joined room
   * @param {object} d what the event holds: for chat `{text, mode, color, size}`, and perhaps `reply: {o, user}`,
   *   `mentions: [user]` and `emotes: [{id, from, to}]`, whose places are those of `text.slice(from, to)`
   * @param {{t?: string, cid?: string}} [options]
   * @returns {Promise<{o: number, ts: number}|{counted: number}>} its place, or how many likes were counted; rejected
   *   with a {@link HubError}. Likes that are sent again after a cut connection may count twice
   */
  send(room, d, { t = 'chat', cid = newCid() } = {}) {
    if (!this.#rooms.has(room)) {
      return Promise.reject(new HubError('not_joined', `not in room ${room}`));
    }
    return this.#post(cid, room, { op: 'send', room, t, cid, d });
  }

  /** Events of a room before an offset (or the newest), oldest first. */
  async history(room, { before, limit = 50 } = {}) {
    return (await this.#connection.request('history', { room, before, limit })).events ?? [];
  }

  /**
   * Sends a direct message, with the same promise as {@link send}.
   *
   * @param {string|object} body a text, or of other kinds an object
   * @returns {Promise<{mid: string, seq: number, ts: number}>}
   */
  dmSend(to, body, { kind = 'text', cid = newCid(), reply } = {}) {
    return this.#post(cid, null, { op: 'dm.send', to, cid, kind, body, reply });
  }

  /** Puts another body into an own message. Doing it twice does no harm. */
  dmEdit(peer, mid, body) {
    return this.#connection.request('dm.edit', { peer, mid, body });
  }

  /** Takes an own message back, from both. */
  dmRecall(peer, mid) {
    return this.#connection.request('dm.recall', { peer, mid });
  }

  /** Sets a sign at a message; an empty one takes it away. */
  dmReact(peer, mid, sign) {
    return this.#connection.request('dm.react', { peer, mid, sign });
  }

  /** Hides a message from oneself. */
  dmHide(peer, mid) {
    return this.#noted('dm.hide', { peer, mid });
  }

  /** Hides all messages up to a seq from oneself. */
  dmClear(peer, seq) {
    return this.#noted('dm.clear', { peer, seq });
  }

  /** Lets nothing come from a user any more, or lets it again. */
  dmBlock(peer, blocked = true) {
    return this.#noted(blocked ? 'dm.block' : 'dm.unblock', { peer });
  }

  /** Says of a user any of `contact`, `follow`, `accepted`, `pinned`, `muted` (true or false) and `remark`; what is not named stays. */
  dmRelation(peer, said) {
    return this.#noted('dm.relation', { peer, ...said });
  }

  /** Changes any of `writers`, `strangerMessages` and `online`, and answers with all of them; with none they are read. */
  dmSettings(change = {}) {
    return this.#connection.request('dm.settings', change);
  }

  /** Reports up to 20 messages of a conversation to the tenant's admins; the same messages again are the same report. */
  dmReport(peer, mids, reason, category) {
    return this.#connection.request('dm.report', { peer, mids, reason, category });
  }

  /** New messages of both live for so many seconds, 5 to 31,536,000; 0 = for ever. Each tells when it goes (`expires`): take it down then. */
  dmExpiry(peer, seconds) {
    return this.#noted('dm.expiry', { peer, seconds });
  }

  /** Says that everything of a conversation up to a seq was read. */
  async dmRead(peer, seq) {
    const done = await this.#connection.request('dm.read', { peer, seq });
    this.#delivered.known(peer, done.seq ?? seq);
    return done;
  }

  /** Says that this device has all of a conversation up to a seq. Done by itself, a second after messages came. */
  dmDelivered(peer, seq) {
    return this.#connection.request('dm.delivered', { peer, seq });
  }

  /** Says that the user types to a peer. May be called with every key: it goes out every 3 s, and nobody minds if it is lost. */
  dmTyping(peer) {
    const nowMs = Date.now();
    if (this.state !== 'open' || (this.#typed.peer === peer && nowMs - this.#typed.atMs < TYPING_EVERY_MS)) {
      return;
    }
    this.#typed = { peer, atMs: nowMs };
    this.#connection.request('dm.typing', { peer }).catch(() => {});
  }

  /**
   * Looks at these users, at most 50, instead of those of before: `dmOnline` tells of each that one may see whether it is online, now and
   * whenever that changes, also after a reconnect.
   */
  async dmLook(peers) {
    this.#lookedAt = [...peers];
    const { online = [] } = await this.#connection.request('dm.look', { peers });
    online.forEach((one) => this.#emit('dmOnline', one));
    return online;
  }

  /** Asks for direct messages that no push has brought. Done by itself after each connect, and then now and again. */
  dmSync() {
    return this.#inbox.sync();
  }

  /** What was covered in a room so far, for tests and the console; null for a room not joined. */
  counts(room) {
    const cursor = this.#rooms.get(room);
    if (!cursor) {
      return null;
    }
    const { last, frames, events, gaps, violations, skipped } = cursor.coverage;
    return { state: cursor.state, epoch: cursor.epoch, last, frames, events, gaps, violations, skipped: { ...skipped } };
  }

  /** The answer is what all own devices are told: this one hears it once, from whichever comes first. */
  async #noted(op, fields) {
    const note = await this.#connection.request(op, fields);
    this.#inbox.note(note);
    return note;
  }

  #post(cid, room, command) {
    return new Promise((resolve, reject) => {
      const entry = this.#outbox.add(cid, room, command, Date.now());
      entry.resolve = resolve;
      entry.reject = reject;
      this.#pump();
    });
  }

  #pump() {
    const nowMs = Date.now();
    this.#outbox.expire(nowMs);
    const isReady = (room) => this.state === 'open' && (room === null || this.#rooms.get(room)?.state === 'joined');
    for (const entry of this.#outbox.take(nowMs, isReady)) {
      const { op, ...fields } = entry.command;
      this.#connection.request(op, fields).then(
        (result) => this.#outbox.settle(entry, result),
        (error) => this.#outbox.refuse(entry, error, Date.now()),
      ).finally(() => this.#pump());
    }
    this.#armOutbox();
  }

  #armOutbox() {
    clearTimeout(this.#outboxTimer);
    const nowMs = Date.now();
    const atMs = this.#outbox.wakeAtMs(nowMs);
    if (atMs !== null) {
      this.#outboxTimer = setTimeout(() => this.#pump(), Math.max(0, atMs - nowMs));
    }
  }

  #onState(detail) {
    if (detail.state === 'open') {
      for (const cursor of this.#rooms.values()) {
        this.#enter(cursor);
      }
      if (!this.#isGuest) {
        this.#inbox.catchUp();
        this.#delivered.resume();
      }
      if (!this.#isGuest && this.#lookedAt.length > 0) {
        this.dmLook(this.#lookedAt).catch(() => {});
      }
      this.#pump();
    } else {
      this.#inbox.pause();
      this.#delivered.pause();
      for (const cursor of this.#rooms.values()) {
        clearTimeout(cursor.retryTimer);
        cursor.state = 'outside';
      }
    }
    this.#emit('state', detail);
  }

  async #enter(cursor) {
    const socket = this.socket;
    const { room } = cursor;
    try {
      const info = await this.#connection.request('join', cursor.joinFields());
      if (socket !== this.socket || this.#rooms.get(room) !== cursor) {
        return;
      }
      const { fresh, missed } = cursor.enter(info);
      cursor.resolve(info);
      this.#emit('joined', { room, info, fresh, missed });
      cursor.takeHeld().forEach((frame) => this.#cover(cursor, frame));
      this.#pump();
    } catch (error) {
      if (socket === this.socket && this.#rooms.get(room) === cursor) {
        this.#notEntered(cursor, error);
      }
    }
  }

  #notEntered(cursor, error) {
    cursor.state = 'outside';
    if (error.code === 'timeout' || error.code === 'already_joined') {
      // whether the hub has us in the room is unknown; a new connection settles it
      this.#connection.abandon(error.message);
    } else if (error.code === 'since_ahead') {
      cursor.forgetPlace();
      this.#enter(cursor);
    } else if (TRY_LATER.has(error.code)) {
      const pauseMs = backoffMs(++cursor.putOff, this.#random, error.retryMs);
      cursor.retryTimer = setTimeout(() => this.#enter(cursor), pauseMs);
    } else if (error.code !== 'disconnected') {
      this.#forget(cursor.room, error);
      this.#emit('left', { room: cursor.room, reason: error.code });
    }
  }

  #forget(room, error) {
    const cursor = this.#rooms.get(room);
    if (cursor) {
      clearTimeout(cursor.retryTimer);
      cursor.reject(error);
      this.#rooms.delete(room);
    }
    this.#outbox.drop(error, room);
    this.#armOutbox();
  }

  #onPush(frame) {
    if (Array.isArray(frame.dm)) {
      this.#inbox.take(frame.dm);
    } else if (frame.dmNote) {
      this.#inbox.note(frame.dmNote);
    } else if (frame.dmRead) {
      this.#onMark('dmRead', frame.dmRead.reader, frame.dmRead);
    } else if (frame.dmDelivered) {
      this.#onMark('dmDelivered', frame.dmDelivered.user, frame.dmDelivered);
    } else if (frame.dmTyping) {
      this.#emit('dmTyping', frame.dmTyping);
    } else if (Array.isArray(frame.dmOnline)) {
      frame.dmOnline.forEach((one) => this.#emit('dmOnline', one));
    } else if (frame.room !== undefined) {
      this.#onRoomPush(frame);
    } else if (frame.error) {
      this.#emit('notice', { error: new HubError(frame.error.code, frame.error.message, frame.error.retryMs) });
    }
  }

  #onDirect(detail) {
    const { from, seq } = detail.message;
    if (this.identity && from !== this.identity.user) {
      this.#delivered.got(from, seq);
    }
    this.#emit('dm', detail);
  }

  #onMark(type, whose, mark) {
    if (whose === this.identity?.user) {
      this.#delivered.known(mark.peer, mark.seq); // by another device
    }
    this.#emit(type, mark);
  }

  #onMarks(marks) {
    this.#delivered.known(marks.peer, marks.deliveredSeq);
    this.#emit('dmMarks', marks);
  }

  #onRoomPush(frame) {
    const { room } = frame;
    const cursor = this.#rooms.get(room);
    if (!cursor || this.#leaving.has(room)) {
      return; // on its way when we left, perhaps to join again at once
    }
    if (frame.stats) {
      this.#emit('stats', { room, stats: frame.stats });
    } else if (frame.profile) {
      this.#emit('profile', { room, profile: frame.profile });
    } else if (frame.role) {
      this.#emit('role', { room, role: frame.role });
    } else if (frame.held) {
      this.#emit('held', { room, held: frame.held });
    } else if (frame.left) {
      this.#forget(room, new HubError(frame.left, `the hub ended the stay in room ${room}`));
      this.#emit('left', { room, reason: frame.left });
    } else if (frame.from !== undefined) {
      if (cursor.state === 'joined') {
        this.#cover(cursor, frame);
      } else if (!cursor.hold(frame)) {
        this.#connection.abandon('too many frames before the answer to a join');
      }
    }
  }

  #cover(cursor, frame) {
    const { room } = cursor;
    const { events, problems } = cursor.coverage.accept(frame);
    problems.forEach((problem) => this.#violation(room, problem));
    for (const event of events) {
      this.#emit('event', { room, event, live: event.o > cursor.headAtJoin });
    }
    if (frame.gap) {
      this.#emit('gap', { room, from: frame.from, to: frame.to, gap: frame.gap });
    }
    this.#emit('batch', { room, frame });
  }

  #violation(room, problem) {
    this.violationCount++;
    this.violations.push({ room, problem });
    if (this.violations.length > VIOLATIONS_KEPT) {
      this.violations.shift();
    }
    this.#emit('violation', { room, problem });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
