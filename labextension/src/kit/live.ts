import { DOMWidgetModel, type IBackboneModelOptions } from '@jupyter-widgets/base';
import { watchKernel } from './kernel';
import { post } from './model';
import { PROTOCOL } from './protocol';
import { saveNotebook } from './save';
import { onSettings, settings } from './settings';
import { placeTwin } from './twin';

interface IMessage {
  kind: string;
}
interface IPong {
  kind: 'pong';
  rid: number;
}
interface ITwin {
  kind: 'twin';
  html: string;
  text: string;
}

/** How long an answer may take before the user is told that clicks wait for the end of the cell. */
export const PATIENCE_MS = 1200;
const ASK_MS = 400;
const ASK_TIMES = 12;

/**
 * The browser half of `LiveWidget`: asks for everything when it is made (after a reload the browser knows nothing, the
 * kernel does) and can tell whether clicks get through while a cell runs.
 */
export abstract class LiveModel<T extends IMessage> extends DOMWidgetModel {
  /** Do clicks get through? `null` until it has been tried. */
  clicks: boolean | null = null;
  /** Is the kernel that this widget belongs to gone? `change:lost` tells when. */
  lost = false;

  defaults() {
    return {
      ...super.defaults(),
      notice: '',
      _model_module: 'fastwidgets',
      _view_module: 'fastwidgets',
      _model_module_version: `^${PROTOCOL}`,
      _view_module_version: `^${PROTOCOL}`
    };
  }

  initialize(attributes: Backbone.ObjectHash, options: IBackboneModelOptions): void {
    super.initialize(attributes, options);
    this.on('msg:custom', (message: T | IPong | ITwin, buffers: DataView[]) => {
      if (message.kind === 'pong') {
        this._hear((message as IPong).rid);
      } else if (message.kind === 'twin') {
        void this.state_change.then(() => this._keepTwin(message as ITwin)); // state sent before it is set later
      } else {
        this.receive(message as T, buffers);
      }
    });
    const unwatch = watchKernel(this, () => {
      this.lost = true;
      this.trigger('change:lost');
    });
    const deaf = onSettings(() => this.lost || this.hello());
    this._unwatch = () => [unwatch, deaf].forEach(stop => stop());
    this.hello();
  }

  close(commClosed?: boolean): Promise<void> {
    this._unwatch?.();
    return super.close(commClosed);
  }

  /** Is work going on in the kernel, which will bring a newer static twin? */
  protected abstract get busy(): boolean;

  /** Work has begun: can clicks reach it? And the notebook is saved, so that a page loaded again finds the view. */
  protected began(): void {
    this._began = true;
    this.ping();
    void saveNotebook(this);
  }

  /** Ask for everything, and from now on not more often for what is new than the user has set. */
  protected hello(): void {
    post(this, { kind: 'hello', every: 1 / settings().updatesPerSecond });
  }

  /** A message of the contract, other than those that every widget shares. */
  protected abstract receive(message: T, buffers: DataView[]): void;

  /**
   * Try whether messages get through; `change:clicks` tells when that is known. Asked again until it is: a page's first
   * messages may leave before its kernel subshell exists, and then wait for the end of the cell.
   */
  ping(): void {
    const rid = ++this._rid;
    const ask = (times: number): void => {
      if (this._heard >= rid || this._rid !== rid) {
        return;
      }
      if (times * ASK_MS >= PATIENCE_MS) {
        this._setClicks(false);
      }
      post(this, { kind: 'ping', rid });
      if (times < ASK_TIMES) {
        window.setTimeout(() => ask(times + 1), ASK_MS);
      }
    };
    ask(0);
  }

  /** Renew what the saved notebook shows; save it when the work is over, or was over before this page was loaded. */
  private _keepTwin({ html, text }: ITwin): void {
    const changed = placeTwin(this, html, text);
    if (!this.busy && (this._began || (changed && !this._hasTwin))) {
      this._began = false;
      void saveNotebook(this);
    }
    this._hasTwin = true;
  }

  private _hear(rid: number): void {
    this._heard = Math.max(this._heard, rid);
    this._setClicks(true);
  }

  private _setClicks(clicks: boolean): void {
    if (this.clicks !== clicks) {
      this.clicks = clicks;
      this.trigger('change:clicks');
    }
  }

  private _began = false;
  private _hasTwin = false;
  declare private _unwatch?: () => void; // set by `initialize`, which Backbone calls before the fields are made
  private _rid = 0;
  private _heard = 0;
}
