import { byId, make } from './dom.js';
import { directWords, expiryWords, lifetime } from './words.js';

/**
 * What one says of the other side of the open conversation: accepted, a contact, blocked; and for how long messages live there. There at once for
 * a stranger, else behind a button.
 */
export class PeerBar {
  #bar = byId('peer-bar');
  #more = byId('peer-more');
  #accept = byId('peer-accept');
  #contact = byId('peer-contact');
  #block = byId('peer-block');
  #expiry = byId('peer-expiry');
  #expirySays = byId('expiry-says');
  #status = byId('direct-status');
  #alert = byId('direct-alert');
  #peer = '';
  #now = {};
  #wanted = false;
  /** Whether a choice of how long messages live is on its way: till then it is shown, not what was before. */
  #choosing = false;

  /**
   * @param {object} actions
   * @param {(peer: string, said: object) => Promise<object>} actions.relate
   * @param {(peer: string, blocked: boolean) => Promise<object>} actions.block
   * @param {(peer: string, seconds: number) => Promise<object>} actions.expire
   * @param {() => void} actions.report
   */
  constructor(actions) {
    this.#more.addEventListener('click', () => {
      this.#wanted = !this.#wanted;
      this.#show();
    });
    this.#accept.addEventListener('click', async () => {
      if (await this.#do((peer) => actions.relate(peer, { accepted: true }), 'Accepted: this person may go on writing to you.')) {
        byId('direct-text').focus();
      }
    });
    this.#contact.addEventListener('click', () => {
      const contact = !this.#now.contact;
      this.#do((peer) => actions.relate(peer, { contact }), contact ? 'Added to your contacts.' : 'Taken off your contacts.');
    });
    this.#block.addEventListener('click', () => {
      const blocked = !this.#now.blocked;
      this.#do((peer) => actions.block(peer, blocked), blocked ? '' : 'This person may write to you again.');
    });
    this.#expiry.addEventListener('change', () => this.#expire(actions.expire, Number(this.#expiry.value)));
    byId('peer-report').addEventListener('click', () => actions.report());
  }

  /**
   * Shows how it is with somebody.
   *
   * @param {{request: boolean, contact: boolean, blocked: boolean, expiry: number|undefined}} now expiry: for how many seconds new messages live,
   *   0 = for ever, undefined = not known
   */
  show(peer, now) {
    if (peer !== this.#peer) {
      this.#wanted = false;
      this.#choosing = false;
      this.#peer = peer;
    }
    this.#now = now;
    this.#show();
  }

  #show() {
    const { request, contact, blocked, expiry } = this.#now;
    const told = request || blocked;
    this.#bar.hidden = !told && !this.#wanted;
    this.#more.hidden = told;
    this.#more.setAttribute('aria-expanded', String(this.#wanted));
    const says = request ? 'You do not know this person yet. Who is accepted or answered may go on writing.' : '';
    byId('peer-says').textContent = blocked ? 'You have blocked this person: nothing comes from them.' : says;
    this.#accept.hidden = !request || blocked;
    this.#contact.hidden = told;
    this.#contact.textContent = contact ? 'Remove from contacts' : 'Add to contacts';
    this.#block.textContent = blocked ? 'Unblock' : 'Block';
    byId('peer-expiry-row').hidden = told || expiry === undefined;
    this.#expirySays.hidden = !(expiry > 0);
    this.#expirySays.textContent = expiry > 0 ? `New messages go after ${lifetime(expiry)}.` : '';
    if (!this.#choosing) {
      this.#choose(expiry ?? 0);
    }
  }

  /** Shows a time as the chosen one, also one that is not among those that are offered. */
  #choose(seconds) {
    const value = String(seconds);
    this.#expiry.querySelector('.other')?.remove();
    if (![...this.#expiry.options].some((option) => option.value === value)) {
      const other = make('option', 'other', `after ${lifetime(seconds)}`);
      other.value = value;
      this.#expiry.append(other);
    }
    this.#expiry.value = value;
  }

  async #expire(expire, seconds) {
    const peer = this.#peer;
    this.#choosing = true;
    await this.#do(() => expire(peer, seconds), expiryWords('', seconds));
    if (peer === this.#peer) {
      this.#choosing = false;
      this.#show(); // what holds, also where it was refused
    }
  }

  /** @returns {Promise<boolean>} whether it is done, and the conversation still open */
  async #do(action, doneWords) {
    const peer = this.#peer;
    this.#alert.textContent = '';
    this.#status.textContent = '';
    try {
      await action(peer);
    } catch (error) {
      if (peer === this.#peer) {
        this.#alert.textContent = directWords(error);
      }
      return false;
    }
    if (peer === this.#peer) {
      this.#status.textContent = doneWords;
    }
    return peer === this.#peer;
  }
}
