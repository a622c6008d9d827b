import { button, element } from '../kit/dom';
import type { LRFinderModel } from './model';
import { rateText, standing, tableRows } from './state';

/** The buttons that bring the chosen rate back to a suggestion. */
export function suggestionButtons(model: LRFinderModel): HTMLElement[] {
  const chosen = model.state('chosen');
  return model.state('markers').map(marker => {
    const at = chosen?.name === marker.name && standing(marker, chosen) === marker.lr;
    const el = button(`${marker.name} ${rateText(marker.lr)}`, `${marker.name}: ${marker.reason}`, () =>
      model.choose(marker.name, marker.lr)
    );
    el.setAttribute('aria-pressed', String(at));
    return el;
  });
}

/** A list of keys and what they do, below a heading. */
export function keyList(keys: { label: string; text: string }[], heading: string): HTMLElement {
  const rows = keys.flatMap(key => [element('dt', '', element('kbd', '', key.label)), element('dd', '', key.text)]);
  return element('section', '', element('strong', '', heading), element('dl', '', ...rows));
}

/** The values as a table, for reading instead of looking. */
export function valueTable(model: LRFinderModel): HTMLTableElement {
  const table = element('table', 'fw-Table');
  table.createCaption().textContent = 'Loss at each learning rate';
  const head = table.createTHead().insertRow();
  for (const text of ['learning rate', 'loss', 'suggestion']) {
    const cell = element('th', '', text);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of tableRows(model.curve, model.state('markers'))) {
    const line = body.insertRow();
    for (const text of row) {
      line.insertCell().textContent = text;
    }
  }
  return table;
}

/** Copy `text`; where the page may not use the clipboard (plain http), by way of a selection. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element('textarea');
    area.value = text;
    area.style.position = 'fixed'; // appending it must not scroll the page
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}
