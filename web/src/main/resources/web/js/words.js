/** What the page says. Codes come from the hub (docs/protocol.md) or from the SDK (sdk/hub-error.js). */

/** Currencies whose sign and smallest unit the browser knows. */
const CURRENCIES = new Set(Intl.supportedValuesOf?.('currency'));

const WAIT = new Set(['slow_mode', 'rate_limited', 'quota', 'busy']);

/**
 * A refusal in words, with what to do about it.
 *
 * @param {{code: string, message: string, retryMs?: number}} error
 * @param {{textLengthMax?: number}} [policy] of the room
 * @returns {{text: string, waitMs: number, keepText: boolean}} waitMs: how long sending is pointless; keepText:
 *   whether the text should come back into the field
 */
export function explain(error, policy = {}) {
  const waitMs = error.retryMs ?? 0;
  return { text: sentence(error, policy, waitMs), waitMs: WAIT.has(error.code) ? waitMs : 0, keepText: error.code !== 'outcome_unknown' };
}

function sentence({ code, message }, policy, waitMs) {
  switch (code) {
    case 'slow_mode':
      return 'Slow mode: wait for the count-down, then send again.';
    case 'rate_limited':
      return 'That was too fast. Wait for the count-down, then send again.';
    case 'quota':
      return 'Too many write at this moment. Wait for the count-down, then send again.';
    case 'muted':
      return waitMs > 0
        ? `A moderator has muted you for another ${span(waitMs)}. You can go on reading.`
        : 'A moderator has muted you. You can go on reading.';
    case 'banned':
      return 'You are banned from this room.';
    case 'level_required':
      return `Only from level ${policy.levelMin ?? '?'} on may one write in this room now.`;
    case 'text_refused':
      return `The rules of this room do not take that: ${message}.`;
    case 'repeated':
      return waitMs > 0
        ? `You have said that already. Say something else, or the same in ${span(waitMs)}.`
        : 'You have said that already. Say something else.';
    case 'followers_only':
      return waitMs > 0
        ? `You have not followed this room for long enough: you may write in ${span(waitMs)}.`
        : 'Only who follows this room may write here now. Follow it to chat.';
    case 'forbidden':
      return policy.whoMaySend && policy.whoMaySend !== 'everyone'
        ? `Only ${whoMaySendWords(policy.whoMaySend)} may write in this room now.`
        : 'You may not write here.';
    case 'too_long':
      return policy.textLengthMax
        ? `Too long: at most ${policy.textLengthMax} characters. Shorten it and send again.`
        : 'Too long. Shorten it and send again.';
    case 'blocked':
      return 'This person does not take messages from you.';
    case 'unanswered':
      return 'This person has to answer before you can write more.';
    case 'room_closed':
      return 'This room is closed.';
    case 'not_joined':
      return 'Not in the room yet. Send again when the page says “Connected”.';
    case 'busy':
      return 'The hub is busy. Try again in a moment.';
    case 'unavailable':
    case 'not_sent':
    case 'disconnected':
      return 'Not sent: the hub cannot be reached. Try again when the page says “Connected”.';
    case 'pending':
    case 'timeout':
    case 'outcome_unknown':
      return 'No answer: it may have been sent. Look at the chat before you send it again.';
    case 'queue_full':
      return 'Too many comments wait for an answer. Try again in a moment.';
    default:
      return `Not sent: ${message}`;
  }
}

/**
 * Why something about direct messages came to nothing, in words.
 *
 * @param {{code: string, message: string, retryMs?: number}} error
 */
export function directWords(error) {
  const { code, message, retryMs = 0 } = error;
  switch (code) {
    case 'rate_limited':
    case 'quota':
    case 'busy':
      return `Too much at a time. Try again ${retryMs > 0 ? `in ${span(retryMs)}` : 'later'}.`;
    case 'text_refused':
      return `That text is not taken here: ${message}.`;
    case 'too_late':
      return 'Too late: that can be done only for a while after a message was sent.';
    case 'not_found':
      return 'This message is not there any more.';
    case 'conflict':
      return 'It was changed elsewhere at the same time. Look at it, then try again.';
    case 'unavailable':
    case 'disconnected':
      return 'Nothing was done: the hub cannot be reached. Try again when the page says “Connected”.';
    case 'pending':
    case 'timeout':
    case 'outcome_unknown':
      return 'No answer: it may have been done. Trying again does no harm.';
    case 'blocked':
    case 'unanswered':
    case 'too_long':
    case 'not_sent':
    case 'queue_full':
      return explain(error).text;
    default:
      return `Nothing was done: ${message}`;
  }
}

/** The state of the connection in words; `data-state` of the pill decides its colour. */
export function connectionWords(state) {
  switch (state) {
    case 'open':
      return 'Connected';
    case 'connecting':
      return 'Connecting';
    case 'waiting':
      return 'Reconnecting';
    case 'denied':
      return 'No entry';
    case 'closed':
      return 'Left';
    default:
      return 'Starting';
  }
}

/**
 * Why one cannot be in a room.
 *
 * @param {boolean} [guest] whether one is a guest
 */
