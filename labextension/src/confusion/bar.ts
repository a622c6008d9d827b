import type { ConfusionLook } from '../contract/confusion';
import { button, element } from '../kit/dom';
import type { Table } from './state';

export interface IMatrixBarHost {
  /** Show the table otherwise. */
  set(part: Partial<ConfusionLook>): void;
  toggleRight(): void;
  zoom(steps: number): void;
  fit(): void;
  showAll(): void;
  help(): void;
}

const ORDERS: Record<ConfusionLook['order'], string> = {
  given: 'as in the data',
  name: 'by name',
  size: 'largest first',
  errors: 'most mistakes first',
  clusters: 'confused ones together'
};
const BY: Record<ConfusionLook['by'], string> = { count: 'counts', row: '% of the row', column: '% of the column' };

/** The buttons above the table: in which order, what stands in the cells, how large. */
export class MatrixBar {
  readonly el = element('div', 'fw-Matrix-bar');
  readonly help: HTMLButtonElement;

  constructor(host: IMatrixBarHost) {
    this._order.append(...Object.entries(ORDERS).map(([value, text]) => new Option(text, value)));
    this._by.append(...Object.entries(BY).map(([value, text]) => new Option(text, value)));
    this._order.title = 'Order of the classes (s)';
    this._order.setAttribute('aria-label', 'Order of the classes');
    this._by.title = 'What stands in the cells (p)';
    this._by.setAttribute('aria-label', 'What stands in the cells');
    this._output.setAttribute('aria-label', 'Which of the numbers');
    this._diagonal = button('Right ones', 'Show what is right, too (d)', () => host.toggleRight());
    this._all = button('All cells', 'Show what is in all cells again (Esc)', () => host.showAll());
    this.help = button('?', 'Keys (?)', () => host.help());
    this.el.append(
      element('label', 'fw-Matrix-field', 'Order ', this._order),
      element('label', 'fw-Matrix-field', 'Cells ', this._by),
      this._output,
      this._diagonal,
      button('−', 'Smaller cells (−)', () => host.zoom(-1)),
      button('+', 'Larger cells (+)', () => host.zoom(1)),
      button('Fit', 'The whole table (0)', () => host.fit()),
      this._all,
      this.help
    );
    this._order.addEventListener('change', () => host.set({ order: this._order.value as ConfusionLook['order'] }));
    this._by.addEventListener('change', () => host.set({ by: this._by.value as ConfusionLook['by'] }));
    this._output.addEventListener('change', () => host.set({ output: Number(this._output.value) }));
  }

  /** The orders that this table can have. */
  get orders(): ConfusionLook['order'][] {
    const possible = [...this._order.options].filter(option => !option.disabled);
    return possible.map(option => option.value as ConfusionLook['order']);
  }

  update({ said }: Table, lost: boolean): void {
    this._order.value = said.look.order;
    this._by.value = said.look.by;
    const classes = said.form !== 'residuals';
    this._order.parentElement!.hidden = !classes;
    this._by.parentElement!.hidden = !classes;
    const together = [...this._order.options].find(option => option.value === 'clusters')!;
    together.hidden = together.disabled = said.form === 'labels';
    this._diagonal.setAttribute('aria-pressed', String(said.look.diagonal));
    this._output.hidden = said.outputs < 2;
    if (this._output.options.length !== said.outputs) {
      this._output.replaceChildren(
        ...Array.from({ length: said.outputs }, (_, i) => new Option(`number ${i + 1} of ${said.outputs}`, String(i)))
      );
    }
    this._output.value = String(said.look.output);
    this._all.disabled = said.picked === null || lost;
    for (const control of [this._order, this._by, this._output, this._diagonal]) {
      control.disabled = lost;
    }
  }

  private _order = element('select', 'fw-Select');
  private _by = element('select', 'fw-Select');
  private _output = element('select', 'fw-Select');
  private _diagonal: HTMLButtonElement;
  private _all: HTMLButtonElement;
}
