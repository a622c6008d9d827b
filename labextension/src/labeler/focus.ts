import type { LabelerDone, LabelerItem } from '../contract/labeler';
import { Finder } from '../grid/finder';
import { keyList } from '../grid/keylist';
import { STEP } from '../grid/zoom';
import { button, element, setText } from '../kit/dom';
import { bindKeys } from '../kit/keys';
import { ClassList } from './classes';
import { Deciding } from './deciding';
import { Editing } from './editing';
import { ARROWS, focusKeys, type IFocusKey } from './focus_keys';
import type { LabelerModel } from './model';
import { Picture } from './picture';
import { draws, itemWords, said, suggestionWords } from './state';

export interface IFocusHost {
  /** Another picture is looked at: a reload finds it again. */
  went(id: number): void;
  /** To the grid. */
  grid(): void;
}

const PAN = 80;
let made = 0;

/** One picture at a time: a key gives a class and goes on; shapes are drawn on it. */
export class FocusPane {
  readonly el = element('div', 'fw-Labeler-focus');

  constructor(
    private _model: LabelerModel,
    private _host: IFocusHost
  ) {
    this._picture = new Picture(
      _model,
      () => this._editing?.drawing.draw(),
      () => this._onLoaded()
    );
    this._deciding = new Deciding(_model, this._picture, {
      show: id => this.show(id),
      update: () => this.update()
    });
    this._classes = new ClassList(_model, { choose: name => this._choose(name), leave: () => this.focus() });
    this._finder = new Finder(`fw-labeler-${++made}`, () => this.focus());
    this._keys = focusKeys({
      digit: n => this._digit(n),
      find: () => this._find(),
      note: () => this._askNote(),
      arrow: (event, x, y) => this._arrow(event, x, y),
      editClasses: () => this._classes.toggle(),
      grid: () => this._host.grid(),
      help: () => this._toggleHelp(),
      deciding: this._deciding,
      stage: this._picture.stage
    });
    this._build();
    this._listen();
    this._unbind = bindKeys(this.el, this._keys);
  }

  /** The picture in sight. */
  get id(): number | null {
    return this._picture.id;
  }

  focus(): void {
    this._picture.focus();
  }

  /** Show a picture; null: the queue is empty. */
  show(id: number | null): void {
    if (id === null || id !== this.id || !this._picture.loaded) {
      this._editing?.leave(id);
      this._picture.show(id);
      if (id !== null) {
        this._host.went(id);
      }
    }
    this.update();
  }

  /** The next one to do, from the beginning again where the queue begins or has changed. */
  start(wanted: number | null): void {
    this.show(this._deciding.first(wanted));
  }

  /** All words, as the model has them. */
  update(): void {
    const { labeler, order, lost, grid } = this._model;
    const { id, place } = this._picture;
    const item = id === null ? undefined : this._model.item(id);
    if (id !== null) {
      this._model.wantItems([id, ...this._picture.soon()]);
    }
    const locked = labeler.why_not !== '' || lost || id === null;
    this._editShapes();
    if (this._picture.loaded) {
      this._editing?.refresh(locked || this._picture.broken);
    }
    this._classes.update(this._pressed(item), locked);
    const name = item?.name ?? '';
    const where = `${(place + 1).toLocaleString('en')} of ${order.ids.length.toLocaleString('en')}`;
    const at = id === null ? '' : place < 0 ? 'not in this view' : where;
    setText(this._title, [name, at].filter(Boolean).join(' · '));
    setText(this._label, id === null ? '' : itemWords(item, labeler.task));
    const guess = item && !said(item) ? suggestionWords(item) : '';
    setText(this._guess, guess ? `Suggested: ${guess}. ${this._editing ? 'p' : 'Enter'} takes it.` : '');
    this._guess.hidden = !guess;
    setText(this._note, item?.note ? `Note: ${item.note}` : '');
    this._editing?.tell();
    const none = grid.total === 0 ? 'There are no images to label.' : 'No image passes the filters.';
    setText(this._empty, id === null ? none : '');
    this._empty.hidden = id !== null;
    this._buttons.forEach(el => (el.disabled = locked));
    this._moves.forEach(el => (el.disabled = id === null));
    const label = `${name || 'Picture'}. ${this._label.textContent}. Press ? for the keys.`;
    this._picture.el.setAttribute('aria-label', label);
  }

  /** The kernel has answered: what was taken back is in sight again, and so is what could not be saved. */
  answered(done: LabelerDone, wasTurn: boolean): void {
    const [id] = done.ids;
    if ((wasTurn && !this._deciding.moved) || !done.ok) {
      this._editing?.drop();
      if (id !== undefined && this._model.order.placeOf(id) >= 0) {
        this.show(id);
      }
    }
    this.update();
  }

  /** Save what was drawn and not saved yet. */
  flush(): void {
    this._editing?.save();
  }

  dispose(): void {
    this._editing?.dispose();
    this._unbind();
    this._picture.dispose();
  }

