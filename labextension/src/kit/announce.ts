import { element, setText } from './dom';

/** Seconds between two sentences that a screen reader is given. */
const EVERY_MS = 5000;

/** A line that only screen readers notice: politely, and at most one sentence in five seconds, the newest. */
export class Announcer {
  readonly el = element('div', 'fw-hidden');

  constructor() {
    this.el.setAttribute('role', 'status');
    this.el.setAttribute('aria-live', 'polite');
  }

  say(text: string): void {
    this._next = text;
    if (!this._timer) {
      this._speak();
      this._timer = window.setTimeout(() => {
        this._timer = 0;
        if (this._next !== this.el.textContent) {
          this.say(this._next);
        }
      }, EVERY_MS);
    }
  }

  dispose(): void {
    window.clearTimeout(this._timer);
  }

  private _speak(): void {
    setText(this.el, this._next);
  }

  private _next = '';
  private _timer = 0;
}
