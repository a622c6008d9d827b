import { DOMWidgetView } from '@jupyter-widgets/base';
import type { DicomWindow } from '../contract/dicom';
import { keyList } from '../grid/keylist';
import { runBelow } from '../kit/cell';
import { element, setText } from '../kit/dom';
import { bindKeys, type IKey } from '../kit/keys';
import { Sheet } from '../kit/sheet';
import { DicomBar } from './bar';
import { layMask } from './colours';
import { HeaderPanel } from './headers';
import { dicomKeys } from './keys';
import { join, tell, type ILinked, type IMoved } from './link';
import { NoPicture, type DicomModel } from './model';
import { Picture } from './picture';
import { aspectOf, matching } from './place';
import { predictedWords } from './predicted';
import { DicomSide } from './side';
import { DicomStage } from './stage';
import { TrainedPicture } from './trained';
import { dragged, type Seen } from './window';
import { noSeries, shownWords, valueWords, type IPixel, type Shown } from './words';

const CINE_MS = 80;
const TRAIN = 'The cell that trains on the labels:';
const BUILD = 'The cell with a builder on this folder:';

/** The viewer: buttons, the series beside the picture, the picture, a slider and two lines of words. */
export class DicomView extends DOMWidgetView {
  declare model: DicomModel;
  declare stage: DicomStage; // made by `render`, which Backbone may call before the fields are made
  declare private _bar: DicomBar;
  declare private _side: DicomSide;
  declare private _header: HeaderPanel;
  declare private _parts: ReturnType<typeof parts>;
  declare private _state: { cine: number; layers: boolean; shaded: boolean; channel: number; opacity: number };
  declare private _sheet: Sheet;
  declare private _keys: IKey[];
  declare private _hovered: IPixel | null;
  declare private _linked: ILinked;
  declare private _offs: (() => void)[];

  render(): void {
    super.render();
    this._state = { cine: 0, layers: true, shaded: true, channel: 0, opacity: 0.4 };
    this._hovered = null;
    this._make();
    this._build();
    this._offs = [bindKeys(this._parts.root, (this._keys = this._makeKeys())), join(this._linked)];
    this.listenTo(this.model, 'gallery labels look training change:lost change:notice', () => this._update());
    this.listenTo(this.model, 'frame', () => this._update());
    this.listenTo(this.model, 'prediction', () => this._showWindow());
    this.listenTo(this.model, 'window', () => this._showWindow());
    this.listenTo(this.model, 'header', () => this._header.update(this.model.header));
    this.listenTo(this.model, 'code', () => this._showCode());
    this._update();
  }

  remove(): this {
    this._stopCine();
    this._offs.forEach(off => off());
    this.stage.dispose();
    super.remove();
    return this;
  }

  private _make(): void {
    const { model } = this;
    this._parts = parts();
    this._linked = {
      get word() {
        return model.get('link') as string;
      },
      hear: moved => this._hear(moved)
    };
    this.stage = new DicomStage({
      scroll: steps => this._go(model.look.slice + steps),
      drag: (dx, dy) => this._drag(dx, dy),
      reset: () => this._reset(),
      hover: pixel => this._hover(pixel),
      placed: place => tell(this._linked, { place }),
      paint: out => this._paint(out)
    });
    this._sheet = new Sheet(() => this._focus());
    this._side = new DicomSide(model, () => this._focus());
    this._header = new HeaderPanel(
      patient => model.askHeader(patient),
      () => this._toggleHeader(false)
    );
    this._bar = new DicomBar(model, {
      window: window => this._choose(window),
      reset: () => this._reset(),
      cine: () => this._toggleCine(),
      train: () => this._toggleTraining(),
      predict: () => this._togglePrediction(),
      channel: channel => this._set({ channel }),
      draw: () => this._drawAgain(),
      shade: () => this._set({ shaded: !this._state.shaded }),
      layers: () => this._set({ layers: !this._state.layers }),
      opacity: opacity => this._set({ opacity }),
      header: () => this._toggleHeader(this._header.el.hidden),
      code: () => this._toggleCode(),
      build: () => this.model.askCode('build'),
      help: () => this._toggleHelp()
    });
  }

