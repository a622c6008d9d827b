/** An element with a class, and what is in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  el.className = className;
  el.append(...children);
  return el;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A picture of 16 × 16 units from one SVG path, in the colour of the text beside it. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(SVG, 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

/** A button of JupyterLab's looks. `title` is its tooltip. */
export function button(text: string, title: string, onClick: () => void, path?: string): HTMLButtonElement {
  const el = element('button', 'fw-Button');
  el.type = 'button';
  el.title = title;
  if (path) {
    el.append(icon(path));
  }
  el.append(element('span', '', text));
  el.addEventListener('click', onClick);
  return el;
}

/** Change an element's text only when it differs, so that nothing is announced or laid out twice. */
export function setText(el: Element, text: string): void {
  if (el.textContent !== text) {
    el.textContent = text;
  }
}
