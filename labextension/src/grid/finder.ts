import { element, setText } from '../kit/dom';
import { matches } from './state';

const MOST = 12;

/** A line to type in: some letters of a class, then Enter; or, without classes, any words. */
export class Finder {
  readonly el = element('div', 'fw-Keys fw-Grid-finder');

  constructor(
    private _id: string,
    private _closed: () => void
  ) {
    this.el.hidden = true;
    this._list.setAttribute('role', 'listbox');
    this._list.id = `${_id}-list`;
    this._input.type = 'text';
    this._input.setAttribute('role', 'combobox');
    this._input.setAttribute('aria-expanded', 'true');
    this._input.setAttribute('aria-controls', this._list.id);
    this._input.addEventListener('input', () => this._update(0));
    this._input.addEventListener('keydown', event => this._onKey(event));
    this.el.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.el.contains(relatedTarget)) {
        this.el.hidden = true;
      }
    });
    this.el.append(this._label, this._input, this._list);
    this._label.htmlFor = this._input.id = `${_id}-input`;
  }

  /** Ask for one of `classes`, or with null for a line of words; `done` gets what was chosen. */
  ask(question: string, classes: string[] | null, done: (answer: string) => void): void {
    this._classes = classes;
    this._done = done;
    setText(this._label, question);
    this._input.value = '';
    this.el.hidden = false;
    this._update(0);
    this._input.focus();
  }

  close(): void {
    if (!this.el.hidden) {
      this.el.hidden = true;
      this._closed();
    }
  }

  private _update(active: number): void {
    this._shown = this._classes ? matches(this._classes, this._input.value).slice(0, MOST) : [];
    this._active = Math.max(0, Math.min(active, this._shown.length - 1));
    this._list.replaceChildren(
      ...this._shown.map((name, i) => {
        const option = element('div', 'fw-Grid-option', name);
        const digit = (this._classes ?? []).indexOf(name) + 1;
        if (digit > 0 && digit < 10) {
          option.prepend(element('kbd', '', String(digit)));
        }
        option.id = `${this._id}-option-${i}`;
        option.setAttribute('role', 'option');
        option.setAttribute('aria-selected', String(i === this._active));
        option.addEventListener('pointerdown', event => {
          event.preventDefault();
          this._take(name);
        });
        return option;
      })
    );
    this._list.hidden = this._classes === null;
    this._input.setAttribute('aria-activedescendant', this._shown.length ? `${this._id}-option-${this._active}` : '');
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      const answer = this._classes ? this._shown[this._active] : this._input.value.trim();
      if (answer) {
        this._take(answer);
      }
    } else if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      this._update(this._active + (event.key === 'ArrowDown' ? 1 : -1));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private _take(answer: string): void {
    this.close();
    this._done(answer);
  }

  private _label = element('label', 'fw-Grid-question');
  private _input = element('input', 'fw-Grid-input');
  private _list = element('div', 'fw-Grid-options');
  private _classes: string[] | null = null;
  private _shown: string[] = [];
  private _active = 0;
  private _done: (answer: string) => void = () => undefined;
}