  private _makeKeys(): IKey[] {
    const { model, stage } = this;
    return dicomKeys({
      step: slices => this._go(model.look.slice + slices),
      go: slice => this._go(slice),
      series: steps => this._series(steps),
      drag: (dx, dy) => this._drag(dx, dy),
      preset: at => this._choose(model.gallery?.presets[at] ?? null),
      reset: () => this._reset(),
      zoom: factor => stage.zoom(factor),
      pan: (dx, dy) => stage.pan(dx, dy),
      fit: () => stage.fit(),
      cine: () => this._toggleCine(),
      layers: () => this._set({ layers: !this._state.layers }),
      train: () => this._toggleTraining(),
      predict: () => this._togglePrediction(),
      shade: () => this._set({ shaded: !this._state.shaded }),
      draw: () => this._drawAgain(),
      header: () => this._toggleHeader(this._header.el.hidden),
      label: () => this._side.focusLabel(),
      undo: () => model.undo(),
      escape: () => this._escape(),
      help: () => this._toggleHelp()
    });
  }

  private _build(): void {
    const { root, port, words, slider, count, value, seen, trouble, keys } = this._parts;
    this.el.classList.add('fw-DicomView', 'fw-Live');
    port.tabIndex = 0;
    port.setAttribute('role', 'img');
    port.append(this.stage.el, words);
    slider.type = 'range';
    slider.min = '0';
    slider.setAttribute('aria-label', 'Slice');
    slider.addEventListener('input', () => this._go(Number(slider.value)));
    trouble.setAttribute('role', 'alert');
    keys.hidden = true;
    const over = [this._bar.tools, this._header.el, this._sheet.el, keys];
    const middle = element('div', 'fw-Dicom-middle', port, ...over);
    const body = element('div', 'fw-Dicom-body', this._side.el, middle);
    const line = element('div', 'fw-Dicom-line', slider, count);
    const told = element('div', 'fw-Dicom-told', value, seen);
    root.append(this._bar.el, body, line, told, trouble);
    this.el.append(root);
  }

  // What is on the page

  private _update(): void {
    const { gallery, look, series, picture, shown, lost } = this.model;
    const { root, slider, count, trouble } = this._parts;
    if (!gallery) {
      return;
    }
    root.classList.toggle('fw-mod-empty', gallery.series.length === 0 && gallery.unread === 0);
    root.style.height = `${gallery.height}px`;
    root.setAttribute('aria-label', `${gallery.title}. Press ? for its keys.`);
    this._updateBar();
    this._side.update();
    slider.max = String((series?.n ?? 1) - 1);
    slider.value = String(look.slice);
    slider.disabled = (series?.n ?? 1) < 2;
    setText(count, series ? `slice ${look.slice + 1} of ${series.n}` : '');
    const about = picture instanceof Picture ? picture.message : null;
    const assumed = picture instanceof Picture ? picture.header.told : '';
    const wrong = lost
      ? 'The kernel of this viewer is gone: run its cell again.'
      : String(this.model.get('notice')) || about?.trouble;
    setText(trouble, wrong || assumed);
    trouble.classList.toggle('fw-mod-told', !wrong);
    this._showPicture(shown);
    this._tellSeen();
    this._hover(this._hovered);
  }

  /** The window alone is another. */
  private _showWindow(): void {
    this._updateBar();
    this._tellSeen();
    this.stage.paintSoon();
  }

  private _updateBar(): void {
    const { picture, trained } = this.model;
    const channels = trained instanceof TrainedPicture ? trained.channels : 1;
    this._state.channel = Math.min(this._state.channel, channels - 1);
    const { layers, shaded, channel, cine } = this._state;
    const windows = picture instanceof Picture ? picture.header.windows : [];
    this._bar.update({ cine: cine !== 0, layers, shaded, channels, channel, windows });
  }

