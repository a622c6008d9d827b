import { stepWords } from '../cleaner/state';
import { button, element, setText } from '../kit/dom';
import type { BuilderModel } from './model';

const SIGNS = { error: '✖', warning: '⚠', info: 'ℹ' };
const NAMES = { error: 'Error', warning: 'Warning', info: 'Note' };

/** What would go wrong in training: each with its files to be shown or left out. */
export class HealthList {
  readonly el = element('div', 'fw-Builder-health');

  constructor(private _model: BuilderModel) {
    this._told.setAttribute('role', 'status');
    this._check = button('Check the files', 'Look at every file: what was seen before is known', () => _model.check());
    this._stop = button('Cancel', 'End the check; what it saw is kept', () => _model.cancel());
    this._bar.setAttribute('aria-label', 'Check of the files');
    this.el.append(element('div', 'fw-Builder-row', this._check, this._stop, this._bar, this._told), this._list);
  }

  update(): void {
    const { health, lost } = this._model;
    const { checked, checking, trouble, findings } = health;
    const words = stepWords(checking);
    setText(this._told, words || trouble || (checked && !findings.length ? 'Nothing was found.' : ''));
    this._stop.hidden = this._bar.hidden = words === '';
    this._check.hidden = words !== '';
    this._check.disabled = this._stop.disabled = lost;
    if (checking.total) {
      this._bar.max = checking.total;
      this._bar.value = checking.done;
    } else {
      this._bar.removeAttribute('value');
    }
    const key = JSON.stringify([findings, lost]);
    if (key !== this._key) {
      this._key = key;
      this._list.replaceChildren(...findings.map((_, i) => this._finding(i)));
    }
  }

  private _finding(i: number): HTMLElement {
    const { health, lost } = this._model;
    const { severity, words, files } = health.findings[i];
    const sign = element('span', `fw-mod-${severity}`, SIGNS[severity]);
    sign.setAttribute('role', 'img');
    sign.setAttribute('aria-label', NAMES[severity]);
    const row = element('li', '', sign, element('span', '', words));
    if (files) {
      const n = files.toLocaleString('en');
      const show = button('Show', 'See these files below', () => this._model.show(i));
      const out = button(`Exclude ${n}`, 'Leave these files out, in the code too', () => this._model.exclude(i));
      show.disabled = out.disabled = lost;
      show.setAttribute('aria-label', `Show: ${words}`);
      out.setAttribute('aria-label', `Exclude ${n} files: ${words}`);
      row.append(show, out);
    }
    return row;
  }

  private _told = element('span', 'fw-Builder-told');
  private _bar = element('progress');
  private _list = element('ul', 'fw-Builder-findings');
  private _check: HTMLButtonElement;
  private _stop: HTMLButtonElement;
  private _key = '';
}
