import type { LabelerDone, LabelerItem } from '../contract/labeler';
import { Finder } from '../grid/finder';
import { decodeAhead } from '../grid/full';
import { keyList } from '../grid/keylist';
import { FullStage } from '../grid/stage';
import { STEP } from '../grid/zoom';
import { button, element, setText } from '../kit/dom';
import { bindKeys, type IKey } from '../kit/keys';
import { ClassList } from './classes';
import { Drawing } from './drawing';
import type { LabelerModel } from './model';
import { fromWire, shapeWords } from './shapes';
import { draws, itemWords, nextToDo, said, soon, suggestionWords, TO_DO, type Task } from './state';

export interface IFocusHost {
  /** Another picture is looked at: a reload finds it again. */
  went(id: number): void;
  /** To the grid. */
  grid(): void;
}

const AHEAD = 5; // pictures that are loaded before they are looked at
const REST_MS = 350; // after the last of several key presses that move a shape, it is saved
const PAN = 80;
let made = 0;

/** One picture at a time: a key gives a class and goes on; shapes are drawn on it. */
export class FocusPane {
  readonly el = element('div', 'fw-Labeler-focus');

  constructor(
    private _model: LabelerModel,
    private _host: IFocusHost
  ) {
    this._stage = new FullStage(() => this._drawing?.draw());
    this._classes = new ClassList(_model, { choose: name => this._choose(name), leave: () => this.focus() });
    this._finder = new Finder(`fw-labeler-${++made}`, () => this.focus());
    this._build();
    this._listen();
    this._unbind = bindKeys(this.el, this._keys);
  }

  /** The picture in sight. */
  get id(): number | null {
    return this._id;
  }

  focus(): void {
    this._port.focus({ preventScroll: true });
  }

  /** Show a picture; null: the queue is empty. */
  show(id: number | null): void {
    if (id !== null && id === this._id && this._loaded) {
      this.update();
      return;
    }
    this._save();
    this._id = id;
    this._loaded = false;
    this._ownShapes = false;
    setText(this._reason, '');
    this._stage.show('', { width: 1, height: 1 }, false);
    this._drawing?.load([], true);
    if (id !== null) {
      this._stage.el.classList.add('fw-mod-waiting');
      void this._load(id);
      this._preload();
      this._host.went(id);
    }
    this.update();
  }

  /** The next one to do, from the beginning again where the queue begins or has changed. */
  start(wanted: number | null): void {
    const { ids } = this._model.order;
    const there = this._model.order.placeOf(wanted) >= 0 ? wanted : null;
    this.show(there ?? nextToDo(ids, this._model.states, -1) ?? (ids.length ? ids[0] : null));
  }

  /** All words, as the model has them. */
  update(): void {
    const { labeler, order, lost, grid } = this._model;
    const item = this._id === null ? undefined : this._model.item(this._id);
    if (this._id !== null) {
      this._model.wantItems([this._id, ...soon(order.ids, this._model.states, this._place, AHEAD)]);
    }
    const locked = labeler.why_not !== '' || lost || this._id === null;
    this._task(labeler.task);
    if (this._drawing && this._loaded && !this._ownShapes && !this._drawing.busy) {
      this._drawing.refresh(fromWire(item?.shapes ?? null), locked || this._broken);
    }
    this._classes.update(this._pressed(item), locked);
    const name = item?.name ?? '';
    const where =
      this._id === null ? '' : `${(this._place + 1).toLocaleString('en')} of ${order.ids.length.toLocaleString('en')}`;
    setText(this._title, [name, this._place < 0 ? 'not in this view' : where].filter(Boolean).join(' · '));
    setText(this._label, this._id === null ? '' : itemWords(item, labeler.task));
    const guess = item && !said(item) ? suggestionWords(item) : '';
    setText(this._guess, guess ? `Suggested: ${guess}. ${draws(labeler.task) ? 'p' : 'Enter'} takes it.` : '');
    this._guess.hidden = !guess;
    setText(this._note, item?.note ? `Note: ${item.note}` : '');
    this._listShapes();
    const none = grid.total === 0 ? 'There are no images to label.' : 'No image passes the filters.';
    setText(this._empty, this._id === null ? none : '');
    this._empty.hidden = this._id !== null;
    this._buttons.forEach(el => (el.disabled = locked));
    this._moves.forEach(el => (el.disabled = this._id === null));
    this._port.setAttribute('aria-label', `${name || 'Picture'}. ${this._label.textContent}. Press ? for the keys.`);
  }

