import type { GridAction } from '../contract/grid';
import { isOff, type IKey } from '../kit/keys';
import { isPossible } from './bar';
import type { GridModel } from './model';
import { classesOf, count, withFilter } from './state';

/** What actions need of the grid around them. */
export interface ICommandHost {
  /** The item with the focus. */
  focused(): number | null;
  /** Can a line of words be asked for now? Not below a full-size view. */
  canAsk(): boolean;
  /** Ask for one of `classes`, or with null for a line of words. */
  ask(question: string, classes: string[] | null, done: (answer: string) => void): void;
  /** An action was done on the item with the focus alone, after which the next one gets it. */
  next(): void;
  /** What was done on that item was refused after all: it gets the focus again. */
  back(id: number): void;
}

/** The owner's actions, by button, key or digit. */
export class Commands {
  constructor(
    private _model: GridModel,
    private _host: ICommandHost
  ) {}

  /** Do an action, after asking for its argument where it has one. */
  act(action: GridAction): void {
    if (!this._isPossible(action)) {
      return;
    }
    if (action.argument === null) {
      this._run(action, null);
    } else if (this._host.canAsk()) {
      const { targets, grid } = this._model;
      const many = targets > 1 ? ` (${count(targets, grid.unit)})` : '';
      const classes = action.argument === 'class' ? classesOf(grid) : null;
      this._host.ask(`${action.label}${many}`, classes, answer => this._run(action, answer));
    }
  }

  /** A key with the focus on the tiles or the full-size view; returns whether it was an action's. */
  onKey(event: KeyboardEvent): boolean {
    const target = event.target as Element;
    if (target.closest('input, textarea, select') || event.altKey || isOff(event)) {
      return false;
    }
    const pressed = `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.key}`;
    if (/^[1-9]$/.test(pressed)) {
      this._digit(Number(pressed));
      return true;
    }
    const action = this._model.grid.actions.find(one => one.key !== '' && one.key === pressed);
    if (action) {
      this.act(action);
    }
    return action !== undefined;
  }

  /** `/`: type to find a class, for the action that takes digits, or to see only that class. */
  find(): void {
    const { grid } = this._model;
    const column = grid.classes_of;
    const action = this._takesDigits;
    if (action) {
      this.act(action);
    } else if (column !== null) {
      this._host.ask('Show only', classesOf(grid), answer => this._only(column, answer));
    }
  }

  /** The keys of the actions, for a list of keys. */
  keys(): IKey[] {
    const { grid } = this._model;
    const digits = classesOf(grid).slice(0, 9);
    const verb = grid.actions.find(one => one.digits)?.label ?? 'Show only';
    const shown = digits.length
      ? [{ keys: [], label: digits.length > 1 ? `1…${digits.length}` : '1', text: `${verb}: ${digits.join(', ')}` }]
      : [];
    const actions = grid.actions
      .filter(one => one.key)
      .map(one => ({ keys: [], label: one.key, text: one.hint || one.label }));
    return [...shown, ...actions].map(key => ({ ...key, run: () => undefined }));
  }

  private get _takesDigits(): GridAction | undefined {
    return this._model.grid.actions.find(one => one.digits && one.enabled);
  }

  private _isPossible(action: GridAction): boolean {
    return isPossible(action, this._model.targets, this._host.focused() !== null, this._model.grid.total);
  }

  private _run(action: GridAction, argument: string | null): void {
    const alone = action.acts_on === 'either' && this._model.targets === 0;
    this._model.act(action.id, this._host.focused(), argument);
    if (action.then === 'next' && alone) {
      const from = this._host.focused();
      this._host.next();
      this._moved = { from, to: this._host.focused() };
    }
  }

  /** An action on that item was refused: back to it, unless the user is elsewhere by now. */
  refused(id: number | null): void {
    const { from, to } = this._moved;
    if (id !== null && id === from && this._host.focused() === to) {
      this._host.back(id);
    }
  }

  /** A digit: the action that takes them with that class, or else only that class is shown, or all again. */
  private _digit(n: number): void {
    const { grid } = this._model;
    const name = classesOf(grid)[n - 1];
    const action = this._takesDigits;
    if (name === undefined || grid.classes_of === null) {
      return;
    }
    if (!action) {
      this._only(grid.classes_of, name);
    } else if (this._isPossible(action)) {
      this._run(action, name);
    }
  }

  private _only(column: string, name: string): void {
    const { filters, sorts } = this._model.grid;
    const now = filters.find(one => one.column === column && one.op === 'in')?.value as string[] | undefined;
    const same = now?.length === 1 && now[0] === name;
    this._model.arrange(withFilter(filters, column, same ? null : { column, op: 'in', value: [name] }), sorts);
  }

  /** The latest step on after an action. */
  private _moved: { from: number | null; to: number | null } = { from: null, to: null };
}
