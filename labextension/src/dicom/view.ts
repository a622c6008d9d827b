import { DOMWidgetView } from '@jupyter-widgets/base';
import type { DicomWindow } from '../contract/dicom';
import { keyList } from '../grid/keylist';
import { element, setText } from '../kit/dom';
import { bindKeys, type IKey } from '../kit/keys';
import { DicomBar } from './bar';
import { layMask } from './colours';
import { HeaderPanel } from './headers';
import { join, tell, type ILinked, type IMoved } from './link';
import { NoPicture, type DicomModel } from './model';
import { Picture } from './picture';
import { aspectOf, matching, mm, positionOf } from './place';
import { DicomSide } from './side';
import { DicomStage } from './stage';
import { TrainedPicture, trainedWords } from './trained';
import { dragged, seenWords, short, type Seen } from './window';

const CINE_MS = 80;
const PAGE = 10;
const PAN = 40;

/** The viewer: buttons, the series beside the picture, the picture, a slider and two lines of words. */
export class DicomView extends DOMWidgetView {
  declare model: DicomModel;
  declare stage: DicomStage; // made by `render`, which Backbone may call before the fields are made
  declare private _bar: DicomBar;
  declare private _side: DicomSide;
  declare private _header: HeaderPanel;
  declare private _parts: ReturnType<typeof parts>;
  declare private _state: { cine: number; layers: boolean; shaded: boolean; channel: number; opacity: number };
  declare private _hovered: { column: number; row: number } | null;
  declare private _linked: ILinked;
  declare private _offs: (() => void)[];

  render(): void {
    super.render();
    this._state = { cine: 0, layers: true, shaded: true, channel: 0, opacity: 0.4 };
    this._hovered = null;
    this._make();
    this._build();
    this._offs = [bindKeys(this._parts.root, this._keys), join(this._linked)];
    this.listenTo(this.model, 'gallery labels look training change:lost change:notice', () => this._update());
    this.listenTo(this.model, 'frame', () => this._update());
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
    this._side = new DicomSide(model, () => this._focus());
    this._header = new HeaderPanel(
      patient => model.askHeader(patient),
      () => this._toggleHeader(false)
    );
    this._bar = new DicomBar(model, {
      preset: name => this._preset(name),
      reset: () => this._reset(),
      cine: () => this._toggleCine(),
      train: () => this._toggleTraining(),
      channel: channel => this._set({ channel }),
      draw: () => this._drawAgain(),
      shade: () => this._set({ shaded: !this._state.shaded }),
      layers: () => this._set({ layers: !this._state.layers }),
      opacity: opacity => this._set({ opacity }),
      header: () => this._toggleHeader(this._header.el.hidden),
      code: () => this._toggleCode(),
      help: () => this._toggleHelp()
    });
  }

  private _build(): void {
    const { root, port, words, slider, count, value, seen, trouble, keys, code } = this._parts;
    this.el.classList.add('fw-DicomView', 'fw-Live');
    root.setAttribute('data-lm-suppress-shortcuts', 'true');
    port.tabIndex = 0;
    port.setAttribute('role', 'img');
    port.append(this.stage.el, words);
    slider.type = 'range';
    slider.min = '0';
    slider.setAttribute('aria-label', 'Slice');
    slider.addEventListener('input', () => this._go(Number(slider.value)));
    trouble.setAttribute('role', 'alert');
    keys.hidden = code.hidden = true;
    const middle = element('div', 'fw-Dicom-middle', port, this._bar.tools, this._header.el, code, keys);
    const body = element('div', 'fw-Dicom-body', this._side.el, middle);
    const line = element('div', 'fw-Dicom-line', slider, count);
    const told = element('div', 'fw-Dicom-told', value, seen);
    root.append(this._bar.el, body, line, told, trouble);
    this.el.append(root);
  }

  // What is on the page