  /** The kernel has answered: what was taken back is in sight again, and so is what could not be saved. */
  answered(done: LabelerDone, wasTurn: boolean): void {
    const [id] = done.ids;
    if (wasTurn || !done.ok) {
      this._ownShapes = false;
      if (id !== undefined && this._model.order.placeOf(id) >= 0) {
        this.show(id);
      }
    }
    this.update();
  }

  /** Save what was drawn and not saved yet. */
  flush(): void {
    this._save();
  }

  dispose(): void {
    this._save();
    window.clearTimeout(this._timer);
    this._unbind();
    this._stage.dispose();
  }

  private _build(): void {
    this.el.setAttribute('data-lm-suppress-shortcuts', 'true');
    this._port.tabIndex = 0;
    this._port.setAttribute('role', 'group');
    this._empty.hidden = true;
    this._help.hidden = true;
    this._reason.setAttribute('role', 'alert');
    this._label.setAttribute('aria-live', 'polite');
    this._spoken.setAttribute('aria-live', 'polite');
    this._moves = [
      button('‹', 'The one before (←)', () => this._step(-1)),
      button('›', 'The next one (→)', () => this._step(1))
    ];
    this._buttons = [
      button('Confirm', 'Take the suggestion; or say that it is done, and go on (Enter)', () => this._confirm()),
      button('Skip', 'Put it aside and go on (Space)', () => this._skip()),
      button('Unsure', 'Look at it again later (u)', () => this._mark('unsure')),
      button('Note', 'Write a line about it (n)', () => this._askNote()),
      button('Clear', 'Take label, skip and unsure off (Delete)', () => this._clear())
    ];
    const zoom = [
      button('−', 'Smaller (−)', () => this._stage.zoom(1 / STEP)),
      button('+', 'Larger (+)', () => this._stage.zoom(STEP)),
      button('Fit', 'The whole picture (0)', () => this._stage.fit()),
      button('?', 'Keys (?)', () => this._toggleHelp())
    ];
    const bar = element(
      'div',
      'fw-Labeler-tools',
      ...this._moves,
      ...this._buttons,
      element('span', 'fw-Labeler-gap'),
      ...zoom
    );
    this._port.append(this._stage.el, this._reason, this._empty);
    const middle = element('div', 'fw-Labeler-middle', this._port, this._finder.el, this._help, this._spoken);
    const words = element('div', 'fw-Labeler-words', this._title, this._label, this._guess, this._note, this._shapes);
    const side = element('aside', 'fw-Labeler-side', words, this._classes.el);
    this.el.append(bar, element('div', 'fw-Labeler-body', middle, side));
  }

  private _listen(): void {
    this._port.addEventListener('pointerdown', () => this.focus());
    this.el.addEventListener('keydown', event => this._onCtrl(event));
    this.el.addEventListener('focusout', event => {
      if (!this.el.contains(event.relatedTarget as Node | null)) {
        this._save();
      }
    });
  }

  /** The editor of shapes is made when the task is known. */
  private _task(task: Task): void {
    if (draws(task) && !this._drawing) {
      this._drawing = new Drawing(this._stage, task, {
        label: () => this._classToDraw(),
        changed: rest => this._drawn(rest),
        selected: () => this._listShapes()
      });
      this.el.classList.add('fw-mod-draws');
    }
  }

  private async _load(id: number): Promise<void> {
    const pixels = Math.max(this._port.clientWidth, this._port.clientHeight, 512) * (window.devicePixelRatio || 1);
    const side = 1024 * 2 ** Math.max(0, Math.ceil(Math.log2(pixels / 1024)));
    const { url, reason, width, height } = await this._model.pictures.get(id, side);
    if (this._id !== id) {
      return; // gone on meanwhile
    }
    this._stage.el.classList.remove('fw-mod-waiting');
    this._broken = url === '';
    setText(this._reason, reason || (url ? '' : 'There is no picture.'));
    this._stage.show(url, url ? { width, height } : { width: 1, height: 1 }, Math.max(width, height) <= 64);
    this._loaded = true;
    this.el.dataset.shown = String(id);
    this.update();
  }

  private _preload(): void {
    const pixels = Math.max(this._port.clientWidth, this._port.clientHeight, 512) * (window.devicePixelRatio || 1);
    const side = 1024 * 2 ** Math.max(0, Math.ceil(Math.log2(pixels / 1024)));
    for (const id of soon(this._model.order.ids, this._model.states, this._place, AHEAD)) {
      void this._model.pictures.get(id, side).then(({ url }) => decodeAhead(url));
    }
  }

  private get _place(): number {
    return this._model.order.placeOf(this._id);
  }

