import { element, setText } from '../kit/dom';
import type { MonitorRun } from './state';
import { duration, fitName, short } from './words';

const SAMPLES = 50;
const AWAITED = 'Each epoch adds a row here when it ends.';
const VALUE_NAMES = ['step', 'loss', 'smoothed', 'learning rate', 'momentum', 'rate of the first layer group'];

function header(names: string[]): HTMLTableSectionElement {
  const row = element('tr', '', ...names.map(name => element('th', '', name)));
  row.querySelectorAll('th').forEach(cell => (cell.scope = 'col'));
  return element('thead', '', row);
}

function line(cells: string[]): HTMLTableRowElement {
  return element('tr', '', ...cells.map(text => element('td', '', text)));
}

/** The epochs that are over, the newest in view unless a reader has scrolled up. Rows are added, never made anew. */
export class EpochTable {
  readonly el = element('div', 'fw-Monitor-epochs');

  constructor(private _run: MonitorRun) {
    this.el.tabIndex = 0; // it scrolls, so the keyboard must get to it
    this.el.setAttribute('role', 'region');
    this.el.setAttribute('aria-label', 'Epochs');
    this._table.append(element('caption', 'fw-hidden', 'Losses and metrics by epoch'), this._head, this._body);
    this._advice.setAttribute('role', 'status');
    this.el.append(this._table, this._empty, this._advice);
  }

  update(): void {
    const { columns } = this._run.progress;
    const atEnd = this.el.scrollHeight - this.el.scrollTop - this.el.clientHeight < 4;
    const names = ['epoch', ...columns, 'time'];
    if (this._names !== names.join()) {
      this._names = names.join();
      this._head.replaceChildren(...header(names).children);
    }
    if (this._body.rows.length > this._run.epochs.length) {
      this._body.replaceChildren();
      this._fit = 1;
    }
    const fresh = this._run.epochs.slice(this._body.rows.length);
    for (const epoch of fresh) {
      const row = line([String(epoch.epoch + 1), ...epoch.values.map(short), duration(epoch.seconds)]);
      this._setApart(row, this._run.fitOf(epoch));
      this._body.append(row);
    }
    setText(this._empty, this._run.epochs.length ? '' : this._run.over ? 'No epoch was finished.' : AWAITED);
    const { advice } = this._run;
    const told = this._advice.textContent === advice;
    setText(this._advice, advice);
    if (atEnd && (fresh.length || !told)) {
      this.el.scrollTop = this.el.scrollHeight;
    }
  }

  /** The first row of another fit says so: its epochs are counted from 1 again. */
  private _setApart(row: HTMLTableRowElement, fit: number): void {
    if (fit > this._fit) {
      row.classList.add('fw-mod-fit');
      row.cells[0].prepend(element('span', 'fw-Monitor-fit', fitName(fit)), ' ');
    }
    this._fit = Math.max(fit, this._fit);
  }

  private _table = element('table', 'fw-Table');
  private _head = element('thead');
  private _body = element('tbody');
  private _empty = element('p', 'fw-Monitor-empty');
  private _advice = element('p', 'fw-Monitor-advice');
  private _fit = 1;
  private _names = '';
}

/** The curves in numbers, for those who do not see them: some fifty steps, and everything that was done by hand. */
export function valueTable(run: MonitorRun): HTMLElement {
  const names = VALUE_NAMES.slice(0, run.hasLayerGroups ? 6 : 5);
  const samples = run
    .sample(SAMPLES)
    .map(([step, ...values]) => line([String(step), ...values.slice(0, names.length - 1).map(short)]));
  const caption = element('caption', '', `${samples.length} of the ${run.steps.length} steps drawn`);
  const table = element('table', 'fw-Table', caption, header(names), element('tbody', '', ...samples));
  const notes = run.notes.map(note => element('li', '', `step ${note.step}: ${note.text}`));
  const marks = notes.length ? [element('ul', '', ...notes)] : [];
  return element('div', 'fw-Monitor-values', ...marks, table);
}