  private _update(): void {
    const { gallery, look, series, picture, trained, lost } = this.model;
    const { root, slider, count, trouble } = this._parts;
    if (!gallery) {
      return;
    }
    root.style.height = `${gallery.height}px`;
    root.setAttribute('aria-label', `${gallery.title}. Press ? for its keys.`);
    const shown = look.training ? trained : picture;
    const channels = trained instanceof TrainedPicture ? trained.channels : 1;
    this._state.channel = Math.min(this._state.channel, channels - 1);
    const { layers, shaded, channel, cine } = this._state;
    this._bar.update({ cine: cine !== 0, layers, shaded, channels, channel });
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

  private _showPicture(shown: Picture | TrainedPicture | NoPicture | null | undefined): void {
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
      setText(words, series ? `Reading…${unread}` : gallery?.unread ? 'Reading headers…' : 'There are no series here.');
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
    const { picture, trained, look } = this.model;
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
    const { gallery, look, picture, trained } = this.model;
    let text = '';
    if (look.training) {
      text = trained instanceof TrainedPicture ? trainedWords(trained.message, this._state.channel) : '';
    } else if (picture instanceof Picture) {
      text = picture.header.colour ? 'colour' : seenWords(this._seen(picture), picture.header.inverted);
      const words = picture.message.layers.filter(layer => layer.words).map(({ name, words }) => `${name}: ${words}`);
      const codes = this._state.layers && picture.masks.some(Boolean) ? (gallery?.codes ?? []) : [];
      text = [text, ...words, ...(codes.length ? [codes.map((code, id) => `${id} ${code}`).join(', ')] : [])].join(
        ' · '
      );
    }
    setText(this._parts.seen, text);
  }

  private _hover(pixel: { column: number; row: number } | null): void {
    this._hovered = pixel;
    const { picture, trained, look } = this.model;
    let text = '';
    if (pixel && look.training && trained instanceof TrainedPicture) {
      if (pixel.column < trained.columns && pixel.row < trained.rows) {
        const value = trained.valueAt(this._state.channel, pixel.column, pixel.row);
        text = `${short(value)} at column ${pixel.column}, row ${pixel.row} of the tensor`;
      }
    } else if (pixel && !look.training && picture instanceof Picture) {
      const { rows, columns, unit, colour } = picture.header;
      if (pixel.column < columns && pixel.row < rows) {
        const value = picture.valueAt(pixel.column, pixel.row).map(short).join(', ');
        const what = colour ? '' : ` ${unit || '(raw)'}`;
        const where = mm(positionOf(picture.message.place, pixel.column, pixel.row));
        text = `${value}${what} at column ${pixel.column}, row ${pixel.row} · ${where}`;
      }
    }
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

  private _preset(name: string): void {
    const found = this.model.gallery?.presets.find(preset => preset.name === name);
    this._setWindow(found ?? null);
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
    if (this._parts.code.hidden) {
      this.model.askCode();
    } else {
      this._parts.code.hidden = true;
    }
  }

  private _showCode(): void {
    setText(this._parts.code, this.model.code);
    this._parts.code.hidden = false;
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
    this._parts.code.hidden = true;
  }

  private _focus(): void {
    this._parts.port.focus({ preventScroll: true });
  }

  private _arrow(event: KeyboardEvent, dx: number, dy: number): void {
    if (event.shiftKey) {
      this._drag(10 * dx, 10 * dy);
    } else {
      this._go(this.model.look.slice + dx + dy);
    }
  }

  private get _keys(): IKey[] {
    const zoom = (factor: number) => () => this.stage.zoom(factor);
    const pan = (dx: number, dy: number) => () => this.stage.pan(dx * PAN, dy * PAN);
    return [
      {
        keys: ['ArrowDown'],
        label: '← → ↑ ↓',
        text: 'to the next slice, the one before',
        run: e => this._arrow(e, 0, 1)
      },
      { keys: ['ArrowUp'], label: '', text: '', run: e => this._arrow(e, 0, -1) },
      { keys: ['ArrowRight'], label: '', text: '', run: e => this._arrow(e, 1, 0) },
      { keys: ['ArrowLeft'], label: '', text: '', run: e => this._arrow(e, -1, 0) },
      { keys: [], label: 'Shift', text: 'with these: width and level of the window', run: () => undefined },
      { keys: ['PageDown'], label: 'PgDn PgUp', text: 'ten slices', run: () => this._go(this.model.look.slice + PAGE) },
      { keys: ['PageUp'], label: '', text: '', run: () => this._go(this.model.look.slice - PAGE) },
      { keys: ['Home'], label: 'Home End', text: 'first, last slice', run: () => this._go(0) },
      { keys: ['End'], label: '', text: '', run: () => this._go(1e9) },
      { keys: ['n'], label: 'n p', text: 'next series, the one before', run: () => this._series(1) },
      { keys: ['p'], label: '', text: '', run: () => this._series(-1) },
      {
        keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
        label: '1 … 9',
        text: 'windows, in the order of the list',
        run: e => this._preset(this.model.gallery?.presets[Number(e.key) - 1]?.name ?? '')
      },
      { keys: ['r'], label: 'r', text: 'the file’s own window, whole picture', run: () => this._reset() },
      { keys: ['+', '='], label: '+ − f', text: 'larger, smaller, whole', run: zoom(1.25) },
      { keys: ['-'], label: '', text: '', run: zoom(1 / 1.25) },
      { keys: ['f'], label: '', text: '', run: () => this.stage.fit() },
      { keys: ['w'], label: 'w a s d', text: 'move the picture', run: pan(0, 1) },
      { keys: ['a'], label: '', text: '', run: pan(1, 0) },
      { keys: ['s'], label: '', text: '', run: pan(0, -1) },
      { keys: ['d'], label: '', text: '', run: pan(-1, 0) },
      { keys: ['c'], label: 'c', text: 'play the slices', run: () => this._toggleCine() },
      { keys: ['o'], label: 'o', text: 'overlays', run: () => this._set({ layers: !this._state.layers }) },
      { keys: ['t'], label: 't', text: 'training view', run: () => this._toggleTraining() },
      {
        keys: ['x'],
        label: 'x',
        text: 'stripe what is clipped',
        run: () => this._set({ shaded: !this._state.shaded })
      },
      { keys: ['e'], label: 'e', text: 'draw random steps again', run: () => this._drawAgain() },
      { keys: ['h'], label: 'h', text: 'header', run: () => this._toggleHeader(this._header.el.hidden) },
      { keys: ['l'], label: 'l', text: 'type a label', run: () => this._side.focusLabel() },
      { keys: ['u'], label: 'u', text: 'undo the latest label', run: () => this.model.undo() },
      { keys: ['Escape'], label: '', text: '', run: () => this._escape() },
      { keys: ['?'], label: '?', text: 'show or hide this list', run: () => this._toggleHelp() }
    ];
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
    keys: element('div', 'fw-Keys'),
    code: element('pre', 'fw-Dicom-code')
  };
}