  private _build(): void {
    this._empty.hidden = true;
    this._help.hidden = true;
    this._label.setAttribute('aria-live', 'polite');
    const { stage } = this._picture;
    const deciding = this._deciding;
    this._moves = [
      button('‹', 'The one before (←)', () => deciding.step(-1)),
      button('›', 'The next one (→)', () => deciding.step(1))
    ];
    const clear = (): void => {
      deciding.clear();
      this.focus();
    };
    const unsure = (): void => {
      deciding.unsure();
      this.focus();
    };
    this._buttons = [
      button('Confirm', 'Take the suggestion; or say that it is done, and go on (Enter)', () => deciding.confirm()),
      button('Skip', 'Put it aside and go on (Space)', () => deciding.skip()),
      button('Unsure', 'Look at it again later (u)', unsure),
      button('Note', 'Write a line about it (n)', () => this._askNote()),
      button('Clear', 'Take label, skip and unsure off (Delete)', clear)
    ];
    const zoom = [
      button('−', 'Smaller (−)', () => stage.zoom(1 / STEP)),
      button('+', 'Larger (+)', () => stage.zoom(STEP)),
      button('Fit', 'The whole picture (0)', () => stage.fit()),
      button('?', 'Keys (?)', () => this._toggleHelp())
    ];
    const gap = element('span', 'fw-Labeler-gap');
    const bar = element('div', 'fw-Labeler-tools', ...this._moves, ...this._buttons, gap, ...zoom);
    this._picture.el.append(this._empty);
    this._middle.append(this._picture.el, this._finder.el, this._help);
    this._words.append(this._title, this._label, this._guess, this._note);
    const side = element('aside', 'fw-Labeler-side', this._words, this._classes.el);
    this.el.append(bar, element('div', 'fw-Labeler-body', this._middle, side));
  }

  private _listen(): void {
    this.el.addEventListener('keydown', event => this._onKey(event));
    this.el.addEventListener('focusout', event => {
      if (!this.el.contains(event.relatedTarget as Node | null)) {
        this.flush();
      }
    });
  }

  private _onLoaded(): void {
    this.el.dataset.shown = String(this.id);
    this.update();
  }

  /** The editor of shapes is made when the task is known. */
  private _editShapes(): void {
    const { task } = this._model.labeler;
    if (draws(task) && !this._editing) {
      const editing = new Editing(this._model, this._picture.stage, task, () => this._listClasses());
      editing.leave(this.id);
      this._editing = this._deciding.editing = editing;
      this._middle.append(editing.spoken);
      this._words.append(editing.list);
      this.el.classList.add('fw-mod-draws');
    }
  }

  private _choose(name: string): void {
    if (this._deciding.ready) {
      this._deciding.choose(name);
      this.focus();
    }
  }

  private _askNote(): void {
    if (this._deciding.ready) {
      this._finder.ask('A note about it (Enter keeps it)', null, text => this._deciding.note(text));
    }
  }

  private _find(): void {
    const { classes, task } = this._model.labeler;
    if (this._deciding.ready && classes.length) {
      const names = classes.map(({ name }) => name);
      this._finder.ask(draws(task) ? 'Class of the shape' : 'Class', names, name => this._choose(name));
    }
  }

  private _listClasses(): void {
    const item = this.id === null ? undefined : this._model.item(this.id);
    this._classes.update(this._pressed(item), !this._deciding.ready);
  }

  /** The classes that are pressed: those of the picture, or the one that is drawn with. */
  private _pressed(item: LabelerItem | undefined): Set<string> {
    const active = this._editing?.active;
    return new Set(this._editing ? (active === undefined ? [] : [active]) : (item?.labels ?? []));
  }

  // Keys

  private _digit(n: number): void {
    const name = this._model.labeler.classes[n - 1]?.name;
    if (name !== undefined) {
      this._choose(name);
    }
  }

  private _arrow(event: KeyboardEvent, x: number, y: number): void {
    if (this._editing?.drawing.selected) {
      this._editing.drawing.nudge(x, y, event.shiftKey, false);
    } else if (event.shiftKey || x === 0) {
      this._picture.stage.pan(-x * PAN, -y * PAN);
    } else {
      this._deciding.step(x);
    }
  }

  /** Keys with Ctrl; Tab between shapes; and Escape, which lets go of one thing after the other. */
  private _onKey(event: KeyboardEvent): void {
    if ((event.target as Element).closest('input, textarea, select')) {
      return;
    }
    const ctrl = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const shapes = this._editing;
    if (ctrl && (key === 'z' || key === 'y')) {
      this._deciding.turn(key === 'y' || event.shiftKey ? 'redo' : 'undo');
    } else if (ctrl && event.key in ARROWS && shapes?.drawing.selected) {
      shapes.drawing.nudge(...ARROWS[event.key], event.shiftKey, true);
    } else if (event.key === 'Escape' && this._escape()) {
      this.focus();
    } else if (!(event.key === 'Tab' && event.target === this._picture.el && shapes?.tab(event.shiftKey))) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    event.stopImmediatePropagation();
  }

  private _escape(): boolean {
    if (!this._help.hidden || !this._finder.el.hidden) {
      this._help.hidden = true;
      this._finder.el.hidden = true;
      return true;
    }
    return this._editing?.drawing.escape() ?? false;
  }

  private _toggleHelp(): void {
    const classes = this._model.labeler.classes.slice(0, 9);
    const digits = { keys: [], label: '1…9', text: classes.map(({ name }) => name).join(', '), run: () => undefined };
    const mine = this._keys.filter(key => this._editing || !key.drawing);
    this._help.replaceChildren(...keyList('Keys while the picture has the focus', [digits, ...mine]));
    this._help.hidden = !this._help.hidden;
  }

  private _picture: Picture;
  private _editing: Editing | undefined;
  private _deciding: Deciding;
  private _classes: ClassList;
  private _finder: Finder;
  private _keys: IFocusKey[];
  private _buttons: HTMLButtonElement[] = [];
  private _moves: HTMLButtonElement[] = [];
  private _middle = element('div', 'fw-Labeler-middle');
  private _words = element('div', 'fw-Labeler-words');
  private _empty = element('div', 'fw-Grid-empty');
  private _title = element('div', 'fw-Labeler-title');
  private _label = element('div', 'fw-Labeler-label');
  private _guess = element('div', 'fw-Labeler-guess');
  private _note = element('div', 'fw-Labeler-note');
  private _help = element('div', 'fw-Keys fw-Grid-keys');
  private _unbind: () => void;
}
