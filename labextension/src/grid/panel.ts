import type { GridColumn, GridFilter } from '../contract/grid';
import { button, element } from '../kit/dom';
import type { GridModel } from './model';
import { columnOf, filterWords, matches, titleOf, withFilter, withSort } from './state';

/** Classes listed at once; more are found by typing. */
const MOST_CLASSES = 200;
const TYPING_MS = 250;

type Value = GridFilter['value'];

/** Where filters and sorts are chosen: one column at a time, all that are chosen in sight. */
export class ArrangePanel {
  readonly el = element('div', 'fw-Keys fw-Grid-panel');

  constructor(private _model: GridModel) {
    this.el.hidden = true;
    this.el.setAttribute('role', 'group');
    this.el.setAttribute('aria-label', 'Filters and order');
    this._column.addEventListener('change', () => this._choose());
    this._order.addEventListener('change', () => this._sort(this._order.value, false));
    this.el.append(
      element('label', 'fw-Grid-field', 'Filter by ', this._column),
      this._editor,
      element('label', 'fw-Grid-field', 'Order by ', this._order),
      this._chosen
    );
  }

  /** Open at the filters or at the order; the first thing in it has the focus. */
  show(part: 'filter' | 'order'): void {
    this.el.hidden = false;
    this.update();
    (part === 'filter' ? this._column : this._order).focus();
  }

  hide(): void {
    this.el.hidden = true;
  }

  update(): void {
    if (this.el.hidden) {
      return;
    }
    const { grid } = this._model;
    const names = grid.columns.map(column => column.name);
    const known = names.join('\n');
    if (this._known !== known) {
      this._known = known;
      const options = (): HTMLOptionElement[] => grid.columns.map(({ name, title }) => new Option(title, name));
      this._column.replaceChildren(...options(), new Option('selected', 'selected'));
      this._order.replaceChildren(new Option('add a column …', ''), ...options());
      const first = grid.columns.find(column => column.kind === 'category') ?? grid.columns[0];
      this._column.value = grid.classes_of ?? first?.name ?? 'selected';
      this._choose();
    }
    this._order.value = '';
    this._listChosen();
  }

  /** How many of each class the other filters let through has come. */
  updateCounts(): void {
    const column = columnOf(this._model.grid, this._column.value);
    if (!this.el.hidden && column?.kind === 'category') {
      this._listClasses?.();
    }
  }

  private _choose(): void {
    const { grid } = this._model;
    const name = this._column.value;
    const column = columnOf(grid, name);
    this._listClasses = undefined;
    if (column?.kind === 'category') {
      this._model.askFacets(name);
    }
    const made = !column || column.kind === 'flag' ? this._flag(name) : this._editorOf(column);
    const missing = column && column.kind !== 'flag' ? [this._missing(name)] : [];
    this._editor.replaceChildren(...made, ...missing);
  }

  private _editorOf(column: GridColumn): HTMLElement[] {
    return column.kind === 'category'
      ? this._classes(column.name)
      : column.kind === 'number'
        ? this._limits(column)
        : this._word(column.name);
  }

  /** A box for each class, with how many there are; and a field to find one among many. */
  private _classes(name: string): HTMLElement[] {
    const find = field('search', 'find a class');
    const list = element('div', 'fw-Grid-classes');
    list.setAttribute('role', 'group');
    list.setAttribute('aria-label', `Classes of ${titleOf(this._model.grid, name)}`);
    this._listClasses = () => {
      const classes = columnOf(this._model.grid, name)?.classes ?? [];
      const counts = this._model.facets[name];
      const chosen = new Set(this._classesChosen(name));
      const focused = (document.activeElement as HTMLInputElement | null)?.value;
      const had = list.contains(document.activeElement);
      const shown = matches(classes, find.value).slice(0, MOST_CLASSES);
      list.replaceChildren(
        ...shown.map(one => this._classBox(name, one, chosen.has(one), counts?.[one])),
        ...(classes.length > shown.length && !find.value ? [`${classes.length - shown.length} more: type to find`] : [])
      );
      if (had) {
        [...list.querySelectorAll('input')].find(box => box.value === focused)?.focus();
      }
    };
    find.addEventListener('input', () => this._listClasses?.());
    this._listClasses();
    return [find, list];
  }

  private _classBox(column: string, name: string, on: boolean, n: number | undefined): HTMLElement {
    const box = element('input');
    box.type = 'checkbox';
    box.value = name;
    box.checked = on;
    box.addEventListener('change', () => {
      const chosen = this._classesChosen(column).filter(one => one !== name);
      const value = box.checked ? [...chosen, name] : chosen;
      this._set(column, value.length ? { column, op: 'in', value } : null);
    });
    return element(
      'label',
      'fw-Grid-class',
      box,
      element('span', '', name),
      element('i', '', n?.toLocaleString('en') ?? '')
    );
  }

