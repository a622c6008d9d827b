import type {
  BuilderCompletions,
  BuilderField,
  BuilderHealth,
  BuilderResult,
  BuilderState,
  BuilderAnother,
  BuilderBuild,
  BuilderCancel,
  BuilderChange,
  BuilderCheck,
  BuilderComplete,
  BuilderExclude,
  BuilderGo,
  BuilderGroups,
  BuilderOpen,
  BuilderRead,
  BuilderShow,
  BuilderTake,
  BuilderTogether,
  BuilderTurn
} from '../contract/builder';
import { LiveModel } from '../kit/live';
import { post } from '../kit/model';
import { NO_HEALTH, NO_STATE, type Step, type Value } from './state';

type Message = BuilderState | BuilderResult | BuilderHealth | BuilderCompletions;

/** A result with its pictures, tile by tile. */
export interface IResult extends BuilderResult {
  buffers: DataView[];
}

/** The browser half of `DataBlockBuilder`. Events: `state`, `result` (which step), `health`, `completions`. */
export class BuilderModel extends LiveModel<Message> {
  state: BuilderState = NO_STATE;
  health: BuilderHealth = NO_HEALTH;
  results = new Map<BuilderResult['step'], IResult>();
  completions: string[] = [];

  defaults() {
    return { ...super.defaults(), _model_name: 'BuilderModel', _view_name: 'BuilderView', height: 560 };
  }

  /** Work that will bring a newer static twin. */
  protected get busy(): boolean {
    const { scanning } = this.state;
    return scanning.what !== '' || this.health.checking.what !== '' || [...this.results.values()].some(r => r.working);
  }

  open(path: string): void {
    post<BuilderOpen>(this, { kind: 'open', path });
  }

  cancel(): void {
    post<BuilderCancel>(this, { kind: 'cancel' });
  }

  complete(text: string): void {
    post<BuilderComplete>(this, { kind: 'complete', text });
  }

  take(guess: number): void {
    post<BuilderTake>(this, { kind: 'take', guess });
  }

  change({ step, name }: Pick<BuilderField, 'step' | 'name'>, value: Value): void {
    post<BuilderChange>(this, { kind: 'change', step, name, value });
  }

  /** Another step: shown at once, since its fields are here already. */
  go(step: Step): void {
    this._going = step;
    this.state = { ...this.state, step };
    this.trigger('state');
    post<BuilderGo>(this, { kind: 'go', step });
  }

  another(): void {
    post<BuilderAnother>(this, { kind: 'another' });
  }

  turn(how: 'undo' | 'redo'): void {
    post<BuilderTurn>(this, { kind: 'turn', how });
  }

  check(): void {
    post<BuilderCheck>(this, { kind: 'check' });
  }

  show(finding: number): void {
    post<BuilderShow>(this, { kind: 'show', finding });
  }

  exclude(finding: number): void {
    post<BuilderExclude>(this, { kind: 'exclude', finding });
  }

  together(on: boolean): void {
    post<BuilderTogether>(this, { kind: 'together', on });
  }

  groups(pattern: string): void {
    post<BuilderGroups>(this, { kind: 'groups', pattern });
  }

  read(code: string): void {
    post<BuilderRead>(this, { kind: 'read', code });
  }

  build(): void {
    post<BuilderBuild>(this, { kind: 'build' });
  }

  protected receive(message: Message, buffers: DataView[]): void {
    switch (message.kind) {
      case 'state':
        if (message.path !== this.state.path) {
          this.results.clear();
        }
        if (message.step === this._going) {
          this._going = null;
        }
        this.state = { ...message, step: this._going ?? message.step };
        this.trigger('state');
        break;
      case 'result':
        this.results.set(message.step, { ...message, buffers });
        this.trigger('result', message.step);
        break;
      case 'health':
        this.health = message;
        this.trigger('health');
        break;
      case 'completions':
        this.completions = message.folders;
        this.trigger('completions');
        break;
    }
  }

  /** The step that the user went to and Python does not know of yet: what it says meanwhile is about an older one. */
  private _going: Step | null = null;
}
