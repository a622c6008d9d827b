import { button, element } from '../kit/dom';
import type { DicomModel } from './model';

export interface IBarHost {
  preset(name: string): void;
  reset(): void;
  cine(): void;
  train(): void;
  channel(channel: number): void;
  draw(): void;
  shade(): void;
  layers(): void;
  opacity(share: number): void;
  header(): void;
  code(): void;
  help(): void;
}

/** The buttons above the picture. */
export class DicomBar {
  readonly el = element('div', 'fw-Dicom-bar');
  /** Over the picture while the training view is on, so that nothing moves. */
  readonly tools = element('div', 'fw-Dicom-tools');
  readonly training = button('Training view', 'What the model gets of this slice (t)', () => this._host.train());
  readonly help = button('?', 'Keys (?)', () => this._host.help());
  readonly code = button('Code', 'The cell that trains on the labels', () => this._host.code());

  constructor(
    private _model: DicomModel,
    private _host: IBarHost
  ) {
    this._presets.title = 'Window (1 to 9)';
    this._presets.setAttribute('aria-label', 'Window');
    this._presets.addEventListener('change', () => _host.preset(this._presets.value));
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
      element('span', 'fw-Dicom-gap'),
      header,
      this.code,
      this.help
    );
  }

  update(state: { cine: boolean; layers: boolean; shaded: boolean; channels: number; channel: number }): void {
    const { gallery, look } = this._model;
    const { presets = [], layers = [] } = gallery ?? {};
    if (this._presets.options.length !== presets.length + 2) {
      this._presets.replaceChildren(
        new Option('of the file', ''),
        ...presets.map(({ name, width, level }) => new Option(`${name} (${width}, ${level})`, name)),
        new Option('yours', '*', false, false)
      );
      this._presets.options[presets.length + 1].hidden = true;
    }
    const named = presets.find(({ width, level }) => width === look.width && level === look.level);
    this._presets.value = look.width === null ? '' : (named?.name ?? '*');
    this._cine.setAttribute('aria-pressed', String(state.cine));
    this._over.hidden = this._opacity.hidden = layers.length === 0;
    this._over.setAttribute('aria-pressed', String(state.layers));
    this.training.hidden = !gallery?.can_train;
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

  private _presets = element('select', 'fw-Select');
  private _channels = element('select', 'fw-Select');
  private _opacity = element('input', 'fw-Dicom-opacity');
  private _cine = button('Cine', 'Play the slices (c)', () => this._host.cine());
  private _over = button('Overlays', 'What lies over the picture (o)', () => this._host.layers());
  private _shade = button('Clipped', 'Stripe what lies at the ends of the window (x)', () => this._host.shade());
  private _draw = button('Draw again', 'Random steps of the loader, drawn anew (e)', () => this._host.draw());
}
