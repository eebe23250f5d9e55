import { DanmakuClient } from '../sdk/danmaku-client.js';
import { About } from './about.js';
import { Api } from './api.js';
import { Chat } from './chat.js';
import { Composer } from './composer.js';
import { Direct } from './direct.js';
import { askEntry, claimsOf, keepDmPos, keptDmPos, readLink } from './entry.js';
import { Held } from './held.js';
import { Likes } from './likes.js';
import { Names } from './names.js';
import { OwnComments } from './own-comments.js';
import { Pinned } from './pinned.js';
import { Stage } from './stage.js';
import { Status } from './status.js';
import { Superchats } from './superchats.js';
import { Tabs } from './tabs.js';
import { deniedWords, eventWords, explain, leftWords, many, policyWords, sanctionWords } from './words.js';

/** How much of the chat is shown on entering. */
const LAST_EVENTS = 50;

/** What happened this long ago does not fly any more, in milliseconds; it is in the chat. */
const FLIES_FOR_MS = 15_000;

/** Who may answer comments that wait. */
const MODERATORS = new Set(['moderator', 'host', 'owner']);

const { room, token, guest } = readLink();
if (room === '' || (token === '' && guest === '')) {
  askEntry(room, guest);
} else {
  enter();
}

function enter() {
  const socketUrl = new URL('ws', document.baseURI);
  socketUrl.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const claims = guest ? {} : claimsOf(token);
  const who = guest ? { guest } : { token, dmPos: keptDmPos(claims.sub) ?? 'now' };
  const client = new DanmakuClient({ url: socketUrl.href, ...who });
  // for tests and for the console: `__danmaku.counts('42')`, `__danmaku.violations`
  window.__danmaku = client;

  const api = new Api(token);
  const names = new Names();
  const tabs = new Tabs();
  const about = new About();
  const stage = new Stage();
  const status = new Status(() => client.retryNow());
  const own = new OwnComments((event) => {
    const { user: id } = client.identity;
    const { avatar, level, badges } = claims;
    show({ ...event, u: { id, name: names.of(id), avatar, level, badges } }, true);
  });
  const direct = new Direct(client, api, names, tabs);
  const chat = new Chat(guest ? null : (user) => direct.openConversation(user.id), earlier);
  const superchats = new Superchats();
  const likes = new Likes(
    (n) => client.send(room, { n }, { t: 'like' }),
    (error) => chat.note(explain(error, policy).text, 'warn', 'like'),
  );
  const pinned = new Pinned((before) => client.history(room, { before, limit: 1 }));
  const held = new Held(
    (id, approve) => api.answerHeld(room, id, approve),
    (error) => chat.note(`Not done: ${error.message}`, 'warn'),
  );
  const composer = new Composer(async (d) => {
    const result = await own.sending(client.send(room, d), d);
    if (result.held) {
      chat.note('Your comment waits for a moderator.', 'info', 'held');
    }
    return result;
  });

  let leftOut = 0;
  let policy = {};
  let onAir;
  let role = 'viewer';

  status.title(room);
  client.on('state', onState);
  client.on('joined', onJoined);
  client.on('role', onRole);
  client.on('left', onLeft);
  client.on('held', ({ held: told }) => ('approved' in told ? held.answered(told) : held.add(told)));
  client.on('event', onEvent);
  client.on('batch', ({ frame }) => onBatch(frame));
  client.on('gap', ({ from, to }) => chat.note(`${many(to - from + 1, 'older line')} can no longer be had.`, 'warn'));
  client.on('stats', ({ stats }) => status.online(stats));
  client.on('profile', ({ profile }) => about.profile(profile));
  client.on('notice', ({ error }) => chat.note(`The hub says: ${error.message}`, 'warn'));
  client.on('violation', ({ problem }) => console.warn('the hub broke a promise:', problem));
  addEventListener('pagehide', () => keepDmPos(client.identity?.user, client.dmPos));
  client.connect();
  client.join(room, { last: LAST_EVENTS }).catch(() => {}); // told by `left` and `state`
  if (guest) {
    tabs.hideDirect();
  }

  function onState(detail) {
    status.connection(detail);
    if (detail.state === 'open') {
      const { user } = client.identity;
      names.learn({ id: user, name: guest ? 'You' : claims.name });
      status.me(names.of(user), 'viewer');
      if (!guest) {
        // on a new device the position comes first: what is stored behind it is synced, what was before is in the contacts
        const begun = client.dmPos === 'now' ? client.dmSync().catch(() => {}) : Promise.resolve();
        begun.then(() => direct.refresh()).catch((error) => console.warn('conversations could not be read:', error.message));
      }
    } else if (detail.state === 'denied') {
      askEntry(room, guest, deniedWords(detail.error.code));
    }
  }

  function onJoined({ info, fresh, missed }) {
    if (fresh) {
      own.restart();
      likes.restart(info.head);
      superchats.clear();
    }
    status.hide();
    status.me(names.of(client.identity.user), info.role);
    if (info.title) {
      status.title(room, info.title);
    }
    onAir = info.live;
    about.live(onAir);
    about.profile(info.profile);
    if (info.online > 0) {
      status.online(info);
    }
    pinned.show(info.pin);
    policy = { ...info.policy };
    status.raid(policy.raid);
    role = info.role;
    composer.rules(policy, role);
    const waiting = showHeld(fresh);
    if (fresh) {
      chat.offerEarlier(info.head > LAST_EVENTS);
      waiting.then(showSuperchats); // one page of a room's history at a time is read for a user
    } else {
      chat.note(missed > 0 ? `Back again: ${many(missed, 'line')} to catch up with.` : 'Back again: nothing missed.', 'good');
    }
  }

  function onRole({ role: now }) {
    role = now;
    status.me(names.of(client.identity.user), role);
    composer.rules(policy, role);
    showHeld(true);
    chat.note(`You are ${role === 'owner' ? 'an' : 'a'} ${role} of this room now.`, 'loud');
  }

  /** What waits already: pushes tell only of what comes. */
  async function showHeld(anew) {
    if (anew) {
      held.clear();
    }
    if (MODERATORS.has(role) && policy.durability !== 'ephemeral') {
      try {
        (await api.held(room)).forEach((one) => held.add(one));
      } catch (error) {
        console.warn('what waits could not be read:', error.message);
      }
    }
  }

  /** Super chats that stay from before the last events. A guest may not ask for them. */
  async function showSuperchats() {
    if (guest || policy.durability === 'ephemeral') {
      return;
    }
    try {
      (await api.superchats(room)).forEach((event) => superchats.add(event));
    } catch (error) {
      console.warn('super chats from before could not be read:', error.message);
    }
  }

  function onLeft({ reason }) {
    const words = leftWords(reason, room, guest !== '');
    status.tell(words);
    about.live();
    if (guest && reason === 'forbidden') {
      askEntry(room, guest, words);
    }
    composer.shut(reason === 'room_closed' ? 'This room is closed' : 'Not in a room');
  }

  function onEvent({ event, live }) {
    const mine = event.u?.id === client.identity?.user;
    if (mine) {
      own.seen(event);
    }
    show(event, mine, live);
  }

  function show(event, mine, live = true) {
    names.learn(event.u);
    const { t, d = {} } = event;
    switch (t) {
      case 'chat':
        showComment(event, mine);
        break;
      case 'superchat':
        superchats.add(event);
        chat.tell(event, eventWords(event));
        break;
      case 'gift':
      case 'announce':
        chat.tell(event, eventWords(event));
        break;
      case 'like':
        likes.add(event);
        break;
      case 'deleted':
        [chat, stage, pinned, held, superchats].forEach((shown) => shown.takeDown(d));
        break;
      default:
        if (live) {
          onNews(event); // older ones are in the answer to the join, or of no interest any more
        }
    }
  }

  function showComment(event, mine) {
    const me = client.identity?.user;
    const { reply, mentions = [] } = event.d ?? {};
    chat.add(event, mine, !mine && (reply?.user === me || mentions.includes(me)));
    if (Date.now() - event.ts < FLIES_FOR_MS) {
      stage.fly(event, mine);
    }
  }

  /** `state` and `app` are the product's own: the page shows nothing of them. */
  function onNews(event) {
    const { t, d = {} } = event;
    if (t === 'policy') {
      onPolicy(d);
    } else if (t === 'pin') {
      pinned.show(d);
    } else if (t === 'enter') {
      chat.note(eventWords(event), 'info', 'enter'); // one line, of whoever came last
    } else if (t === 'sanction' && d.user) {
      chat.note(sanctionWords(d, d.user === client.identity?.user), 'loud');
    }
  }

  function onPolicy(changed) {
    const before = policyWords(policy);
    policy = { ...policy, ...changed };
    status.raid(policy.raid);
    composer.rules(policy, role);
    status.title(room, changed.title);
    if (policyWords(policy) !== before) {
      chat.note(policyWords(policy), 'loud');
    }
    if (changed.live !== onAir) {
      onAir = changed.live;
      about.live(onAir);
      chat.note(onAir ? 'The stream has begun.' : 'The stream has ended.', 'loud');
    }
  }

  function onBatch(frame) {
    own.covered(frame.to);
    const { sampled = 0, slow = 0 } = frame.skipped ?? {};
    if (sampled + slow > 0) {
      leftOut += sampled + slow;
      chat.note(`The room is very busy: ${many(leftOut, 'comment')} left out so far.`, 'info', 'left-out');
    }
  }

  async function earlier(before) {
    const events = await client.history(room, { before, limit: LAST_EVENTS });
    return events
      .filter(({ t }) => t === 'chat')
      .map((event) => ({ event, mine: event.u?.id === client.identity?.user }));
  }
}
