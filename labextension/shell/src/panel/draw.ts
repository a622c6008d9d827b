import type { IAct, IRow, ISection } from './sections';

/** The sections as elements. All that comes from files is set as text. `act` is called for a button. */
export function draw(sections: ISection[], act: (one: IAct) => void): HTMLElement[] {
  return sections.map(section => {
    const title = element('h3', 'fw-Panel-title', section.title);
    title.id = `fw-panel-${section.id}`;
    const el = element('section', 'fw-Panel-section', title);
    el.setAttribute('aria-labelledby', title.id);
    if (section.rows.length === 0) {
      el.append(element('p', 'fw-Panel-empty', section.empty));
    } else {
      title.append(element('span', 'fw-Panel-count', ` ${section.rows.length}`));
      el.append(element('ul', 'fw-Panel-rows', ...section.rows.map(row => drawRow(row, act))));
    }
    return el;
  });
}

function drawRow(row: IRow, act: (one: IAct) => void): HTMLElement {
  const name = element('div', 'fw-Panel-name', row.name);
  name.title = row.title;
  const el = element('li', 'fw-Panel-row', name, ...row.lines.map(line => element('div', 'fw-Panel-line', line)));
  if (row.progress) {
    const { done, of, label } = row.progress;
    const bar = element('div', 'fw-Panel-bar', element('div', 'fw-Panel-done'));
    bar.setAttribute('role', 'progressbar');
    bar.setAttribute('aria-label', `${row.name}: ${label}`);
    bar.setAttribute('aria-valuemin', '0');
    bar.setAttribute('aria-valuenow', String(done));
    bar.setAttribute('aria-valuemax', String(of));
    (bar.firstChild as HTMLElement).style.width = `${(100 * done) / of}%`;
    el.append(bar, element('div', 'fw-Panel-line', label));
  }
  if (row.trouble) {
    el.append(element('div', 'fw-Panel-trouble', `⚠ ${row.trouble}`));
  }
  const buttons = row.acts.map(one => {
    const button = element('button', 'fw-Panel-act', one.label);
    button.type = 'button';
    button.dataset.key = `${row.key} ${one.command}`;
    button.setAttribute('aria-label', one.full);
    button.addEventListener('click', () => act(one));
    return button;
  });
  el.append(element('div', 'fw-Panel-acts', ...buttons));
  return el;
}

/** An element with a class, and what is in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  el.className = className;
  el.append(...children);
  return el;
}
