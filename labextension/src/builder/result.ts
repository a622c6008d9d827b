import type { BuilderTile } from '../contract/builder';
import { element } from '../kit/dom';
import type { IResult } from './model';
import { barWords, typeOf, widths } from './state';

/** What a step makes of the data: lines, bars, pictures. */
export class ResultPane {
  readonly el = element('div', 'fw-Builder-result');

  /** `split`: the bars tell training from validation. */
  update(result: IResult | undefined, split: boolean): void {
    if (result === this._result) {
      return;
    }
    this._result = result;
    this.dispose();
    this.el.setAttribute('aria-busy', String(result?.working ?? true));
    if (!result) {
      this.el.replaceChildren(element('p', 'fw-Builder-told', '…'));
      return;
    }
    const parts: HTMLElement[] = [];
    if (result.error) {
      const line = element('p', 'fw-Builder-error', result.error);
      line.setAttribute('role', 'alert');
      parts.push(line);
    }
    parts.push(...result.words.map(words => element('p', '', words)));
    parts.push(...result.warnings.map(words => element('p', 'fw-Builder-warning', `⚠ ${words}`)));
    if (result.bars.length) {
      parts.push(this._bars(result, split));
    }
    if (result.tiles.length) {
      parts.push(this._tiles(result));
    }
    if (result.text) {
      parts.push(element('pre', '', result.text));
    }
    if (result.working && !parts.length) {
      parts.push(element('p', 'fw-Builder-told', 'Looking …'));
    }
    this.el.replaceChildren(...parts);
  }

  /** Let the pictures go. */
  dispose(): void {
    this._urls.forEach(url => URL.revokeObjectURL(url));
    this._urls = [];
  }

  private _bars({ bars }: IResult, split: boolean): HTMLElement {
    const table = element('table', 'fw-Builder-bars');
    const most = Math.max(...bars.map(bar => bar.train + bar.valid));
    table.createCaption().textContent = split ? 'Items of each class: training + validation' : 'Items of each class';
    for (const bar of bars) {
      const [train, valid] = widths(bar, most);
      const row = table.insertRow();
      const name = element('th', '', bar.name);
      name.scope = 'row';
      name.title = bar.name;
      const parts = [element('i', 'fw-mod-train'), element('i', 'fw-mod-valid')];
      parts[0].style.width = `${train}%`;
      parts[1].style.width = `${valid}%`;
      const drawn = element('td', '', element('div', '', ...parts));
      drawn.setAttribute('aria-hidden', 'true');
      row.append(name, element('td', '', barWords(bar, split)), drawn);
    }
    return table;
  }

  private _tiles({ tiles, buffers }: IResult): HTMLElement {
    const list = element('ul', 'fw-Builder-tiles');
    let at = 0;
    for (const tile of tiles) {
      list.append(this._tile(tile, buffers.slice(at, at + tile.pictures)));
      at += tile.pictures;
    }
    return list;
  }

  private _tile(tile: BuilderTile, pictures: DataView[]): HTMLElement {
    const name = tile.line.map(([words]) => words).join('');
    const shown = pictures.map((bytes, i) => this._picture(bytes, pictures.length > 1 ? ['before', 'after'][i] : name));
    const line = element('span', 'fw-Builder-line');
    line.append(...tile.line.map(([words, mark]) => element(mark ? 'mark' : 'span', '', words)));
    line.title = name;
    return element('li', '', element('div', '', ...shown), element('b', '', tile.label), line);
  }

  private _picture(bytes: DataView, alt: string): HTMLImageElement {
    const url = URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: typeOf(bytes) }));
    this._urls.push(url);
    const img = element('img');
    img.alt = alt;
    img.src = url;
    return img;
  }

  private _urls: string[] = [];
  private _result: IResult | undefined | null = null;
}
