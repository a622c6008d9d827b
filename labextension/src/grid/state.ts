import type { GridColumn, GridDescription, GridFilter, GridSort } from '../contract/grid';

/** The items that are shown, in their order, and where each of them stands. */
export class Order {
  ids = new Int32Array(0);

  load(ids: Int32Array<ArrayBuffer>, total: number): void {
    this.ids = ids;
    this._places = new Int32Array(total).fill(-1);
    ids.forEach((id, place) => {
      this._places[id] = place;
    });
  }

  /** The place of an item, or -1 where the filters hide it. */
  placeOf(id: number | null): number {
    return id === null ? -1 : (this._places[id] ?? -1);
  }

  private _places = new Int32Array(0);
}

export const NOTHING: GridDescription = {
  kind: 'grid',
  title: 'Images',
  height: 560,
  token: '',
  look: { focus: null, tile: 128, top: 0 },
  total: 0,
  unit: 'image',
  columns: [],
  filters: [],
  sorts: [],
  captions: [],
  badges: [],
  details: [],
  state: null,
  states: {},
  classes_of: null,
  actions: []
};

export function columnOf(grid: GridDescription, name: string | null): GridColumn | undefined {
  return grid.columns.find(column => column.name === name);
}

/** The classes that digits and the finder mean. */
export function classesOf(grid: GridDescription): string[] {
  return columnOf(grid, grid.classes_of)?.classes ?? [];
}

export function titleOf(grid: GridDescription, name: string): string {
  return name === 'selected' ? 'selected' : (columnOf(grid, name)?.title ?? name);
}

/** A filter in words: `label: cat, dog`, `loss: 1 to 2`, `name: "night"`. */
export function filterWords(grid: GridDescription, { column, op, value }: GridFilter): string {
  const title = titleOf(grid, column);
  if (op === 'missing') {
    return `${title}: ${value ? 'missing' : 'not missing'}`;
  }
  if (op === 'is') {
    return `${value ? '' : 'not '}${title}`;
  }
  if (op === 'between') {
    const [low, high] = value as [number | null, number | null];
    const words = low === null ? `at most ${high}` : high === null ? `at least ${low}` : `${low} to ${high}`;
    return `${title}: ${words}`;
  }
  if (op === 'contains') {
    return `${title}: “${value as string}”`;
  }
  const names = value as string[];
  const shown = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return `${title}${op === 'not in' ? ' not' : ''}: ${shown.join(', ') || 'none'}`;
}

/** `label ↑, loss ↓`. */
export function sortWords(grid: GridDescription): string {
  return grid.sorts.map(sort => `${titleOf(grid, sort.column)} ${sort.descending ? '↓' : '↑'}`).join(', ');
}

/** The filters with the one on `column` and `op` put in, changed or, for null, taken out. */
export function withFilter(filters: GridFilter[], column: string, fresh: GridFilter | null): GridFilter[] {
  const others = filters.filter(one => one.column !== column);
  return fresh ? [...others, fresh] : others;
}

/** The sorts with `column` put last, turned round or, for null, taken out. */
export function withSort(sorts: GridSort[], column: string, descending: boolean | null): GridSort[] {
  const at = sorts.findIndex(one => one.column === column);
  if (descending === null) {
    return sorts.filter(one => one.column !== column);
  }
  const fresh = { column, descending };
  return at < 0 ? [...sorts, fresh] : sorts.map((one, i) => (i === at ? fresh : one));
}

/** Names in which the letters of `typed` begin the name, then those that have them in it, then anywhere in this order. */
export function matches(names: string[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) {
    return names;
  }
  const ranked = names
    .map(name => ({ name, rank: rankOf(name.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank < Infinity);
  return ranked.sort((a, b) => a.rank - b.rank).map(({ name }) => name); // sort is stable
}

function rankOf(name: string, wanted: string): number {
  const at = name.indexOf(wanted);
  if (at >= 0) {
    return at === 0 ? (name.length === wanted.length ? 0 : 1) : 2;
  }
  let from = 0;
  for (const letter of wanted) {
    from = name.indexOf(letter, from) + 1;
    if (from === 0) {
      return Infinity;
    }
  }
  return 3;
}

/** `100,000 images`, whatever the browser's language: the words beside it are English too. */
export function count(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
}
