import { unpack_models, type IBackboneModelOptions } from '@jupyter-widgets/base';
import type { LRFinderMarker, LRFinderPoints, LRFinderState } from '../contract/lr_finder';
import { LiveModel } from '../kit/live';
import { FinderCurve, movable } from './state';

export class LRFinderModel extends LiveModel<LRFinderPoints> {
  static serializers = { ...LiveModel.serializers, figure: { deserialize: unpack_models } };

  readonly curve = new FinderCurve();

  /** Is a search under way, and a kernel there that runs it? */
  get running(): boolean {
    return this.busy && !this.lost;
  }

  /** What can be moved: nothing while a search runs. */
  get movable(): LRFinderMarker[] {
    return this.busy ? [] : movable(this.state('markers'), this.state('chosen'), this.curve.tried);
  }

  defaults() {
    const state: LRFinderState = {
      status: 'ready',
      message: '',
      notice: '',
      can_start: false,
      markers: [],
      chosen: null,
      code: '',
      lr_range: [1e-7, 10],
      loss_range: [0, 1],
      margin: { top: 0, right: 0, bottom: 0, left: 0 }
    };
    return { ...super.defaults(), ...state, figure: null, _model_name: 'LRFinderModel', _view_name: 'LRFinderView' };
  }

  initialize(attributes: Backbone.ObjectHash, options: IBackboneModelOptions): void {
    super.initialize(attributes, options);
    const follow = (): void => (this.busy ? this.began() : undefined);
    queueMicrotask(follow); // after the fields are made: the page may have been loaded in the middle of a search
    this.on('change:status', follow);
  }

  /** A value of the contract's state. */
  state<K extends keyof LRFinderState>(name: K): LRFinderState[K] {
    return this.get(name) as LRFinderState[K];
  }

  /** Put the marker called `name` at rate `lr`; Python learns of it. */
  choose(name: string, lr: number): void {
    this.set('chosen', { name, lr });
    this.save_changes();
  }

  protected get busy(): boolean {
    return this.state('status') === 'running';
  }

  protected receive(message: LRFinderPoints, buffers: DataView[]): void {
    this.curve.apply(message, buffers[0]);
    this.trigger('curve');
  }
}
