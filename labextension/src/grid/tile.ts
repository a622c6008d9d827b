import type { GridDescription, GridTile, GridTileState } from '../contract/grid';
import type { Picture } from './store';
import { columnOf } from './state';

/** What a tile shows; one element, so that a page of hundreds stays light. */
export interface ITile {
  id: number;
  words: GridTile | undefined;
  picture: Pick<Picture, 'url' | 'reason' | 'tiny'> | undefined;
  overlay: string;
  selected: boolean;
  /** Chips besides those of the columns. */
  extra: string[];
}

const CHECK = '✓';

/** The chips on the picture, in words. */
export function badgeText(tile: ITile, state: GridTileState | undefined): string {
  const { words, picture } = tile;
  const chips = [tile.selected ? CHECK : '', state?.icon ?? '', ...(words?.badges ?? []), ...tile.extra];
  const reason = picture?.reason ? `⚠ ${picture.reason}` : '';
  return [...chips, reason].filter(Boolean).map(oneLine).join(' · ');
}

/** The lines below the picture. */
export function captionText(tile: ITile): string {
  return (tile.words?.captions ?? ['…']).map(oneLine).join('\n');
}

/** What a screen reader says of it. */
export function spokenText(tile: ITile, grid: GridDescription): string {
  const { words, picture } = tile;
  if (!words) {
    return 'loading';
  }
  const [name, ...others] = words.captions;
  const rest = others.map((text, i) => `${columnOf(grid, grid.captions[i + 1])?.title ?? ''} ${text || 'missing'}`);
  const state = words.state ? [`${grid.state}: ${words.state}`] : [];
  const trouble = picture?.reason ? [picture.reason] : [];
  return [name || `item ${tile.id}`, ...rest, ...state, ...words.badges, ...tile.extra, ...trouble].join(', ');
}

/** The tile that an event happened on. */
export function tileOf(event: MouseEvent): HTMLElement | null {
  return (event.target as Element).closest<HTMLElement>('.fw-Grid-tile[data-id]');
}

/** Write `tile` into `el`; what is there already is left alone. */
export function paint(el: HTMLElement, tile: ITile, grid: GridDescription): void {
  const state = tile.words?.state ? grid.states[tile.words.state] : undefined;
  const { picture } = tile;
  const layers = [tile.overlay, picture?.url ?? ''].filter(Boolean).map(url => `url("${url}")`);
  const badge = badgeText(tile, state);
  const classes = [
    'fw-Grid-tile',
    badge ? 'fw-mod-badge' : '',
    tile.selected ? 'fw-mod-selected' : '',
    picture?.tiny ? 'fw-mod-tiny' : '',
    !picture ? 'fw-mod-waiting' : picture.url ? '' : picture.reason ? 'fw-mod-broken' : 'fw-mod-text',
    state ? `fw-mod-state fw-mod-line-${state.line} fw-mod-tone-${state.tone}` : ''
  ];
  setClass(el, classes.filter(Boolean).join(' '));
  setStyle(el, layers.join(', '));
  setAttribute(el, 'data-badge', badge);
  setAttribute(el, 'data-caption', captionText(tile));
  setAttribute(el, 'aria-label', spokenText(tile, grid));
  setAttribute(el, 'aria-selected', String(tile.selected));
  setAttribute(el, 'data-id', String(tile.id));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function setClass(el: HTMLElement, value: string): void {
  if (el.className !== value) {
    el.className = value;
  }
}

/** What was last written; the browser gives its own spelling of it, and that slowly. */
const written = new WeakMap<HTMLElement, string>();

function setStyle(el: HTMLElement, layers: string): void {
  if (written.get(el) !== layers) {
    written.set(el, layers);
    el.style.backgroundImage = layers;
  }
}

function setAttribute(el: HTMLElement, name: string, value: string): void {
  if (el.getAttribute(name) !== value) {
    el.setAttribute(name, value);
  }
}
