import { Clipboard, Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { element } from './panel/draw';

/** Ask for a folder: one of `folders`, or any that is typed. Undefined where the user turned back. */
export async function askFolder(
  title: string,
  folders: string[],
  trans: TranslationBundle
): Promise<string | undefined> {
  const { button, value } = await InputDialog.getItem({
    title,
    label: trans.__('The folder with the files. “.” is the one that you are in; others may be typed.'),
    items: folders,
    current: folders[0],
    editable: true,
    okLabel: trans.__('Make a notebook')
  });
  return button.accept ? (value ?? '.') : undefined;
}

/** Show a cell that could not be put anywhere, with the reason, to be copied. */
export async function showCell(code: string, why: string, trans: TranslationBundle): Promise<void> {
  const cell = element('pre', 'fw-Shell-code', code);
  cell.tabIndex = 0; // so that a long one can be scrolled by keys
  const { button } = await showDialog({
    title: trans.__('Copy this cell into a notebook'),
    body: new Widget({ node: element('div', '', element('p', '', why), cell) }),
    buttons: [Dialog.cancelButton({ label: trans.__('Close') }), Dialog.okButton({ label: trans.__('Copy') })]
  });
  if (button.accept) {
    Clipboard.copyToSystem(code);
  }
}
