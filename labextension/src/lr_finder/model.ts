import { DOMWidgetModel, unpack_models, type IBackboneModelOptions } from '@jupyter-widgets/base';
import type { LRFinderHello, LRFinderPoints, LRFinderState } from '../contract/lr_finder';
import { post } from '../kit/model';
import { PROTOCOL } from '../kit/protocol';
import { FinderCurve } from './state';

export class LRFinderModel extends DOMWidgetModel {
  static serializers = { ...DOMWidgetModel.serializers, figure: { deserialize: unpack_models } };

  readonly curve = new FinderCurve();

  defaults() {
    const state: LRFinderState = {
      status: 'ready',
      message: '',
      can_start: false,
      markers: [],
      chosen: null,
      code: '',
      lr_range: [1e-7, 10],
      loss_range: [0, 1],
      margin: { top: 0, right: 0, bottom: 0, left: 0 }
    };
    return {
      ...super.defaults(),
      ...state,
      figure: null,
      _model_name: 'LRFinderModel',
      _view_name: 'LRFinderView',
      _model_module: 'fastwidgets',
      _view_module: 'fastwidgets',
      _model_module_version: `^${PROTOCOL}`,
      _view_module_version: `^${PROTOCOL}`
    };
  }

  initialize(attributes: Backbone.ObjectHash, options: IBackboneModelOptions): void {
    super.initialize(attributes, options);
    this.on('msg:custom', (content: LRFinderPoints, buffers: DataView[]) => {
      if (content.kind === 'points') {
        this.curve.apply(content, buffers[0]);
        this.trigger('curve');
      }
    });
    post<LRFinderHello>(this, { kind: 'hello' }); // after a reload the browser has no curve, the kernel has
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
}
