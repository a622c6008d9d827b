import { button, element, setText } from '../kit/dom';
import type { BuilderModel } from './model';

/** Above the fields of a step: what the folder is taken for and why, what may be kept together, another batch. */
export class Beside {
  readonly el = element('div', 'fw-Builder-beside');

  constructor(private _model: BuilderModel) {
    this._guess.setAttribute('aria-label', 'What the folder is taken for');
    this._guess.addEventListener('change', () => _model.take(Number(this._guess.value)));
    this._together = button('Keep twins together', 'Copies of a picture stay on one side, in the code too', () =>
      _model.together(true)
    );
    this._apart = button('No longer', 'Let twins be on both sides again', () => _model.together(false));
    this._check = button('Look for twins', 'Check the files for copies on both sides', () => _model.check());
    this._another = button('Another batch', 'Other random changes of the same items (n)', () => _model.another());
    this._source.append(element('label', 'fw-Builder-field', element('span', '', 'Taken for'), this._guess), this._why);
    this._split.append(this._kept, this._together, this._apart, this._check, this._hints);
    this.el.append(this._source, this._split, this._another);
  }

  update(): void {
    const { state, health, lost } = this._model;
    this._source.hidden = state.step !== 'source';
    this._split.hidden = state.step !== 'split';
    this._another.hidden = state.step !== 'batch';
    this._guesses();
    setText(this._kept, state.together ? `${state.together.toLocaleString('en')} groups of files stay together.` : '');
    this._apart.hidden = !state.together;
    this._together.hidden = state.together > 0 || !health.checked;
    this._check.hidden = health.checked || health.checking.what !== '';
    const key = JSON.stringify(health.hints);
    if (key !== this._hinted) {
      this._hinted = key;
      this._hints.replaceChildren(
        ...health.hints.map(({ words, pattern }) =>
          element(
            'p',
            '',
            words,
            button('Keep groups together', pattern, () => this._model.groups(pattern))
          )
        )
      );
    }
    for (const el of this.el.querySelectorAll<HTMLButtonElement | HTMLSelectElement>('button, select')) {
      el.disabled = lost;
    }
  }

  private _guesses(): void {
    const { guesses, why, excluded } = this._model.state;
    const at = why.length ? guesses.indexOf(why[0]) : -1;
    const key = JSON.stringify([guesses, at]);
    if (key !== this._guessed) {
      this._guessed = key;
      const own = at < 0 ? [new Option('Your own choice', '-1')] : [];
      this._guess.replaceChildren(...own, ...guesses.map((words, i) => new Option(words, String(i))));
      this._guess.value = String(at);
    }
    const out = excluded ? [`${excluded.toLocaleString('en')} files are left out.`] : [];
    this._why.replaceChildren(...[...why, ...out].map(words => element('li', '', words)));
  }

  private _source = element('div');
  private _guess = element('select', 'fw-Select');
  private _why = element('ul', 'fw-Builder-why');
  private _split = element('div', 'fw-Builder-keep');
  private _kept = element('p');
  private _hints = element('div');
  private _together: HTMLButtonElement;
  private _apart: HTMLButtonElement;
  private _check: HTMLButtonElement;
  private _another: HTMLButtonElement;
  private _guessed = '';
  private _hinted = '';
}
