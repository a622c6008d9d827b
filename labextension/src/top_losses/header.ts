import { button, element, setText } from '../kit/dom';
import { runBelow } from '../kit/cell';
import { bindKeys } from '../kit/keys';
import type { TopLossesModel } from './model';
import { hasSplit, splitChoices, splitOf, statusWords, withSplit, type Split } from './state';

/** The lines above the tiles: which items, whether the answers still hold, what can be done with the decisions. */
export class Header {
  readonly el = element('div', 'fw-TopLosses-header');

  constructor(private _model: TopLossesModel) {
    this._split.title = 'Which items are shown';
    this._split.setAttribute('aria-label', 'Which items are shown');
    this._split.addEventListener('change', () => {
      const { filters, sorts } = _model.grid;
      _model.arrange(withSplit(filters, this._split.value as Split), sorts);
    });
    this._update = button('Update', 'Run the model on what has changed', () => _model.update());
    this._apply = button('Apply and continue', 'Train on with the corrected labels, in a cell below', () => {
      this._asked = true;
      _model.apply();
    });
    const csv = button('CSV', 'Write the list that is shown to a CSV file', () => _model.export('csv'));
    const json = button('JSON', 'Write the list that is shown to a JSON file', () => _model.export('json'));
    this._code = button('Code', 'A cell that does the same', () => this._toggleCode());
    this._buttons = [this._update, this._apply, csv, json, this._code];
    this._stale.setAttribute('role', 'alert');
    this._words.setAttribute('role', 'status');
    const line = element('div', 'fw-TopLosses-bar', this._split, this._words, this._apply, csv, json, this._code);
    this._trouble.append(this._stale, this._update);
    this._shown.hidden = true;
    this._pre.tabIndex = 0;
    const copy = button('Copy', 'Copy the code', () => void this._copy());
    this._shown.append(this._about, this._pre, copy);
    this.el.append(line, this._trouble, this._shown);
    this._unbind = bindKeys(this.el, [{ keys: ['Escape'], label: '', text: '', run: () => this._hideCode() }]);
  }

  update(): void {
    const { status, grid, lost } = this._model;
    const choices = splitChoices(status);
    const key = JSON.stringify(choices);
    if (key !== this._choices) {
      this._choices = key;
      this._split.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
    }
    this._split.hidden = !hasSplit(grid);
    this._split.disabled = lost || choices.length < 2;
    this._split.value = choices.length < 2 ? (choices[0]?.[0] ?? '') : splitOf(grid.filters);
    setText(this._words, statusWords(status));
    this._words.title = this._words.textContent ?? '';
    setText(this._stale, status.stale ? `⚠ These answers are old: ${status.stale}.` : '');
    this._trouble.hidden = !status.stale;
    for (const el of this._buttons) {
      el.disabled = lost;
    }
    this._update.disabled ||= !status.can_update || status.busy !== '';
    this._apply.disabled ||= !status.can_apply;
  }

  showCode(): void {
    const { text, code } = this._model.code;
    setText(this._about, text);
    setText(this._pre, code);
    this._shown.hidden = false;
    this._code.setAttribute('aria-expanded', 'true');
    this._pre.focus();
  }

  /** The cell that goes on training: it is run below, or shown where nobody can make a cell. */
  goOn(): void {
    if (this._asked && !runBelow(this.el, this._model.code.code)) {
      this.showCode();
    }
    this._asked = false; // other views of the same widget did not ask
  }

  dispose(): void {
    this._unbind();
  }

  private _toggleCode(): void {
    if (this._shown.hidden) {
      this._model.askCode();
    } else {
      this._hideCode();
    }
  }

  private _hideCode(): void {
    if (!this._shown.hidden) {
      this._shown.hidden = true;
      this._code.setAttribute('aria-expanded', 'false');
      this._code.focus();
    }
  }

  /** Copy where the browser allows it; else the code is selected, ready for Ctrl+C. */
  private async _copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this._model.code.code);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(this._pre);
      window.getSelection()?.removeAllRanges();
      window.getSelection()?.addRange(range);
    }
  }

  private _split = element('select', 'fw-Select');
  private _words = element('span', 'fw-TopLosses-words');
  private _trouble = element('div', 'fw-TopLosses-trouble');
  private _stale = element('span', 'fw-TopLosses-stale');
  private _shown = element('div', 'fw-TopLosses-code');
  private _about = element('span');
  private _pre = element('pre');
  private _update: HTMLButtonElement;
  private _apply: HTMLButtonElement;
  private _code: HTMLButtonElement;
  private _buttons: HTMLButtonElement[];
  private _choices = '';
  private _asked = false;
  private _unbind: () => void;
}
