import type { GridFilter } from '../contract/grid';
import { withFilter } from '../grid/state';
import { button, element, setText } from '../kit/dom';
import { RUN_AGAIN } from '../kit/kernel';
import type { LabelerModel } from './model';
import { progressWords, QUEUE_WORDS, type Queue } from './state';
import { listed, repeatable, type IUnsaved } from './unsaved';

export interface IBarHost {
  mode(mode: 'one' | 'grid'): void;
  turn(how: 'undo' | 'redo'): void;
}

const SHOWN = { all: 'all', 'to do': 'to do', labelled: 'labelled', skipped: 'skipped', unsure: 'unsure' };

/** Above both ways of labelling: how far it is, undo and redo, in which order, and what goes wrong. */
export class LabelerBar {
  readonly el = element('div', 'fw-Labeler-bar');

  constructor(
    private _model: LabelerModel,
    host: IBarHost
  ) {
    this._one = button('One by one', 'One picture at a time', () => host.mode('one'));
    this._grid = button('Grid', 'Many pictures at a time (g)', () => host.mode('grid'));
    this._undo = button('Undo', 'Undo (Ctrl+Z)', () => host.turn('undo'));
    this._redo = button('Redo', 'Redo (Ctrl+Shift+Z)', () => host.turn('redo'));
    this._code = button('Code', 'The cell that trains on these labels', () => this._toggleCode());
    this._again = button('Try again', 'Try once more to get at the journal', () => _model.reopen());
    this._queue.setAttribute('aria-label', 'In which order');
    this._queue.addEventListener('change', () => this._setQueue());
    this._show.setAttribute('aria-label', 'Which are shown');
    this._show.append(...Object.entries(SHOWN).map(([value, words]) => new Option(words, value)));
    this._show.addEventListener('change', () => this._filter());
    this._fill.className = 'fw-Progress-fill';
    this._progress.append(this._fill);
    this._progress.setAttribute('role', 'progressbar');
    this._progress.setAttribute('aria-label', 'Labelled');
    this._text.hidden = true;
    this._text.setAttribute('aria-label', 'The cell that trains on these labels');
    this._trouble.setAttribute('role', 'alert');
    this._words.setAttribute('role', 'status');
    const modes = element('span', 'fw-Grid-group', this._one, this._grid);
    modes.setAttribute('role', 'group');
    modes.setAttribute('aria-label', 'How many pictures at a time');
    const queue = element('label', 'fw-Labeler-choice', 'Order ', this._queue);
    const show = element('label', 'fw-Labeler-choice', 'Show ', this._show);
    const group = element('span', 'fw-Grid-group', this._undo, this._redo, this._code);
    const row = element('div', 'fw-Labeler-row', modes, group, queue, show, this._counts);
    this.el.append(
      row,
      this._progress,
      element('div', 'fw-Labeler-line', this._words, this._trouble, this._again),
      this._text
    );
    _model.on('code', (text: string) => this._setCode(text));
  }

  update(): void {
    const { labeler, lost, unsaved } = this._model;
    const mode = this._model.get('mode') as string;
    this._one.setAttribute('aria-pressed', String(mode === 'one'));
    this._grid.setAttribute('aria-pressed', String(mode === 'grid'));
    this._undo.disabled = labeler.can_undo === 0 || lost;
    this._redo.disabled = labeler.can_redo === 0 || lost;
    setText(this._counts, progressWords(labeler));
    const share = labeler.total ? (100 * labeler.labelled) / labeler.total : 0;
    this._fill.style.width = `${share}%`;
    this._progress.setAttribute('aria-valuenow', String(Math.round(share)));
    this._progress.setAttribute('aria-valuetext', progressWords(labeler));
    this._setOrders(labeler.orders, labeler.queue);
    const state = this._model.grid.filters.find(one => one.column === 'state');
    this._show.value =
      state?.op === 'in' && (state.value as string[]).length === 1 ? (state.value as string[])[0] : 'all';
    const trouble = this._troubleNow(lost, unsaved);
    setText(this._trouble, trouble);
    const said = mode === 'one' ? this._model.said : ''; // the grid has a line of its own
    setText(this._words, lost ? '' : labeler.working || said);
    this._again.hidden = labeler.why_not === '' || lost;
  }

  private _troubleNow(lost: boolean, unsaved: IUnsaved[]): string {
    const n = unsaved.length;
    const waiting = n === 1 ? '1 decision is' : `${n} decisions are`;
    if (lost) {
      const again = repeatable(unsaved).length === n ? `sent again then: ${wordsOf(unsaved)}` : wordsOf(unsaved);
      const gone = n ? ` ${waiting} not saved, ${again}.` : '';
      return `The kernel does not answer any more: ${RUN_AGAIN}. All that was saved is there then.${gone}`;
    }
    const { why_not: why, replaced } = this._model.labeler;
    const other = replaced ? `${replaced} labelled files were replaced by others: those are to do again.` : '';
    return (
      why ||
      (n ? `${waiting} not saved yet, and sent again: ${wordsOf(unsaved)}.` : (this._model.get('notice') as string)) ||
      other
    );
  }

  private _setOrders(orders: Queue[], queue: Queue): void {
    const key = orders.join();
    if (key !== this._orders) {
      this._orders = key;
      this._queue.replaceChildren(...orders.map(one => new Option(QUEUE_WORDS[one], one)));
    }
    this._queue.value = queue;
  }

  private _setQueue(): void {
    const seed = this._queue.value === 'random' ? Math.floor(Math.random() * 1e6) : 0;
    this._model.setQueue(this._queue.value as Queue, seed);
  }

  private _filter(): void {
    const { value } = this._show;
    const filter: GridFilter | null = value === 'all' ? null : { column: 'state', op: 'in', value: [value] };
    const { filters, sorts } = this._model.grid;
    this._model.arrange(withFilter(filters, 'state', filter), sorts);
  }

  private _toggleCode(): void {
    if (this._text.hidden) {
      this._model.askCode();
    } else {
      this._text.hidden = true;
    }
    this._code.setAttribute('aria-expanded', String(this._text.hidden));
  }

  private _setCode(text: string): void {
    setText(this._text, text);
    this._text.hidden = false;
  }

  private _one: HTMLButtonElement;
  private _grid: HTMLButtonElement;
  private _undo: HTMLButtonElement;
  private _redo: HTMLButtonElement;
  private _code: HTMLButtonElement;
  private _again: HTMLButtonElement;
  private _queue = element('select', 'fw-Select');
  private _show = element('select', 'fw-Select');
  private _counts = element('span', 'fw-Labeler-counts');
  private _progress = element('div', 'fw-Progress');
  private _fill = element('div');
  private _words = element('span', 'fw-Grid-said');
  private _trouble = element('span', 'fw-Labeler-trouble');
  private _text = element('pre', 'fw-Labeler-code');
  private _orders = '';
}

function wordsOf(unsaved: IUnsaved[]): string {
  return listed(unsaved.map(({ words }) => words));
}
