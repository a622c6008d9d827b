import type {
  LabelerChanged,
  LabelerClassChange,
  LabelerCode,
  LabelerDecide,
  LabelerDone,
  LabelerItem,
  LabelerItems,
  LabelerQueue,
  LabelerStates,
  LabelerSummary,
  LabelerTurn
} from '../contract/labeler';
import { GridModel } from '../grid/model';
import { nextId } from '../grid/loader';
import { numbers } from '../kit/buffers';
import { post } from '../kit/model';
import { LABELLED, NOTHING_SAID, NOTHING_YET, SKIPPED, TO_DO } from './state';
import { keep, lasting, listed, repeatable, takeOver, wordsOf, type IUnsaved, type Numbered } from './unsaved';

export type LabelerMessage = LabelerSummary | LabelerStates | LabelerChanged | LabelerItems | LabelerDone | LabelerCode;
type What = LabelerDecide['what'];

/** An answer that has not come by then is asked for again: the kernel does nothing twice. */
const AGAIN_MS = 4000;
/** How long nobody is told that something is not saved yet. */
const PATIENCE_MS = 1500;
const MOST_KEPT = 2000;
/** The labelers of this page, of which those that are not lost send again what has no answer. */
const here = new Set<LabelerModel>();

/**
 * The browser half of `Labeler`. What is decided shows at once; it counts when the kernel says that it is on the disk.
 *
 * Events: `labeler` (the summary), `states`, `items` (what is known of some pictures), `done` (an answer), `pending`
 * (how much is not saved yet), `code`; and those of `GridModel`.
 */
export class LabelerModel extends GridModel {
  labeler: LabelerSummary = NOTHING_YET;
  /** The state of each picture; see state.ts. */
  states: Uint8Array = new Uint8Array(0);

  defaults() {
    return { ...super.defaults(), _model_name: 'LabelerModel', _view_name: 'LabelerView', mode: 'one' };
  }

  close(commClosed?: boolean): Promise<void> {
    window.clearInterval(this._timer);
    here.delete(this);
    return super.close(commClosed);
  }

  /** What is known of a picture, as far as the browser knows it; `wantItems` asks. */
  item(id: number): LabelerItem | undefined {
    return this._items.get(id);
  }

  wantItems(ids: number[]): void {
    const missing = ids.filter(id => !this._fresh.has(id) && !this._asked.has(id));
    if (missing.length) {
      missing.forEach(id => this._asked.add(id));
      post(this, { kind: 'items', rid: nextId(), ids: missing });
    }
  }

  /** Decide something about pictures, which shows at once. */
  decide(what: What, ids: number[], value: LabelerDecide['value'] = null): void {
    for (const id of ids) {
      this._expect(what, id, value);
    }
    this._send<LabelerDecide>({ kind: 'decide', client: this._me, seq: this._next(), ids, what, value });
    this.trigger('states');
    this.trigger('items', ids);
  }

  turn(how: LabelerTurn['how']): void {
    this._send<LabelerTurn>({ kind: 'turn', client: this._me, seq: this._next(), how });
  }

  changeClasses(how: LabelerClassChange['how'], name: string, to = ''): void {
    this._send<LabelerClassChange>({ kind: 'classes', client: this._me, seq: this._next(), how, name, to });
  }

  setQueue(order: LabelerQueue['order'], seed: number): void {
    post<LabelerQueue>(this, { kind: 'queue', order, seed });
  }

  reopen(): void {
    post(this, { kind: 'reopen' });
  }

  askCode(): void {
    post(this, { kind: 'code', rid: nextId() });
  }

  /** The decisions that are not on the disk yet, as far as is known, for longer than a moment. */
  get unsaved(): IUnsaved[] {
    const late = Date.now() - PATIENCE_MS;
    return [...this._unanswered.values()].filter(({ at }) => at < late || this.lost);
  }

  protected receive(message: { kind: string }, buffers: DataView[]): void {
    const known = message as LabelerMessage;
    switch (known.kind) {
      case 'labeler':
        this.labeler = known;
        this._takeOver();
        this.trigger('labeler');
        break;
      case 'states':
        this.states = numbers(buffers[0], 'uint8');
        this._fresh.clear();
        this._asked.clear();
        this.trigger('states');
        this.trigger('items', []);
        break;
      case 'changed':
        this._change(known);
        break;
      case 'items':
        this._take(known.items);
        break;
      case 'done':
        this._done(known);
        break;
      case 'code':
        this.trigger('code', known.text);
        break;
      default:
        super.receive(message, buffers);
    }
  }

