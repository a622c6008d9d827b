import { PageConfig } from '@jupyterlab/coreutils';
import type { GridAsk, GridDrop, GridOverlaysAsk, GridTiles } from '../contract/grid';
import { ASK_KERNEL, unpack } from './packed';
import type { TileStore } from './store';

type Post = (message: GridAsk | GridDrop | GridOverlaysAsk) => void;

/** Thumbnails in one question, and lines of words. */
const PAGE = 120;
const WORDS = 400;
/** Scrolling asks for something else all the time: what is wanted is looked at this much later. */
const REST_MS = 30;
/** What flies past is looked at this much after it came to rest: longer than a frame takes on a busy machine. */
const HURRIED_MS = 80;
/** An answer that has not come by then is asked for again. */
const PATIENCE_MS = 30_000;
/** How long the server is left alone after it had no answer. */
const RETRY_MS = 60_000;

/** What a view shows and will show. */
export interface IWanted {
  /** The most urgent first. */
  ids: number[];
  /** How many of them are needed now. While none of these is missing, nothing is asked; then all that are missing. */
  near: number;
  side: number;
  /** What is laid over them, too? */
  overlays: boolean;
  /** They fly past, and nobody sees what is on them. */
  hurried: boolean;
}

interface IQuestion {
  rid: number;
  ids: Set<number>;
  side: number;
  at: number;
}

/**
 * Gets words and thumbnails of the tiles in sight: thumbnails from the server's endpoint where there is one, all else
 * from the kernel. One question of each kind at a time; one whose tiles have all been scrolled past is given up. Few
 * questions with much in them: around each one to the kernel JupyterLab draws its toolbar anew and lays out the page.
 */
export class Loader {
  /** By which the endpoint knows the grid; empty where only the kernel is asked. */
  token = '';

  constructor(
    private _store: TileStore,
    private _post: Post,
    private _loaded: (ids: number[]) => void
  ) {}

  /** Another part of the view is in sight, or what is known of it is out of date. */
  want(wanted: IWanted): void {
    this._wanted = wanted;
    this._dropPassed();
    if (wanted.hurried) {
      window.clearTimeout(this._timer);
      this._timer = 0;
    }
    if (!this._timer) {
      this._timer = window.setTimeout(
        () => {
          this._timer = 0;
          this._ask();
        },
        wanted.hurried ? HURRIED_MS : REST_MS
      );
    }
  }

  /** An answer of the kernel's. */
  receive(message: GridTiles, page: DataView): void {
    if (message.rid !== this._question?.rid) {
      return; // dropped, or another tab's
    }
    this._store.addWords(message.tiles);
    unpack(page).forEach((thumb, i) => {
      this._store.addPicture(message.pictures[i], thumb, this._question!.side);
      this._onlyKernel.delete(message.pictures[i]);
    });
    this._question = message.last ? null : this._question;
    this._loaded([...message.tiles.map(tile => tile.id), ...message.pictures]);
    this._ask();
  }

  receiveOverlays(rid: number): void {
    if (rid === this._overlayRid) {
      this._overlayRid = 0;
    }
    this._ask();
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._fetch?.abort.abort();
    if (this._question) {
      this._post({ kind: 'drop', rid: this._question.rid });
    }
  }

  private _ask(): void {
    if (this._timer) {
      return; // it will be looked at soon, with what is wanted then
    }
    this._askServer();
    this._askKernel();
    this._askOverlays();
  }

  private _askKernel(): void {
    if (this._question && Date.now() - this._question.at < PATIENCE_MS) {
      return;
    }
    const ids = this._missing(id => this._store.lacksWords(id), WORDS);
    const pictures = this._missing(id => this._lacks(id) && (!this._served || this._onlyKernel.has(id)), PAGE);
    if (ids.length + pictures.length === 0) {
      return;
    }
    const { side } = this._wanted;
    this._question = { rid: nextId(), ids: new Set([...ids, ...pictures]), side, at: Date.now() };
    this._post({ kind: 'ask', rid: this._question.rid, ids, pictures, side });
  }

  private _askServer(): void {
    if (this._fetch || !this._served) {
      return;
    }
    const ids = this._missing(id => this._lacks(id) && !this._onlyKernel.has(id), PAGE);
    if (ids.length) {
      const fetching = { ids: new Set(ids), abort: new AbortController() };
      this._fetch = fetching;
      void this._fetchPage(ids, this._wanted.side, fetching.abort.signal).then(() => {
        if (this._fetch === fetching) {
          this._fetch = null;
        }
        this._ask();
      });
    }
  }

  private async _fetchPage(ids: number[], side: number, signal: AbortSignal): Promise<void> {
    try {
      const thumbs = unpack(await fetchPacked(this.token, ids, side, signal));
      thumbs.forEach((thumb, i) => {
        if (thumb.status === ASK_KERNEL) {
          this._onlyKernel.add(ids[i]);
        } else {
          this._store.addPicture(ids[i], thumb, side);
        }
      });
      this._loaded(ids);
    } catch (error) {
      if (!signal.aborted) {
        this._noServerUntil = Date.now() + RETRY_MS;
        console.debug('fastwidgets: thumbnails come from the kernel, since the server gives none:', error);
      }
    }
  }

  private _askOverlays(): void {
    const ids = this._wanted.overlays ? this._missing(id => this._store.lacksOverlay(id), PAGE) : [];
    if (ids.length && !this._overlayRid) {
      this._overlayRid = nextId();
      this._post({ kind: 'overlays', rid: this._overlayRid, ids });
    }
  }

  /** Give up questions none of whose items are needed now. */
  private _dropPassed(): void {
    const passed = (ids: Set<number>): boolean => !this._near.some(id => ids.has(id));
    if (this._question && passed(this._question.ids)) {
      this._post({ kind: 'drop', rid: this._question.rid });
      this._question = null;
    }
    if (this._fetch && passed(this._fetch.ids)) {
      this._fetch.abort.abort();
      this._fetch = null;
    }
  }

  private _missing(lacks: (id: number) => boolean, most: number): number[] {
    return this._near.some(lacks) ? this._wanted.ids.filter(lacks).slice(0, most) : [];
  }

  private _lacks(id: number): boolean {
    return this._store.lacksPicture(id, this._wanted.side);
  }

  private get _near(): number[] {
    return this._wanted.ids.slice(0, this._wanted.near);
  }

  private get _served(): boolean {
    return this.token !== '' && Date.now() > this._noServerUntil;
  }

  private _wanted: IWanted = { ids: [], near: 0, side: 128, overlays: false, hurried: false };
  private _question: IQuestion | null = null;
  private _fetch: { ids: Set<number>; abort: AbortController } | null = null;
  private _overlayRid = 0;
  private _onlyKernel = new Set<number>();
  private _noServerUntil = 0;
  private _timer = 0;
}

/** A packed page from the server's endpoint, with the login that this page has. */
async function fetchPacked(token: string, ids: number[], side: number, signal: AbortSignal): Promise<DataView> {
  const login = PageConfig.getToken();
  const response = await fetch(
    `${PageConfig.getBaseUrl()}fastwidgets/pages/${token}?side=${side}&ids=${ids.join(',')}`,
    { signal, credentials: 'same-origin', headers: login ? { Authorization: `token ${login}` } : {} }
  );
  if (!response.ok) {
    throw new Error(`${response.status} ${response.statusText}`);
  }
  return new DataView(await response.arrayBuffer());
}

let last = Math.floor(Math.random() * 2 ** 30); // two tabs hear each other's answers

/** A number for a question that no other question has. */
export function nextId(): number {
  return ++last;
}
