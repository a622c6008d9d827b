/** What the shell bundle listens for; `detail` is the code. It keeps the default from happening when it has done it. */
export const RUN_CELL = 'fastwidgets:run-cell';

/**
 * Put `code` into a cell below the one that shows `el`, and run it there: what takes the kernel's main thread belongs
 * into a cell, where its output stays and ■ ends it. False where nobody can (Voilà): then show the code to be copied.
 */
export function runBelow(el: Element, code: string): boolean {
  const event = new CustomEvent<string>(RUN_CELL, { bubbles: true, cancelable: true, detail: code });
  el.dispatchEvent(event);
  return event.defaultPrevented;
}
