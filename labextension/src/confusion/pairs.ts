import type { ConfusionTable } from '../contract/confusion';
import { button, element, setText } from '../kit/dom';
import { percent, short, type Table } from './state';

/** The cells with the most mistakes, as a list beside the table: of a thousand classes those that matter. */
export class WorstPairs {
  readonly el: HTMLElement;

  constructor(private _pick: (row: number, column: number) => void) {
    this.el = element('div', 'fw-Matrix-worst', this._head, this._list);
  }

  update(table: Table): void {
    const { said } = table;
    const key = JSON.stringify([said.pairs, said.rows.length]);
    if (key === this._shown) {
      return;
    }
    this._shown = key;
    setText(this._head, said.form === 'residuals' ? 'Farthest off' : 'Most confused');
    const had = this._list.contains(document.activeElement);
    const rows = said.pairs.map(({ row, column, n, share }) => {
      const el = button('', table.words(row, column), () => this._pick(row, column));
      const amount = element('i', '', `${short(n)} · ${percent(share)}`);
      el.replaceChildren(element('span', '', pairText(said, row, column)), amount);
      return element('li', '', el);
    });
    this._list.replaceChildren(...(rows.length ? rows : [element('li', '', 'Nothing is confused.')]));
    if (had) {
      this._list.querySelector('button')?.focus();
    }
  }

  private _head = element('strong');
  private _list = element('ol', 'fw-Matrix-pairs');
  private _shown = '';
}

function pairText({ form, rows, columns }: ConfusionTable, row: number, column: number): string {
  const [a, b] = [rows[row], columns[column]];
  return form === 'labels' ? `${a}: ${b}` : form === 'residuals' ? `${a} at ${b}` : `${a} → ${b}`;
}