  private _limits(column: GridColumn): HTMLElement[] {
    const now = this._valueOf(column.name, 'between') as [number | null, number | null] | undefined;
    const ends = ['at least', 'at most'].map((words, i) => {
      const input = field('number', column.limits ? String(round(column.limits[i])) : '');
      input.step = 'any';
      input.value = String(now?.[i] ?? '');
      input.setAttribute('aria-label', words);
      return input;
    });
    const apply = (): void => {
      const [low, high] = ends.map(({ value }) => (value === '' ? null : Number(value)));
      const none = low === null && high === null;
      this._set(column.name, none ? null : { column: column.name, op: 'between', value: [low, high] });
    };
    ends.forEach(input => input.addEventListener('change', apply));
    return [element('span', 'fw-Grid-range', 'from ', ends[0], ' to ', ends[1])];
  }

  private _word(column: string): HTMLElement[] {
    const input = field('search', 'part of it');
    input.value = (this._valueOf(column, 'contains') as string | undefined) ?? '';
    let timer = 0;
    input.addEventListener('input', () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        this._set(column, input.value ? { column, op: 'contains', value: input.value } : null);
      }, TYPING_MS);
    });
    return [element('label', 'fw-Grid-field', 'contains ', input)];
  }

  private _flag(column: string): HTMLElement[] {
    const choice = element('select', 'fw-Select');
    choice.append(new Option('all', ''), new Option('yes', 'yes'), new Option('no', 'no'));
    const now = this._valueOf(column, 'is');
    choice.value = now === undefined ? '' : now ? 'yes' : 'no';
    choice.setAttribute('aria-label', titleOf(this._model.grid, column));
    choice.addEventListener('change', () => {
      this._set(column, choice.value ? { column, op: 'is', value: choice.value === 'yes' } : null);
    });
    return [choice];
  }

  private _missing(column: string): HTMLElement {
    const box = element('input');
    box.type = 'checkbox';
    box.checked = this._valueOf(column, 'missing') === true;
    box.addEventListener('change', () => {
      this._set(column, box.checked ? { column, op: 'missing', value: true } : null);
      this._choose();
    });
    return element('label', 'fw-Grid-class', box, element('span', '', 'only those without'));
  }

  private _listChosen(): void {
    const { grid } = this._model;
    const filters = grid.filters.map(one =>
      this._chip(filterWords(grid, one), () => this._remove(grid.filters.filter(other => other !== one)))
    );
    const sorts = grid.sorts.map(({ column, descending }) =>
      element(
        'span',
        'fw-Grid-chip',
        button(`${titleOf(grid, column)} ${descending ? '↓' : '↑'}`, 'Turn round', () =>
          this._sort(column, !descending)
        ),
        button('×', `Do not order by ${titleOf(grid, column)}`, () => this._sort(column, null))
      )
    );
    this._chosen.replaceChildren(...filters, ...sorts);
  }

  private _chip(words: string, remove: () => void): HTMLElement {
    return element('span', 'fw-Grid-chip', words, button('×', `Take away: ${words}`, remove));
  }

  private _remove(filters: GridFilter[]): void {
    this._model.arrange(filters, this._model.grid.sorts);
    this._choose();
  }

  private _sort(column: string, descending: boolean | null): void {
    if (column) {
      this._model.arrange(this._model.grid.filters, withSort(this._model.grid.sorts, column, descending));
      this._order.focus(); // the button that was pressed is made anew
    }
  }

  private _set(column: string, filter: GridFilter | null): void {
    const { grid } = this._model;
    this._model.arrange(withFilter(grid.filters, column, filter), grid.sorts);
  }

  private _classesChosen(column: string): string[] {
    return (this._valueOf(column, 'in') as string[] | undefined) ?? [];
  }

  private _valueOf(column: string, op: GridFilter['op']): Value | undefined {
    return this._model.grid.filters.find(one => one.column === column && one.op === op)?.value;
  }

  private _column = element('select', 'fw-Select');
  private _order = element('select', 'fw-Select');
  private _editor = element('div', 'fw-Grid-editor');
  private _chosen = element('div', 'fw-Grid-chosen');
  private _listClasses?: () => void;
  private _known = '';
}

function field(type: string, placeholder: string): HTMLInputElement {
  const input = element('input', 'fw-Grid-input');
  input.type = type;
  input.placeholder = placeholder;
  input.setAttribute('aria-label', placeholder);
  return input;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