  private _showPicture(shown: Shown): void {
    const { gallery, look, series } = this.model;
    const { words, port } = this._parts;
    const isPicture = shown instanceof Picture || shown instanceof TrainedPicture;
    // While a slice is on its way the one before it stays: nothing flickers.
    const waiting = !shown && series !== null && port.dataset.shown !== undefined;
    this.stage.setEmpty(!isPicture && !waiting);
    words.hidden = isPicture || waiting;
    if (shown instanceof Picture) {
      const { rows, columns } = shown.header;
      this.stage.setSize(columns, rows, aspectOf(shown.message.place));
      this.stage.setBoxes(shown.message.layers, this._state.layers);
    } else if (shown instanceof TrainedPicture) {
      this.stage.setSize(shown.columns, shown.rows, 1);
      this.stage.setBoxes([], false);
    } else if (shown instanceof NoPicture) {
      setText(words, shown.reason);
    } else {
      const unread = gallery?.unread ? ' The headers of the other files are being read.' : '';
      setText(
        words,
        series ? `Reading…${unread}` : gallery?.unread ? 'Reading headers…' : noSeries(gallery?.n_left ?? 0)
      );
    }
    if (isPicture) {
      this.stage.paintSoon();
    }
    if (shown) {
      port.dataset.shown = `${look.series}/${look.slice}${look.training ? '/training' : ''}`;
      port.setAttribute('aria-label', `${series?.name ?? ''}, slice ${look.slice + 1}. Press ? for its keys.`);
    }
  }

  private _paint(out: Uint32Array): void {
    const { picture, trained, predicted, look } = this.model;
    const { layers, opacity, shaded, channel } = this._state;
    if (look.training) {
      if (trained instanceof TrainedPicture) {
        trained.paint(channel, shaded, out);
      }
    } else if (picture instanceof Picture) {
      picture.paint(this._seen(picture), out);
      for (const mask of layers ? picture.masks : []) {
        if (mask) {
          layMask(mask, picture.header.columns, opacity, out);
        }
      }
      const said = predicted?.mask;
      if (said?.length === out.length) {
        layMask(said, picture.header.columns, opacity, out);
      }
    }
  }

  private _seen(picture: Picture): Seen {
    const { width, level } = this.model.look;
    if (width === null || level === null) {
      return picture.own;
    }
    return { by: 'window', window: { width, level, function: curveOf(picture), name: '' }, own: true };
  }

  private _tellSeen(): void {
    const { shown, gallery, look, predicted } = this.model;
    const codes = this._state.layers ? (gallery?.codes ?? []) : [];
    const seen = shownWords(shown, picture => this._seen(picture), codes, this._state.channel);
    setText(this._parts.seen, [seen, predictedWords(look.predicting, predicted)].filter(Boolean).join(' · '));
  }

  private _hover(pixel: IPixel | null): void {
    this._hovered = pixel;
    const text = valueWords(this.model.shown, pixel, this._state.channel);
    setText(this._parts.value, text || 'Point at the picture for its values');
  }

  // What somebody does

  private _go(slice: number): void {
    this.model.setLook({ slice });
    const { series, look } = this.model;
    if (series) {
      tell(this._linked, { series, patient: series.patient, slice: look.slice });
    }
  }

  private _setWindow(window: { width: number; level: number } | null): void {
    this.model.setLook({ width: window?.width ?? null, level: window?.level ?? null });
    tell(this._linked, { window });
  }

  private _hear({ series, patient, slice, window, place }: IMoved): void {
    const own = this.model.series;
    if (series && slice !== undefined && own) {
      const same = series.patient !== '' && patient === own.patient;
      this.model.setLook({ slice: matching(series, slice, own, same) });
    }
    if (window !== undefined) {
      this.model.setLook({ width: window?.width ?? null, level: window?.level ?? null });
    }
    if (place) {
      this.stage.part = place;
    }
  }

