import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';
import type { INotebook } from './cell';
import { split } from './contents';

/** The part of JupyterLab's file browser that is needed here. */
export interface IBrowser extends Widget {
  model: { path: string; pathChanged?: { connect(slot: () => void): unknown } };
  selectedItems(): Iterable<{ path: string; type: string }>;
}
export interface IOpenNotebook extends INotebook {
  context: { path: string; ready: Promise<void> };
}

/** All file browsers of the page: JupyterLab has them at the side, Notebook 7 in the middle. */
export function browsers(app: JupyterFrontEnd): IBrowser[] {
  const places = ['left', 'right', 'main'].flatMap(area => [...app.shell.widgets(area)]);
  return places.flatMap(widget => [...within(widget)]).filter(isBrowser);
}

/** The folder that the user is in: that of the file browser, else that of the notebook. */
export function currentFolder(app: JupyterFrontEnd): string {
  const all = browsers(app);
  const browser = all.find(one => one.isVisible) ?? all[0];
  return browser ? browser.model.path : split(openNotebooks(app)[0]?.context.path ?? '')[0];
}

/** The folder in the file browser that the menu was opened on, if there is one. */
export function clickedFolder(app: JupyterFrontEnd): string | undefined {
  const item = app.contextMenuHitTest(node => node.classList.contains('jp-DirListing-item'));
  const all = browsers(app);
  const browser = all.find(one => item && one.node.contains(item)) ?? all[0];
  return [...(browser?.selectedItems() ?? [])].find(one => one.type === 'directory')?.path;
}

export function openNotebooks(app: JupyterFrontEnd): IOpenNotebook[] {
  const panels = [...app.shell.widgets('main')] as unknown as IOpenNotebook[];
  return panels.filter(panel => panel.context && panel.content?.widgets);
}

function* within(widget: Widget): Iterable<Widget> {
  yield widget;
  for (const child of widget.children()) {
    yield* within(child);
  }
}

function isBrowser(widget: Widget): widget is IBrowser {
  const found = widget as unknown as Partial<IBrowser>;
  return typeof found.selectedItems === 'function' && typeof found.model?.path === 'string';
}
