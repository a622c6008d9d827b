import type { LRFinderModel } from './model';
import { rateText, standing, tableRows } from './state';

/** The buttons that bring the chosen rate back to a suggestion. */
export function suggestionButtons(model: LRFinderModel): HTMLElement[] {
  const chosen = model.state('chosen');
  return model.state('markers').map(marker => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'fw-button fw-lr-suggestion';
    button.textContent = `${marker.name} ${rateText(marker.lr)}`;
    button.title = marker.reason;
    button.setAttribute('aria-pressed', String(chosen?.name === marker.name && standing(marker, chosen) === marker.lr));
    button.addEventListener('click', () => model.choose(marker.name, marker.lr));
    return button;
  });
}

/** The values as a table, for reading instead of looking. */
export function valueTable(model: LRFinderModel): HTMLTableElement {
  const table = document.createElement('table');
  table.createCaption().textContent = 'Loss at each learning rate';
  const head = table.createTHead().insertRow();
  for (const text of ['learning rate', 'loss', 'suggestion']) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = text;
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
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}