  private _drag(dx: number, dy: number): void {
    const { picture, look } = this.model;
    if (!(picture instanceof Picture) || picture.header.colour || look.training) {
      return;
    }
    const { least, most } = picture.header;
    const seen = this._seen(picture);
    const whole = { width: Math.max(1, most - least), level: (least + most) / 2, function: curveOf(picture), name: '' };
    this._setWindow(dragged(seen.by === 'window' ? seen.window : whole, dx, dy, most - least || 1));
  }

  private _choose(window: { width: number; level: number } | null): void {
    this._setWindow(window);
    this._focus();
  }

  private _reset(): void {
    this._setWindow(null);
    this.stage.fit();
  }

  private _series(steps: number): void {
    this.model.setLook({ series: this.model.look.series + steps, slice: 0 });
  }

  private _set(part: Partial<DicomView['_state']>): void {
    Object.assign(this._state, part);
    this._update();
  }

  private _toggleTraining(): void {
    if (this.model.gallery?.can_train) {
      this.model.setLook({ training: !this.model.look.training });
    }
  }

  private _togglePrediction(): void {
    if (this.model.gallery?.can_predict) {
      this.model.setLook({ predicting: !this.model.look.predicting });
    }
  }

  private _drawAgain(): void {
    if (this.model.look.training) {
      this.model.drawAgain();
    }
  }

  private _toggleCine(): void {
    if (this._state.cine) {
      this._stopCine();
    } else {
      this._state.cine = window.setInterval(() => this._next(), CINE_MS);
    }
    this._update();
  }

  /** The next slice of the film, as soon as the one in sight has come. */
  private _next(): void {
    const { series, look, picture } = this.model;
    if (series && picture && this.el.isConnected) {
      this._go((look.slice + 1) % series.n);
    }
  }

  private _stopCine(): void {
    window.clearInterval(this._state.cine);
    this._state.cine = 0;
  }

  private _toggleHeader(open: boolean): void {
    if (open) {
      this.model.askHeader(false);
      this._header.open();
    } else {
      this._header.close();
      this._focus();
    }
  }

  private _toggleCode(): void {
    if (this._sheet.el.hidden) {
      this.model.askCode('train');
    } else {
      this._sheet.hide();
    }
  }

  /** A builder belongs into a cell below; where nobody can make one (Voilà), its code is shown. */
  private _showCode(): void {
    const { code } = this.model;
    if (code?.purpose === 'build' && runBelow(this.el, code.text)) {
      return;
    }
    if (code) {
      this._sheet.show(code.purpose === 'build' ? BUILD : TRAIN, code.text);
    }
  }

  private _toggleHelp(): void {
    const { keys } = this._parts;
    keys.hidden = !keys.hidden;
    keys.replaceChildren(...keyList('Keys while the viewer has the focus', this._keys));
    this._bar.help.setAttribute('aria-expanded', String(!keys.hidden));
  }

  private _escape(): void {
    if (!this._parts.keys.hidden) {
      this._toggleHelp();
    }
    this._sheet.hide();
  }

  private _focus(): void {
    this._parts.port.focus({ preventScroll: true });
  }
}

function curveOf(picture: Picture): DicomWindow['function'] {
  return picture.header.windows[0]?.function ?? 'LINEAR';
}

function parts() {
  return {
    root: element('div', 'fw-Dicom'),
    port: element('div', 'fw-Dicom-port'),
    words: element('div', 'fw-Dicom-words'),
    slider: element('input', 'fw-Dicom-slider'),
    count: element('span', 'fw-Dicom-count'),
    value: element('span', 'fw-Dicom-value'),
    seen: element('span', 'fw-Dicom-seen'),
    trouble: element('div', 'fw-Dicom-trouble'),
    keys: element('div', 'fw-Keys')
  };
}