  /** Show what will be known of a picture once the kernel has it. */
  private _expect(what: What, id: number, value: LabelerDecide['value']): void {
    const old = this._items.get(id) ?? (this.states[id] === TO_DO ? { ...NOTHING_SAID, id } : undefined);
    if (old) {
      const changes: Partial<LabelerItem> =
        what === 'label'
          ? { labels: Array.isArray(value) ? (value as string[]) : [value as string], state: 'labelled' }
          : what === 'shapes'
            ? { shapes: value as LabelerItem['shapes'], state: 'labelled' }
            : what === 'skip'
              ? { skipped: true, state: old.state === 'to do' ? 'skipped' : old.state }
              : {};
      this._items.set(id, { ...old, ...changes });
    }
    const becomes = { label: LABELLED, shapes: LABELLED, confirm: LABELLED, skip: SKIPPED }[what as 'label' | 'skip'];
    if (becomes !== undefined && (this.states[id] === TO_DO || becomes === LABELLED)) {
      this.states[id] = becomes;
    }
  }

  private _change({ ids, states }: LabelerChanged): void {
    ids.forEach((id, i) => {
      this.states[id] = states[i];
      this._fresh.delete(id); // what is shown stays until the answer comes
      this._asked.delete(id);
    });
    this.trigger('states');
    this.trigger('items', ids);
  }

  private _take(items: LabelerItem[]): void {
    const deciding = this._deciding();
    for (const item of items) {
      if (deciding.has(item.id)) {
        this._asked.delete(item.id); // the answer was under way when more was decided: it is asked for again
        continue;
      }
      this._items.delete(item.id);
      this._items.set(item.id, item);
      this._fresh.add(item.id);
      this._asked.delete(item.id);
    }
    while (this._items.size > MOST_KEPT) {
      const oldest = this._items.keys().next().value!;
      this._items.delete(oldest);
      this._fresh.delete(oldest);
    }
    this.trigger(
      'items',
      items.map(({ id }) => id)
    );
  }

  /** Pictures about which something was decided that the kernel has not answered yet. */
  private _deciding(): Set<number> {
    const messages = [...this._unanswered.values()].map(({ message }) => message);
    return new Set(messages.flatMap(message => (message.kind === 'decide' ? message.ids : [])));
  }

  private _done(done: LabelerDone): void {
    const known = this._unanswered.get(keyOf(done));
    const asked = known?.message;
    if (known) {
      this._unanswered.delete(keyOf(done));
      this._keep();
      this.trigger('pending');
    }
    if (known && done.ok && done.client !== this._me) {
      this._repeated.push(known.words);
      done = { ...done, words: `Saved now, since it was not before: ${listed(this._repeated)}.` };
    }
    if (!done.ok && asked?.kind === 'decide') {
      for (const id of asked.ids) {
        this._fresh.delete(id); // it shows again what is on the disk
        this._asked.delete(id);
      }
      this.hello();
    }
    this.trigger('done', done, asked);
  }

  private _send<T extends Numbered>(message: T): void {
    const item = message.kind === 'decide' ? this._items.get(message.ids[0]) : undefined;
    const name = (id: number): string => this._items.get(id)?.name || `picture ${id + 1}`;
    this._await(message, wordsOf(lasting(message, item), name), lasting(message, item));
  }

  /** Send a message until it is answered; `later` is what another kernel is sent if this one never answers. */
  private _await(message: Numbered, words: string, later = message): void {
    this._unanswered.set(keyOf(message), { message, later, words, at: Date.now(), sent: Date.now() });
    here.add(this);
    this._keep();
    post(this, message);
    if (!this._timer) {
      this._timer = window.setInterval(() => this._again(), 500);
    }
  }

  /** Send once more what has no answer: over a link that was cut, the first one may be lost. */
  private _again(): void {
    for (const one of this._unanswered.values()) {
      if (!this.lost && Date.now() - one.sent > AGAIN_MS) {
        one.sent = Date.now();
        post(this, one.message);
      }
    }
    this.trigger('pending');
    if (this._unanswered.size === 0) {
      window.clearInterval(this._timer);
      this._timer = 0;
    }
  }

  /** Send what labelers before this one have no answer to, and say of the rest that it is not saved. */
  private _takeOver(): void {
    if (this.labeler.why_not) {
      return;
    }
    const alive = [...here].filter(one => !one.lost).map(one => one._me);
    const found = takeOver(this.labeler.list, new Set([...alive, this._me]));
    const again = repeatable(found);
    again.forEach(({ message, words }) => this._await(message, words));
    const not = found.filter(one => !again.includes(one)).map(({ words }) => words);
    if (not.length) {
      this.set('notice', `Not saved when the kernel went away, to be done again: ${listed(not)}.`);
    }
  }

  private _keep(): void {
    const kept = [...this._unanswered.values()].map(({ later, words }) => ({ message: later, words }));
    keep(this.labeler.list, this._me, kept);
  }

  private _next(): number {
    this._last += 1;
    return this._last;
  }

  private _me = String(Math.random()).slice(2);
  private _last = 0;
  private _timer = 0;
  private _items = new Map<number, LabelerItem>();
  private _fresh = new Set<number>();
  private _asked = new Set<number>();
  private _unanswered = new Map<string, IUnsaved & { later: Numbered; at: number; sent: number }>();
  private _repeated: string[] = []; // what was sent for labelers before this one
}

/** Clients number their messages each by themselves. */
function keyOf({ client, seq }: { client: string; seq: number }): string {
  return `${client}:${seq}`;
}