  /** Can something be said about the picture? Not before it is in sight: a second press would fall on the next one. */
  private get _ready(): boolean {
    return this._id !== null && this._loaded && this._model.labeler.why_not === '' && !this._model.lost;
  }

  // Deciding

  private _choose(name: string): void {
    const { task } = this._model.labeler;
    if (!this._ready) {
      return;
    }
    if (this._drawing) {
      this._active = name;
      this._drawing.relabel(name);
      this.update();
    } else if (task === 'multi') {
      this._toggle(name);
    } else {
      this._decide('label', name);
    }
    this.focus();
  }

  private _decide(what: 'label' | 'confirm' | 'skip', value: string | string[] | null): void {
    const id = this._id!;
    const wasToDo = this._model.states[id] === TO_DO;
    this._model.decide(what, [id], value);
    this._goOn(wasToDo);
  }

  /** Several classes a picture: the whole list is sent, so that a message that comes twice changes nothing. */
  private _toggle(name: string): void {
    const id = this._id!;
    const old = this._model.item(id)?.labels ?? [];
    const wanted = old.includes(name) ? old.filter(one => one !== name) : [...old, name];
    const order = this._model.labeler.classes.map(one => one.name);
    this._model.decide(
      'label',
      [id],
      wanted.sort((a, b) => order.indexOf(a) - order.indexOf(b))
    );
    this.update();
  }

  /** Enter: take the suggestion, or say that all is said, and go on. */
  private _confirm(): void {
    if (!this._ready) {
      return;
    }
    const { task } = this._model.labeler;
    const item = this._model.item(this._id!);
    const wasToDo = this._model.states[this._id!] === TO_DO || this._ownShapes;
    if (this._drawing?.finish()) {
      return;
    }
    this._save();
    if (item && said(item)) {
      this._goOn(wasToDo || draws(task) || task === 'multi');
    } else if (draws(task)) {
      this._model.decide('shapes', [this._id!], []);
      this._goOn(true);
    } else if (item?.suggestion) {
      this._decide('confirm', null);
    } else if (task === 'multi') {
      this._decide('label', []);
    }
  }

  private _skip(): void {
    if (this._ready) {
      this._save();
      this._decide('skip', null);
    }
  }

  private _mark(what: 'unsure' | 'clear'): void {
    if (this._ready) {
      this._save();
      this._model.decide(what, [this._id!]);
      this.focus();
    }
  }

  private _clear(): void {
    if (this._drawing?.remove()) {
      return;
    }
    this._mark('clear');
  }

  private _askNote(): void {
    if (this._ready) {
      const id = this._id!;
      this._finder.ask('A note about it (Enter keeps it)', null, text => this._model.decide('note', [id], text));
    }
  }

  private _find(): void {
    const classes = this._model.labeler.classes.map(({ name }) => name);
    if (this._ready && classes.length) {
      this._finder.ask(draws(this._model.labeler.task) ? 'Class of the shape' : 'Class', classes, name =>
        this._choose(name)
      );
    }
  }

  private _turn(how: 'undo' | 'redo'): void {
    this._save();
    this._model.turn(how);
  }

  private _goOn(wasToDo: boolean): void {
    const { order, states } = this._model;
    const next = wasToDo ? nextToDo(order.ids, states, this._place) : null;
    const after = order.ids[Math.min(this._place + 1, order.ids.length - 1)];
    this.show(next ?? after ?? this._id);
  }

  private _step(by: number): void {
    const { ids } = this._model.order;
    const to = Math.max(0, Math.min(this._place + by, ids.length - 1));
    if (ids.length && ids[to] !== this._id) {
      this.show(ids[to]);
    }
  }

  // Drawing

  private _classToDraw(): string | null {
    const classes = this._model.labeler.classes.map(({ name }) => name);
    this._active = classes.includes(this._active ?? '') ? this._active : (classes[0] ?? null);
    if (this._active === null) {
      this._model.said = 'Add a class first: there is none to draw.';
      this._model.trigger('said');
    }
    return this._active;
  }

  private _drawn(rest: boolean): void {
    this._ownShapes = true;
    window.clearTimeout(this._timer);
    if (rest) {
      this._timer = window.setTimeout(() => this._save(), REST_MS);
    } else {
      this._save();
    }
    this._listShapes();
  }

  private _save(): void {
    window.clearTimeout(this._timer);
    if (this._ownShapes && this._drawing && this._id !== null) {
      this._ownShapes = false;
      this._model.decide('shapes', [this._id], this._drawing.shapes as never);
    }
  }

