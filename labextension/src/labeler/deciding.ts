import type { Editing } from './editing';
import type { LabelerModel } from './model';
import type { Picture } from './picture';
import { draws, nextToDo, said, TO_DO } from './state';

export interface IDecidingHost {
  /** Show another picture. */
  show(id: number | null): void;
  /** The same one, of which something else is known. */
  update(): void;
}

/** What can be said about the picture in sight, and which one comes after it. */
export class Deciding {
  /** Where the task is to draw; it is known once the kernel has told. */
  editing: Editing | undefined;

  constructor(
    private _model: LabelerModel,
    private _picture: Picture,
    private _host: IDecidingHost
  ) {}

  /** Has the user gone on since something was last taken back or done again? Its answer then leaves them where they are. */
  get moved(): boolean {
    return this._moved;
  }

  /** Can something be said? Not before the picture is in sight: a second press would fall on the next one. */
  get ready(): boolean {
    return this._picture.loaded && this._picture.id !== null && this._model.labeler.why_not === '' && !this._model.lost;
  }

  /** A class was chosen: it is the label, or it is put on or off, or shapes are drawn with it. */
  choose(name: string): void {
    if (!this.ready) {
      return;
    }
    if (this.editing) {
      this.editing.choose(name);
      this._host.update();
    } else if (this._model.labeler.task === 'multi') {
      this._toggle(name);
    } else {
      this._decide('label', name);
    }
  }

  /** Take the suggestion, or say that all is said, and go on. */
  confirm(): void {
    if (!this.ready || this.editing?.drawing.finish()) {
      return;
    }
    const { task } = this._model.labeler;
    const item = this._model.item(this._id);
    const wasToDo = this._model.states[this._id] === TO_DO || Boolean(this.editing?.unsaved);
    this.editing?.save();
    if (item && said(item)) {
      this._goOn(wasToDo || draws(task) || task === 'multi');
    } else if (draws(task)) {
      this._model.decide('shapes', [this._id], []);
      this._goOn(true);
    } else if (item?.suggestion) {
      this._decide('confirm', null);
    } else if (task === 'multi') {
      this._decide('label', []);
    }
  }

  skip(): void {
    if (this.ready) {
      this.editing?.save();
      this._decide('skip', null);
    }
  }

  unsure(): void {
    this._mark('unsure');
  }

  /** Take off the selected shape, or all that was said. */
  clear(): void {
    if (!this.editing?.drawing.remove()) {
      this._mark('clear');
    }
  }

  note(text: string): void {
    this._model.decide('note', [this._id], text);
  }

  /** The shapes of the picture before, too. */
  copy(): void {
    const before = this._model.order.ids[this._picture.place - 1];
    if (this.ready && this.editing && before !== undefined) {
      this.editing.save();
      this._model.decide('copy', [this._id], before);
    }
  }

  /** The suggested shapes. */
  takeShapes(): void {
    if (this.ready && this.editing && this._model.item(this._id)?.suggestion) {
      this._model.decide('confirm', [this._id]);
    }
  }

  turn(how: 'undo' | 'redo'): void {
    this.editing?.save();
    this._moved = false;
    this._model.turn(how);
  }

  /** To the picture so many places further on. */
  step(by: number): void {
    const { ids } = this._model.order;
    const to = Math.max(0, Math.min(this._picture.place + by, ids.length - 1));
    if (ids.length && ids[to] !== this._picture.id) {
      this._go(ids[to]);
    }
  }

  /** The picture that is wanted, or the next one to do, from the beginning again where all before are done. */
  first(wanted: number | null): number | null {
    const { order, states } = this._model;
    const there = order.placeOf(wanted) >= 0 ? wanted : null;
    return there ?? nextToDo(order.ids, states, -1) ?? order.ids[0] ?? null;
  }

  private get _id(): number {
    return this._picture.id!;
  }

  private _decide(what: 'label' | 'confirm' | 'skip', value: string | string[] | null): void {
    const wasToDo = this._model.states[this._id] === TO_DO;
    this._model.decide(what, [this._id], value);
    this._goOn(wasToDo);
  }

  /** Several classes a picture: the whole list is sent, so that a message that comes twice changes nothing. */
  private _toggle(name: string): void {
    const item = this._model.item(this._id);
    if (!item && this._model.states[this._id] !== TO_DO) {
      return; // what is on it is not known here yet
    }
    const old = item?.labels ?? [];
    const wanted = old.includes(name) ? old.filter(one => one !== name) : [...old, name];
    const order = this._model.labeler.classes.map(one => one.name);
    wanted.sort((a, b) => order.indexOf(a) - order.indexOf(b));
    this._model.decide('label', [this._id], wanted);
    this._host.update();
  }

  private _mark(what: 'unsure' | 'clear'): void {
    if (this.ready) {
      this.editing?.save();
      this._model.decide(what, [this._id]);
    }
  }

  private _goOn(wasToDo: boolean): void {
    const { order, states } = this._model;
    const { place } = this._picture;
    const next = wasToDo ? nextToDo(order.ids, states, place) : null;
    const after = order.ids[Math.min(place + 1, order.ids.length - 1)];
    this._go(next ?? after ?? this._picture.id);
  }

  private _go(id: number | null): void {
    this._moved = true;
    this._host.show(id);
  }

  private _moved = false;
}
