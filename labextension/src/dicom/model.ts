import type {
  DicomAskFrame,
  DicomAskHeader,
  DicomAskPrediction,
  DicomAskCode,
  DicomAskTraining,
  DicomCode,
  DicomContract,
  DicomDrop,
  DicomFrame,
  DicomGallery,
  DicomGo,
  DicomHeader,
  DicomLabel,
  DicomLabels,
  DicomLook,
  DicomLooked,
  DicomPrediction,
  DicomSeries,
  DicomTraining,
  DicomUndo
} from '../contract/dicom';
import { LiveModel } from '../kit/live';
import { post } from '../kit/model';
import { Kept, near } from './ahead';
import { Picture } from './picture';
import { Predicted } from './predicted';
import { TrainedPicture } from './trained';

const AT_ONCE = 3; // slices that are asked for and have not come yet
const LOOK_MS = 250;
const REST_MS = 150; // a slice that is passed by is not predicted

/** A slice that cannot be shown, and why. */
export class NoPicture {
  readonly bytes = 0;
  constructor(readonly reason: string) {}
}

type Message = DicomContract['to_browser'];

/**
 * The browser half of `DicomViewer`: fetches slices, those near by before they are asked for. Events: `gallery`,
 * `labels`, `look`, `window`, `frame`, `training`, `prediction`, `header`, `code`.
 */
export class DicomModel extends LiveModel<Message> {
  declare gallery: DicomGallery | null;
  declare labels: DicomLabels | null;
  declare look: DicomLook;
  declare trained: TrainedPicture | NoPicture | null;
  /** What the model said of the slice in sight, if it is asked. */
  declare predicted: Predicted | null;
  declare header: DicomHeader | null;
  declare code: DicomCode | null;
  /** Slices that could not be shown, by key. */
  declare broken: Set<string>;

  defaults() {
    return { ...super.defaults(), _model_name: 'DicomModel', _view_name: 'DicomView', link: '' };
  }

  initialize(...given: Parameters<LiveModel<Message>['initialize']>): void {
    this.gallery = this.labels = this.trained = this.predicted = this.header = this.code = null;
    this._predicting = 0;
    this.look = { series: 0, slice: 0, width: null, level: null, training: false, predicting: false };
    this.broken = new Set();
    this._kept = new Kept();
    this._asked = new Map();
    this._direction = 1;
    this._asks = this._draw = 0;
    super.initialize(...given);
  }

  get series(): DicomSeries | null {
    return this.gallery?.series[this.look.series] ?? null;
  }

  /** The slice that is looked at, if it is here. */
  get picture(): Picture | NoPicture | undefined {
    return this._kept.get(this.keyOf(this.look.series, this.look.slice));
  }

  /** What is looked at: the picture, or what the model gets of it. */
  get shown(): Picture | TrainedPicture | NoPicture | null | undefined {
    return this.look.training ? this.trained : this.picture;
  }

  /** Bytes of the slices that are kept. */
  get bytes(): number {
    return this._kept.bytes;
  }

  keyOf(series: number, slice: number): string {
    return `${series}/${slice}`;
  }

  /** Look elsewhere, or in another way. What is out of range goes to the nearest there is. */
  setLook(part: Partial<DicomLook>): void {
    const before = this.look;
    const look = { ...before, ...part };
    look.series = clamp(look.series, this.gallery?.series.length ?? 1);
    look.slice = clamp(look.slice, this.gallery?.series[look.series]?.n ?? 1);
    if (look.series === before.series && look.slice !== before.slice) {
      this._direction = look.slice > before.slice ? 1 : -1;
    }
    const moved = look.series !== before.series || look.slice !== before.slice;
    this.look = look;
    if (moved) {
      this.header = null;
    }
    const asked = look.predicting !== before.predicting;
    if (moved || asked) {
      this._predict(moved ? REST_MS : 0);
    }
    if (moved || look.training !== before.training) {
      this.trained = null;
      this._draw = 0;
    }
    if (moved || look.training !== before.training) {
      this._fetch();
      if (look.training && this.trained === null) {
        this._train();
      }
      this.trigger('look');
    } else if (asked) {
      this.trigger('prediction');
    } else {
      this.trigger('window'); // alone: what else is on the page stays, so that a drag is light
    }
    window.clearTimeout(this._telling);
    this._telling = window.setTimeout(() => this._tell(), LOOK_MS);
  }

  label(level: DicomLabel['level'], label: string | null): void {
    const { series, slice } = this.look;
    post<DicomLabel>(this, { kind: 'label', edition: this._edition, series, slice, level, label });
  }

  undo(): void {
    post<DicomUndo>(this, { kind: 'undo' });
  }

  /** Random steps of the loader, drawn anew. */
  drawAgain(): void {
    this._draw++;
    this._train();
  }

  askHeader(patient: boolean): void {
    post<DicomAskHeader>(this, { kind: 'header', ...this._about(this.look.slice), patient });
  }

  /** The cell is about what is looked at, so that is told at once. */
  askCode(purpose: DicomCode['purpose']): void {
    window.clearTimeout(this._telling);
    this._tell();
    post<DicomAskCode>(this, { kind: 'code', rid: ++this._asks, purpose });
  }

  close(commClosed?: boolean): Promise<void> {
    this._kept.clear();
    window.clearTimeout(this._telling);
    window.clearTimeout(this._resting);
    return super.close(commClosed);
  }

