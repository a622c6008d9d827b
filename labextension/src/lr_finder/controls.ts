import type { LRFinderModel } from './model';
import { copyText, suggestionButtons } from './render';
import { codeLine } from './state';

const QUIET = 5000; // ms between two things said to a screen reader while the search runs

interface IActions {
  run: () => void;
  table: (open: boolean) => void;
}

/** What stands above and below the plot: the status, Start or Stop, the suggestions, and the line of code. */
export class Controls {
  readonly head = document.createElement('div');
  readonly foot = document.createElement('div');

  constructor(
    private _model: LRFinderModel,
    actions: IActions
  ) {
    this.head.className = 'fw-lr-head';
    this._status.className = 'fw-lr-status';
    this._spoken.className = 'fw-sr-only';
    this._spoken.setAttribute('role', 'status');
    this._run = button('Start', actions.run);
    this._table = button('Table', () => {
      const open = this._table.getAttribute('aria-expanded') !== 'true';
      this._table.setAttribute('aria-expanded', String(open));
      actions.table(open);
    });
    this._table.title = 'Show the values as a table';
    this._table.setAttribute('aria-expanded', 'false');
    this.head.append(this._status, this._spoken, this._table, this._run);

    this.foot.className = 'fw-lr-foot';
    this._suggestions.className = 'fw-lr-suggestions';
    this._suggestions.setAttribute('role', 'group');
    this._suggestions.setAttribute('aria-label', 'Suggested rates');
    this._code.className = 'fw-lr-code';
    this._copy = button('Copy', () => void this._copyCode());
    this._copy.title = 'Copy the line of code';
    const line = document.createElement('div');
    line.className = 'fw-lr-line';
    line.append(this._code, this._copy);
    this.foot.append(this._suggestions, line);
  }

  update(): void {
    const [status, chosen] = [this._model.state('status'), this._model.state('chosen')];
    const running = status === 'running';
    const text = (this._model.get('notice') as string) || this._model.state('message');
    this._status.textContent = text;
    this._status.title = text;
    this._say(text, running);
    this._run.textContent = running ? 'Stop' : status === 'ready' ? 'Start' : 'Start again';
    this._run.hidden = !running && !this._model.state('can_start');
    this._run.setAttribute('aria-label', running ? 'Stop the search' : 'Start the search');
    const buttons = suggestionButtons(this._model);
    const focused = [...this._suggestions.children].indexOf(document.activeElement as Element);
    this._suggestions.replaceChildren(...buttons);
    buttons[focused]?.focus();
    this._code.textContent = codeLine(this._model.state('code'), chosen);
    this._copy.hidden = !chosen;
  }

  /** Screen readers hear how it ends at once, and how it goes on only now and then. */
  private _say(text: string, running: boolean): void {
    const now = performance.now();
    if (!running || now - this._spokenAt > QUIET) {
      this._spokenAt = now;
      if (this._spoken.textContent !== text) {
        this._spoken.textContent = text;
      }
    }
  }

  private async _copyCode(): Promise<void> {
    const copied = await copyText(this._code.textContent ?? '');
    this._copy.textContent = copied ? 'Copied' : 'Press Ctrl+C';
    this._spoken.textContent = copied ? 'Copied' : 'Copying is not allowed here';
    window.setTimeout(() => (this._copy.textContent = 'Copy'), 1500);
  }

  private _status = document.createElement('div');
  private _spoken = document.createElement('div');
  private _suggestions = document.createElement('div');
  private _code = document.createElement('code');
  private _run: HTMLButtonElement;
  private _table: HTMLButtonElement;
  private _copy: HTMLButtonElement;
  private _spokenAt = -Infinity;
}

function button(text: string, press: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'fw-button';
  made.textContent = text;
  made.addEventListener('click', press);
  return made;
}