  private _copy(): void {
    const { ids } = this._model.order;
    const before = ids[this._place - 1];
    if (this._ready && this._drawing && before !== undefined) {
      this._save();
      this._model.decide('copy', [this._id!], before);
    }
  }

  private _listShapes(): void {
    if (!this._drawing) {
      return;
    }
    const { task } = this._model.labeler;
    const { shapes, at } = this._drawing;
    const rows = shapes.map((shape, i) => {
      const row = element('li', '', shapeWords(shape, task));
      row.setAttribute('aria-current', String(i === at));
      return row;
    });
    this._shapes.replaceChildren(...rows);
    const selected = shapes[at];
    setText(this._spoken, selected ? `${at + 1} of ${shapes.length}: ${shapeWords(selected, task)}` : '');
    this._classes.update(this._pressed(this._id === null ? undefined : this._model.item(this._id)), !this._ready);
  }

  /** The classes that are pressed: those of the picture, or the one that is drawn with. */
  private _pressed(item: LabelerItem | undefined): Set<string> {
    if (this._drawing) {
      const name = this._drawing.selected?.label ?? this._active ?? this._model.labeler.classes[0]?.name;
      return new Set(name === undefined ? [] : [name]);
    }
    return new Set(item?.labels ?? []);
  }

  // Keys

  private _arrow(event: KeyboardEvent, x: number, y: number): void {
    if (this._drawing?.selected) {
      this._drawing.nudge(x, y, event.shiftKey, false);
    } else if (event.shiftKey || x === 0) {
      this._stage.pan(-x * PAN, -y * PAN);
    } else {
      this._step(x);
    }
  }