  protected get busy(): boolean {
    return (this.gallery?.unread ?? 0) > 0;
  }

  protected receive(message: Message, buffers: DataView[]): void {
    switch (message.kind) {
      case 'gallery':
        return this._onGallery(message);
      case 'labels':
        this.labels = message;
        this.trigger('labels');
        return;
      case 'go':
        return this._onGo(message);
      case 'frame':
        return this._onFrame(message, buffers);
      case 'training':
        return this._onTraining(message, buffers);
      case 'prediction':
        return this._onPrediction(message, buffers);
      case 'header':
        return this._onHeader(message);
      case 'code':
        return this._onCode(message);
    }
  }

  private _onGallery(message: DicomGallery): void {
    const known = this.gallery;
    this.gallery = message;
    if (!known || known.edition !== message.edition) {
      this._kept.clear();
      this._asked.clear();
      this.broken.clear();
      this.header = this.trained = null;
      this.look = message.look;
      this._fetch();
      if (message.look.training) {
        this._train();
      }
      this._predict(0);
    }
    this.trigger('gallery');
    this.trigger('look');
  }

  private _onGo({ edition, series, slice, width, level, training, predicting }: DicomGo): void {
    if (edition === this._edition) {
      this.setLook({ series, slice, width, level, training, predicting });
    }
  }

  private _onFrame(message: DicomFrame, buffers: DataView[]): void {
    const key = this.keyOf(message.series, message.slice);
    this._asked.delete(key);
    if (message.edition === this._edition) {
      const came = message.reason ? new NoPicture(message.reason) : new Picture(message, buffers);
      if (came instanceof NoPicture) {
        this.broken.add(key);
      }
      this._kept.set(key, came);
      this.trigger('frame', key);
    }
    this._fetch();
  }

  private _onTraining(message: DicomTraining, buffers: DataView[]): void {
    if (message.rid === this._training) {
      this.trained = message.reason ? new NoPicture(message.reason) : new TrainedPicture(message, buffers);
      this.trigger('training');
    }
  }

  private _onPrediction(message: DicomPrediction, buffers: DataView[]): void {
    if (message.rid === this._predicting) {
      this._predicting = 0;
      this.predicted = new Predicted(message, buffers);
      this.trigger('prediction');
    }
  }

  private _onHeader(message: DicomHeader): void {
    if (message.edition === this._edition && this.keyOf(message.series, message.slice) === this._here) {
      this.header = message;
      this.trigger('header');
    }
  }

  private _onCode(message: DicomCode): void {
    this.code = message;
    this.trigger('code');
  }

  /** Ask for what is near, nearest first; what was asked for and is far by now is not wanted any more. */
  private _fetch(): void {
    const n = this.series?.n ?? 0;
    if (!n) {
      return;
    }
    const wanted = near(this.look.slice, n, this._direction);
    const keys = wanted.map(slice => this.keyOf(this.look.series, slice));
    for (const [key, rid] of this._asked) {
      if (!keys.includes(key)) {
        post<DicomDrop>(this, { kind: 'drop', rid });
        this._asked.delete(key);
      }
    }
    wanted.forEach((slice, k) => {
      const urgent = k === 0; // the one that is looked at does not wait for those before it
      if (!this._kept.has(keys[k]) && !this._asked.has(keys[k]) && (urgent || this._asked.size < AT_ONCE)) {
        const about = this._about(slice);
        this._asked.set(keys[k], about.rid);
        post<DicomAskFrame>(this, { kind: 'frame', ...about });
      }
    });
  }

  private _train(): void {
    const about = this._about(this.look.slice);
    this._training = about.rid;
    post<DicomAskTraining>(this, { kind: 'train', ...about, draw: this._draw });
  }

  /** Ask the model about the slice in sight once nobody has moved for `ms`; what was asked before is given up. */
  private _predict(ms: number): void {
    window.clearTimeout(this._resting);
    this.predicted = null;
    if (this._predicting) {
      post<DicomDrop>(this, { kind: 'drop', rid: this._predicting });
      this._predicting = 0;
    }
    if (this.look.predicting && this.series) {
      this._resting = window.setTimeout(() => {
        const about = this._about(this.look.slice);
        this._predicting = about.rid;
        post<DicomAskPrediction>(this, { kind: 'predict', ...about });
      }, ms);
    }
  }

  private _tell(): void {
    if (this.comm_live) {
      post<DicomLooked>(this, { kind: 'look', edition: this._edition, ...this.look });
    }
  }

  private _about(slice: number): { rid: number; edition: number; series: number; slice: number } {
    return { rid: ++this._asks, edition: this._edition, series: this.look.series, slice };
  }

  private get _edition(): number {
    return this.gallery?.edition ?? 0;
  }

  private get _here(): string {
    return this.keyOf(this.look.series, this.look.slice);
  }

  declare private _kept: Kept<Picture | NoPicture>;
  declare private _asked: Map<string, number>;
  declare private _direction: 1 | -1;
  declare private _asks: number;
  declare private _draw: number;
  declare private _training: number;
  declare private _predicting: number;
  declare private _telling: number;
  declare private _resting: number;
}

function clamp(i: number, n: number): number {
  return Math.max(0, Math.min(i, n - 1));
}
