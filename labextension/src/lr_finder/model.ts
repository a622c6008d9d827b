import { unpack_models, type IBackboneModelOptions } from '@jupyter-widgets/base';
import type { LRFinderPoints, LRFinderState } from '../contract/lr_finder';
import { LiveModel } from '../kit/live';
import { saveNotebook } from '../kit/save';
import { FinderCurve } from './state';

export class LRFinderModel extends LiveModel<LRFinderPoints> {
  static serializers = { ...LiveModel.serializers, figure: { deserialize: unpack_models } };

  readonly curve = new FinderCurve();

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
    if (this.state('status') === 'running') {
      this.ping(); // the page was loaded again in the middle of a search
    }
    this.on('change:status', () => {
      if (this.state('status') === 'running') {
        this.ping();
        void saveNotebook(this);
      }
    });
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

  protected receive(message: LRFinderPoints, buffers: DataView[]): void {
    if (message.kind === 'points') {
      this.curve.apply(message, buffers[0]);
      this.trigger('curve');
    }
  }
}