  /** Keys with Ctrl; Tab between shapes; and Escape, which lets go of one thing after the other. */
  private _onCtrl(event: KeyboardEvent): void {
    const typing = (event.target as Element).closest('input, textarea, select');
    const ctrl = event.ctrlKey || event.metaKey;
    const arrows: Record<string, [number, number]> = {
      ArrowRight: [1, 0],
      ArrowLeft: [-1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1]
    };
    if (typing) {
      return;
    }
    if (ctrl && event.key.toLowerCase() === 'z') {
      this._turn(event.shiftKey ? 'redo' : 'undo');
    } else if (ctrl && event.key.toLowerCase() === 'y') {
      this._turn('redo');
    } else if (ctrl && event.key in arrows && this._drawing?.selected) {
      this._drawing.nudge(...arrows[event.key], event.shiftKey, true);
    } else if (event.key === 'Tab' && event.target === this._port && this._drawing && this._tab(event.shiftKey)) {
      this._listShapes();
    } else if (event.key === 'Escape' && this._escape()) {
      this.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    event.stopImmediatePropagation();
  }

  /** Go through the shapes; after the last one the focus goes on as everywhere. */
  private _tab(back: boolean): boolean {
    const { at, shapes } = this._drawing!;
    const leaves = back ? at === 0 : at === shapes.length - 1;
    if (shapes.length === 0 || (leaves && at >= 0)) {
      this._drawing!.escape();
      return false;
    }
    this._drawing!.step(back && at < 0 ? shapes.length : back ? -1 : 1);
    return true;
  }

  private _escape(): boolean {
    if (!this._help.hidden || !this._finder.el.hidden) {
      this._help.hidden = true;
      this._finder.el.hidden = true;
      return true;
    }
    return this._drawing?.escape() ?? false;
  }

  private _digit(event: KeyboardEvent): void {
    const name = this._model.labeler.classes[Number(event.key) - 1]?.name;
    if (name !== undefined && !event.repeat) {
      this._choose(name);
    }
  }

  private _toggleHelp(): void {
    const classes = this._model.labeler.classes.slice(0, 9);
    const digits = { keys: [], label: '1…9', text: classes.map(({ name }) => name).join(', '), run: () => undefined };
    const mine = this._keys.filter(key => this._drawing || !DRAWING_ONLY.has(key.text));
    this._help.replaceChildren(...keyList('Keys while the picture has the focus', [digits, ...mine]));
    this._help.hidden = !this._help.hidden;
  }

  private _once(run: () => void): (event: KeyboardEvent) => void {
    return event => {
      if (!event.repeat) {
        run(); // a key that is held down says something about one picture
      }
    };
  }

  private _keys: IKey[] = [
    { keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'], label: '', text: '', run: event => this._digit(event) },
    { keys: ['/'], label: '/', text: 'type to find a class', run: () => this._find() },
    {
      keys: ['Enter'],
      label: 'Enter',
      text: 'take the suggestion, or done: go on',
      run: this._once(() => this._confirm())
    },
    { keys: [' ', 's'], label: 'Space s', text: 'skip', run: this._once(() => this._skip()) },
    { keys: ['u'], label: 'u', text: 'unsure, or no longer', run: this._once(() => this._mark('unsure')) },
    { keys: ['n'], label: 'n', text: 'write a note', run: () => this._askNote() },
    {
      keys: ['Delete', 'Backspace'],
      label: 'Delete',
      text: 'take off the shape, or all',
      run: this._once(() => this._clear())
    },
    {
      keys: ['ArrowRight'],
      label: '← →',
      text: 'to the next, to the one before',
      run: event => this._arrow(event, 1, 0)
    },
    { keys: ['ArrowLeft'], label: '', text: '', run: event => this._arrow(event, -1, 0) },
    { keys: ['j'], label: 'j k', text: 'the same, also while a shape is selected', run: () => this._step(1) },
    { keys: ['k'], label: '', text: '', run: () => this._step(-1) },
    { keys: [], label: 'Ctrl+Z Ctrl+Shift+Z', text: 'undo, redo', run: () => undefined },
    { keys: ['a'], label: 'a', text: ADD, run: () => this._ready && this._drawing?.add() },
    { keys: [], label: 'Tab', text: TAB, run: () => undefined },
    { keys: [], label: '← → ↑ ↓', text: MOVE, run: () => undefined },
    { keys: [], label: 'Shift ← → ↑ ↓', text: RESIZE, run: () => undefined },
    { keys: ['v'], label: 'v', text: CORNER, run: () => this._drawing?.nextCorner() },
    { keys: ['b'], label: 'b', text: MORE, run: () => this._drawing?.moreCorners() },
    { keys: ['c'], label: 'c', text: COPY, run: this._once(() => this._copy()) },
    { keys: ['p'], label: 'p', text: TAKE, run: this._once(() => this._takeShapes()) },
    {
      keys: ['ArrowUp'],
      label: '↑ ↓',
      text: 'move the picture, also Shift ← →',
      run: event => this._arrow(event, 0, -1)
    },
    { keys: ['ArrowDown'], label: '', text: '', run: event => this._arrow(event, 0, 1) },
    { keys: ['+', '='], label: '+ −', text: 'larger, smaller (or the wheel)', run: () => this._stage.zoom(STEP) },
    { keys: ['-'], label: '', text: '', run: () => this._stage.zoom(1 / STEP) },
    { keys: ['0'], label: '0 z', text: 'the whole picture, its own pixels', run: () => this._stage.fit() },
    { keys: ['z'], label: '', text: '', run: () => this._stage.actual() },
    { keys: ['e'], label: 'e', text: 'edit the classes', run: () => this._classes.toggle() },
    { keys: ['g'], label: 'g', text: 'to the grid', run: () => this._host.grid() },
    { keys: ['?'], label: '?', text: 'show or hide this list (Esc closes it)', run: () => this._toggleHelp() }
  ];

  private _takeShapes(): void {
    if (this._ready && this._drawing && this._model.item(this._id!)?.suggestion) {
      this._model.decide('confirm', [this._id!]);
    }
  }

  private _id: number | null = null;
  private _loaded = false;
  private _broken = false;
  private _ownShapes = false;
  private _active: string | null = null;
  private _timer = 0;
  private _stage: FullStage;
  private _drawing: Drawing | undefined;
  private _classes: ClassList;
  private _finder: Finder;
  private _buttons: HTMLButtonElement[] = [];
  private _moves: HTMLButtonElement[] = [];
  private _port = element('div', 'fw-Labeler-port');
  private _reason = element('div', 'fw-Full-reason');
  private _empty = element('div', 'fw-Grid-empty');
  private _title = element('div', 'fw-Labeler-title');
  private _label = element('div', 'fw-Labeler-label');
  private _guess = element('div', 'fw-Labeler-guess');
  private _note = element('div', 'fw-Labeler-note');
  private _shapes = element('ol', 'fw-Labeler-list');
  private _spoken = element('div', 'fw-hidden');
  private _help = element('div', 'fw-Keys fw-Grid-keys');
  private _unbind: () => void;
}

const ADD = 'a new shape in the middle';
const TAB = 'to the next shape';
const MOVE = 'move the shape (Ctrl: ten times as far)';
const RESIZE = 'make it larger or smaller';
const CORNER = 'to its next corner';
const MORE = 'one more corner of a polygon';
const COPY = 'the shapes of the picture before';
const TAKE = 'take the suggested shapes';
const DRAWING_ONLY = new Set([ADD, TAB, MOVE, RESIZE, CORNER, MORE, COPY, TAKE]);
