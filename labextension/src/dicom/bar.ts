import type { DicomWindow } from '../contract/dicom';
import { button, element } from '../kit/dom';
import type { DicomModel } from './model';
import { short } from './window';

export interface IBarHost {
  /** null: the file's own. */
  window(window: { width: number; level: number } | null): void;
  reset(): void;
  cine(): void;
  train(): void;
  predict(): void;
  channel(channel: number): void;
  draw(): void;
  shade(): void;
  layers(): void;
  opacity(share: number): void;
  header(): void;
  code(): void;
  build(): void;
  help(): void;
}

export interface IBarState {
  cine: boolean;
  layers: boolean;
  shaded: boolean;
  channels: number;
  channel: number;
  /** Those of the file in sight. */
  windows: DicomWindow[];
}

const OTHERS = 'of the file '; // how the list calls the windows of a file after its first

/** The buttons above the picture. */
export class DicomBar {
  readonly el = element('div', 'fw-Dicom-bar');
  /** Over the picture while the training view is on, so that nothing moves. */
  readonly tools = element('div', 'fw-Dicom-tools');
  readonly training = button('Training view', 'What the model gets of this slice (t)', () => this._host.train());
  readonly predicting = button('Prediction', 'What the model says of this slice (m)', () => this._host.predict());
  readonly help = button('?', 'Keys (?)', () => this._host.help());
  readonly code = button('Code', 'The cell that trains on the labels', () => this._host.code());

  readonly build = button('To builder', 'A builder of loaders on this folder, in a cell below', () =>
    this._host.build()
  );

  constructor(
    private _model: DicomModel,
    private _host: IBarHost
  ) {
    this._presets.title = 'Window (1 to 9)';
    this._presets.setAttribute('aria-label', 'Window');
    this._presets.addEventListener('change', () => _host.window(this._chosen()));
    this._channels.setAttribute('aria-label', 'Channel');
    this._channels.addEventListener('change', () => _host.channel(Number(this._channels.value)));
    Object.assign(this._opacity, { type: 'range', min: '0', max: '1', step: '0.05', value: '0.4' });
    this._opacity.setAttribute('aria-label', 'Opacity of what lies over the picture');
    this._opacity.title = 'Opacity of what lies over the picture';
    this._opacity.addEventListener('input', () => _host.opacity(Number(this._opacity.value)));
    this.tools.append(this._channels, this._shade, this._draw);
    const header = button('Header', 'The header of this slice (h)', () => _host.header());
    const reset = button('Reset', 'The file’s own window, whole picture (r, double click)', () => _host.reset());
    this.el.append(
      element('label', '', 'Window ', this._presets),
      reset,
      this._cine,
      this._over,
      this._opacity,
      this.training,
      this.predicting,
      element('span', 'fw-Dicom-gap'),
      header,
      this.code,
      this.build,
      this.help
    );
  }

  update(state: IBarState): void {
    const { gallery, look } = this._model;
    const { presets = [], layers = [] } = gallery ?? {};
    const others = (this._others = state.windows.slice(1)); // the first is what "of the file" stands for
    const key = JSON.stringify([presets, others]);
    if (key !== this._presetsKey) {
      this._presetsKey = key;
      this._presets.replaceChildren(
        new Option('of the file', ''),
        ...presets.map(({ name, width, level }) => new Option(`${name} (${width}, ${level})`, name)),
        ...others.map(({ name, width, level }, k) => {
          const words = `${name || `window ${k + 2}`} of the file (${short(width)}, ${short(level)})`;
          return new Option(words, `${OTHERS}${k}`);
        }),
        new Option('yours', '*', false, false)
      );
      this._presets.options[this._presets.length - 1].hidden = true;
    }
    const same = (one: { width: number; level: number }): boolean =>
      one.width === look.width && one.level === look.level;
    const other = others.findIndex(same);
    const chosen = presets.find(same)?.name ?? (other < 0 ? '*' : `${OTHERS}${other}`);
    this._presets.value = look.width === null ? '' : chosen;
    this._cine.setAttribute('aria-pressed', String(state.cine));
    this._over.hidden = layers.length === 0;
    this._opacity.hidden = layers.length === 0 && !gallery?.can_predict; // so that nothing moves when it is asked
    this._over.setAttribute('aria-pressed', String(state.layers));
    this.build.hidden = this.code.hidden = !gallery?.can_build;
    this.training.hidden = !gallery?.can_train;
    this.predicting.hidden = !gallery?.can_predict;
    this.predicting.setAttribute('aria-pressed', String(this._model.look.predicting));
    this.training.setAttribute('aria-pressed', String(look.training));
    this.tools.hidden = !look.training;
    this._channels.hidden = state.channels < 2;
    if (this._channels.options.length !== state.channels) {
      this._channels.replaceChildren(
        ...Array.from({ length: state.channels }, (_, i) => new Option(`channel ${i + 1}`, String(i)))
      );
    }
    this._channels.value = String(state.channel);
    this._shade.setAttribute('aria-pressed', String(state.shaded));
  }

  /** What the list stands at: a named window, one of the file's further ones, or its own. */
  private _chosen(): { width: number; level: number } | null {
    const { value } = this._presets;
    if (value.startsWith(OTHERS)) {
      return this._others[Number(value.slice(OTHERS.length))];
    }
    return this._model.gallery?.presets.find(({ name }) => name === value) ?? null;
  }

  private _others: DicomWindow[] = [];
  private _presetsKey = '';
  private _presets = element('select', 'fw-Select');
  private _channels = element('select', 'fw-Select');
  private _opacity = element('input', 'fw-Dicom-opacity');
  private _cine = button('Cine', 'Play the slices (c)', () => this._host.cine());
  private _over = button('Overlays', 'What lies over the picture (o)', () => this._host.layers());
  private _shade = button('Clipped', 'Stripe what lies at the ends of the window (x)', () => this._host.shade());
  private _draw = button('Draw again', 'Random steps of the loader, drawn anew (e)', () => this._host.draw());
}
