import { byId } from './dom.js';
import { directWords, many } from './words.js';

/** Messages in one report. */
const REPORTED_MAX = 20;

/** Reports messages of the open conversation: what is ticked, of which kind it is, and what is wrong with it. */
export class Report {
  #form = byId('report-form');
  #send = byId('report-send');
  #bubbles = byId('bubbles');
  #status = byId('direct-status');
  #alert = byId('direct-alert');
  #peer = '';

  /** @param {(peer: string, mids: string[], reason: string, category: string) => Promise<object>} report */
  constructor(report) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit(report);
    });
    byId('report-cancel').addEventListener('click', () => this.#leave());
    this.#form.addEventListener('keydown', (event) => event.key === 'Escape' && this.#leave());
    this.#bubbles.addEventListener('change', () => this.#count());
  }

  /** Lets messages of a conversation be ticked. */
  begin(peer) {
    this.end();
    this.#alert.textContent = '';
    this.#status.textContent = '';
    const newest = [...this.#bubbles.querySelectorAll('.pick')].at(-1);
    if (!newest) {
      this.#status.textContent = 'There is no message of this person that could be reported.';
      return;
    }
    this.#peer = peer;
    this.#bubbles.classList.add('picking');
    this.#form.hidden = false;
    byId('direct-form').hidden = true;
    this.#count();
    newest.focus();
  }

  /** Ends it, done or not. */
  end() {
    this.#peer = '';
    this.#bubbles.classList.remove('picking');
    this.#bubbles.querySelectorAll('.pick').forEach((pick) => Object.assign(pick, { checked: false, disabled: false }));
    this.#form.reset();
    this.#form.hidden = true;
    byId('direct-form').hidden = false;
  }

  #leave() {
    this.end();
    byId('direct-text').focus();
  }

  get #picked() {
    return [...this.#bubbles.querySelectorAll('.pick:checked')].map((pick) => pick.closest('.bubble').dataset.mid);
  }

  #count() {
    const picked = this.#picked.length;
    this.#send.disabled = picked === 0;
    this.#send.textContent = picked === 0 ? 'Report' : `Report ${many(picked, 'message')}`;
    this.#bubbles.querySelectorAll('.pick:not(:checked)').forEach((pick) => {
      pick.disabled = picked >= REPORTED_MAX;
    });
  }

  async #submit(report) {
    this.#count(); // what was ticked may have gone
    if (this.#send.disabled) {
      return;
    }
    const peer = this.#peer;
    this.#send.disabled = true;
    this.#alert.textContent = '';
    try {
      await report(peer, this.#picked, byId('report-reason').value.trim(), byId('report-category').value);
      if (peer === this.#peer) {
        this.#leave();
        this.#status.textContent = 'Reported. Thank you: those who run this place will look at it.';
      }
    } catch (error) {
      if (peer === this.#peer) {
        this.#alert.textContent = `Not reported. ${directWords(error)}`;
        this.#send.disabled = false;
      }
    }
  }
}