export function leftWords(reason, room, guest = false) {
  switch (reason) {
    case 'room_closed':
      return 'This room is closed.';
    case 'banned':
      return 'A moderator has put you out of this room.';
    case 'no_such_room':
      return `There is no room “${room}”. Its host can create it with: ./danmaku room create ${room}`;
    case 'forbidden':
      return guest ? 'This room takes no guests now. With a token you may enter.' : 'You may not enter this room.';
    case 'already_joined':
      return 'You are in this room on this connection already.';
    default:
      return `You are out of the room (${reason}).`;
  }
}

/** Why the token does not let one in, or why nobody is let in as a guest. */
export function deniedWords(code) {
  if (code === 'unauthenticated') {
    return 'No guests are taken here. Ask for a link, or paste a token here.';
  }
  return code === 'token_expired'
    ? 'Your link has expired. Ask for a new one, or paste a new token here.'
    : 'The hub does not accept this token. Ask for a new link, or paste another token here.';
}

/** What somebody did in a room that is no comment, as one line. */
export function eventWords({ t, d = {}, u }) {
  const who = u?.name || u?.id || 'The hub';
  switch (t) {
    case 'enter':
      return `${who} has come in.`;
    case 'gift':
      return giftWords(who, d);
    case 'superchat': {
      const paid = price(d);
      return `${who}${paid && ` (${paid})`}: ${d.text}`;
    }
    default:
      return `${who}: ${d.text}`;
  }
}

function giftWords(who, { gift, count = 1, combo = 0, ...paid }) {
  const worth = price(paid);
  return `${who} gives ${gift}${count > 1 ? ` × ${count.toLocaleString()}` : ''}${worth && ` (${worth})`}${combo > 1 ? `, ${combo.toLocaleString()} in a row` : ''}`;
}

/**
 * A price; empty where there is none.
 *
 * @param {{value?: number, currency?: string}} d of an event: a number of the currency's smallest unit, and a currency
 *   that everybody knows or one of the product's own
 */
export function price({ value, currency }) {
  if (!Number.isFinite(value) || typeof currency !== 'string') {
    return '';
  }
  if (!CURRENCIES.has(currency)) {
    return `${value.toLocaleString()} ${currency}`;
  }
  const format = new Intl.NumberFormat([], { style: 'currency', currency });
  return format.format(value / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** What a room asks of who writes. */
export function policyWords({ slowModeMs = 0, whoMaySend = 'everyone', emoteOnly = false, levelMin = 0, followerMinutes = -1 }) {
  const who = whoMaySend === 'everyone' ? 'everybody may write' : `only ${whoMaySendWords(whoMaySend)} may write`;
  const followers = followerMinutes < 0 ? '' : ', followers only';
  const level = levelMin > 0 ? `, from level ${levelMin} on` : '';
  return `The rules of the room now: ${who}${slowModeMs > 0 ? `, one comment every ${span(slowModeMs)}` : ''}${emoteOnly ? ', emotes only' : ''}${followers}${level}.`;
}

/** What a step against a raid means to who writes. */
export function raidWords(step) {
  const rule = {
    unique: 'nobody says the same again so soon',
    slow: 'comments are slowed down',
    members: 'only members may write',
    held: 'every comment waits for a moderator',
    silent: 'only moderators may write',
  }[step];
  return `This room is guarded against a raid for a while${rule ? `: ${rule}` : ''}.`;
}

/** Whom a room's rule lets write. */
export function whoMaySendWords(whoMaySend) {
  return { members: 'members', vips: 'VIPs', moderators: 'moderators', host: 'the host' }[whoMaySend] ?? 'everybody';
}

/**
 * A sanction in words.
 *
 * @param {boolean} mine whether it is the reader's
 */
export function sanctionWords({ user, kind, until, stream, reason, lifted }, mine) {
  const who = mine ? 'You' : user;
  if (lifted) {
    return kind === 'mute' ? `${who} may write again.` : `${who} may come back.`;
  }
  const is = mine ? 'are' : 'is';
  const what = { ban: `${is} banned`, kick: mine ? 'were put out' : 'was put out' }[kind] ?? `${is} muted`;
  const end = stream ? ' until the stream ends' : '';
  const time = until && kind !== 'kick' ? ` for ${span(until - Date.now())}` : end;
  return `${who} ${what}${time}${reason ? `: ${reason}` : '.'}`;
}

/** A length of time in words. */
export function span(ms) {
  const s = Math.max(1, Math.ceil(ms / 1000));
  if (s < 90) {
    return `${s} s`;
  }
  return s < 5400 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`;
}

/** For how long messages live, in words. */
export function lifetime(seconds) {
  const [unit, name] = [[86_400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']].find(([length]) => seconds % length === 0);
  return many(seconds / unit, name);
}

/**
 * That somebody has chosen for how long new messages live.
 *
 * @param {string} by who; empty = the reader
 */
export function expiryWords(by, seconds) {
  const what = seconds > 0 ? `goes after ${lifetime(seconds)}` : 'stays';
  return `${by === '' ? 'From' : `${by}: from`} now on what you both write ${what}.`;
}

/** A number with its noun. */
export function many(count, one, more = `${one}s`) {
  return `${count.toLocaleString()} ${count === 1 ? one : more}`;
}
