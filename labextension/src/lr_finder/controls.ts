import { button, element, setText } from '../kit/dom';
import type { LRFinderModel } from './model';
import { copyText, suggestionButtons } from './render';
import { codeLine } from './state';

const COPIED_MS = 1500;
const LOST = 'The kernel does not answer (restarted or gone); the search is not watched any more.';

interface IActions {
  run: () => void;
  table: () => void;
  help: () => void;
}

/** What stands above and below the plot: the status, Start or Stop, the suggestions, and the line of code. */
export class Controls {
  readonly head = element('div', 'fw-LRFinder-head');
  readonly foot = element('div', 'fw-LRFinder-foot');

  constructor(
    private _model: LRFinderModel,
    private _actions: IActions
  ) {
    this._suggestions.setAttribute('role', 'group');
    this._suggestions.setAttribute('aria-label', 'Suggested rates');
    const buttons = element('div', 'fw-LRFinder-buttons', this._run, this._table, this._help);
    this.head.append(this._status, buttons);
    this.foot.append(this._suggestions, element('div', 'fw-LRFinder-line', this._code, this._copy));
    this.showOpen(false, false);
  }

  /** The status in words. */
  get text(): string {
    const lost = this._model.lost && this._model.state('status') === 'running';
    return lost ? LOST : this._model.state('notice') || this._model.state('message');
  }

  /** Whether Start or Stop would do something. */
  get canRun(): boolean {
    return !this._run.hidden && !this._run.disabled;
  }

  update(): void {
    setText(this._status, this.text);
    this._status.title = this.text;
    this._showRun();
    this._showSuggestions();
    setText(this._code, codeLine(this._model.state('code'), this._model.state('chosen')));
    this._copy.hidden = !this._code.textContent;
  }

  showOpen(table: boolean, help: boolean): void {
    this._table.setAttribute('aria-pressed', String(table));
    this._help.setAttribute('aria-expanded', String(help));
  }

  copy(): void {
    if (this._code.textContent) {
      void copyText(this._code.textContent).then(copied => {
        setText(this._copy, copied ? 'Copied' : 'Not allowed here');
        window.setTimeout(() => setText(this._copy, 'Copy'), COPIED_MS);
      });
    }
  }

  private _showRun(): void {
    const status = this._model.state('status');
    const { running } = this._model;
    const deaf = running && this._model.clicks === false;
    setText(this._run, running ? 'Stop' : status === 'ready' ? 'Start' : 'Start again');
    this._run.hidden = !running && (!this._model.state('can_start') || this._model.lost);
    this._run.disabled = deaf;
    this._run.title = deaf
      ? 'Clicks reach this kernel only after the cell; interrupt the kernel (■) to stop'
      : running
        ? 'Stop the search and keep the curve so far (s)'
        : 'Try learning rates; the model is put back afterwards (s)';
  }

  private _showSuggestions(): void {
    const old = [...this._suggestions.children];
    const fresh = suggestionButtons(this._model);
    if (old.map(el => el.outerHTML).join() !== fresh.map(el => el.outerHTML).join()) {
      const focused = old.indexOf(document.activeElement!);
      this._suggestions.replaceChildren(...fresh);
      fresh[focused]?.focus();
    }
  }

  private _status = element('div', 'fw-LRFinder-status');
  private _suggestions = element('div', 'fw-LRFinder-suggestions');
  private _code = element('code', 'fw-LRFinder-code');
  private _run = button('Start', '', () => this._actions.run());
  private _table = button('Table', 'Values of the curve as a table (t)', () => this._actions.table());
  private _help = button('?', 'Keys (?)', () => this._actions.help());
  private _copy = button('Copy', 'Copy the line of code (c)', () => this.copy());
}
