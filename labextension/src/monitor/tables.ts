import { element, setText } from '../kit/dom';
import type { MonitorRun } from './state';
import { duration, short } from './words';

const SAMPLES = 50;
const AWAITED = 'Each epoch adds a row here when it ends.';
const VALUE_NAMES = ['batch', 'loss', 'smoothed', 'learning rate', 'momentum'];

function header(names: string[]): HTMLTableSectionElement {
  const row = element('tr', '', ...names.map(name => element('th', '', name)));
  row.querySelectorAll('th').forEach(cell => (cell.scope = 'col'));
  return element('thead', '', row);
}

function line(cells: string[]): HTMLTableRowElement {
  return element('tr', '', ...cells.map(text => element('td', '', text)));
}

/** The epochs that are over, the newest in view. Rows are added, never made anew: a reader's place stays. */
export class EpochTable {
  readonly el = element('div', 'fw-Monitor-epochs');

  constructor(private _run: MonitorRun) {
    this.el.tabIndex = 0; // it scrolls, so the keyboard must get to it
    this.el.setAttribute('role', 'region');
    this.el.setAttribute('aria-label', 'Epochs');
    this._table.append(element('caption', 'fw-hidden', 'Losses and metrics by epoch'), this._head, this._body);
    this.el.append(this._table, this._empty);
  }

  update(): void {
    const { columns } = this._run.progress;
    const names = ['epoch', ...columns, 'time'];
    if (this._names !== names.join()) {
      this._names = names.join();
      this._head.replaceChildren(...header(names).children);
    }
    if (this._body.rows.length > this._run.epochs.length) {
      this._body.replaceChildren();
    }
    const fresh = this._run.epochs.slice(this._body.rows.length);
    for (const epoch of fresh) {
      this._body.append(line([String(epoch.epoch), ...epoch.values.map(short), duration(epoch.seconds)]));
    }
    if (fresh.length) {
      this.el.scrollTop = this.el.scrollHeight;
    }
    setText(this._empty, this._run.epochs.length ? '' : this._run.over ? 'No epoch was finished.' : AWAITED);
  }

  private _table = element('table', 'fw-Table');
  private _head = element('thead');
  private _body = element('tbody');
  private _empty = element('p', 'fw-Monitor-empty');
  private _names = '';
}

/** The curves in numbers, for those who do not see them: some fifty steps, and everything that was done by hand. */
export function valueTable(run: MonitorRun): HTMLElement {
  const samples = run.sample(SAMPLES).map(([step, ...values]) => line([String(step), ...values.map(short)]));
  const caption = element('caption', '', `${samples.length} of ${run.steps.length} batches drawn`);
  const table = element('table', 'fw-Table', caption, header(VALUE_NAMES), element('tbody', '', ...samples));
  const notes = run.notes.map(note => element('li', '', `batch ${note.step}: ${note.text}`));
  const marks = notes.length ? [element('ul', '', ...notes)] : [];
  return element('div', 'fw-Monitor-values', ...marks, table);
}
