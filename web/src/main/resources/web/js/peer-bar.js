import { byId } from './dom.js';
import { directWords } from './words.js';

/** What one says of the other side of the open conversation: accepted, a contact, blocked. There at once for a stranger, else behind a button. */
export class PeerBar {
  #bar = byId('peer-bar');
  #more = byId('peer-more');
  #accept = byId('peer-accept');
  #contact = byId('peer-contact');
  #block = byId('peer-block');
  #status = byId('direct-status');
  #alert = byId('direct-alert');
  #peer = '';
  #now = {};
  #wanted = false;

  /**
   * @param {object} actions
   * @param {(peer: string, said: object) => Promise<object>} actions.relate
   * @param {(peer: string, blocked: boolean) => Promise<object>} actions.block
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
    byId('peer-report').addEventListener('click', () => actions.report());
  }

  /**
   * Shows how it is with somebody.
   *
   * @param {{request: boolean, contact: boolean, blocked: boolean}} now
   */
  show(peer, now) {
    if (peer !== this.#peer) {
      this.#wanted = false;
      this.#peer = peer;
    }
    this.#now = now;
    this.#show();
  }

  #show() {
    const { request, contact, blocked } = this.#now;
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
