import type { JupyterFrontEnd } from '@jupyterlab/application';

/** As in labextension/src/kit/cell.ts, which is another bundle. */
const RUN_CELL = 'fastwidgets:run-cell';

interface ICell {
  node: HTMLElement;
  model: { type: string; sharedModel: { getSource(): string } };
}

/** The part of a notebook's panel that is needed here. */
export interface INotebook {
  id: string;
  node: HTMLElement;
  content: {
    activeCellIndex: number;
    readonly widgets: readonly ICell[];
    model: {
      readOnly: boolean;
      sharedModel: { insertCell(at: number, cell: { cell_type: 'code'; source: string }): unknown };
    } | null;
  };
}

/** Let widgets run code in a cell below their own: see kit/cell.ts. */
export function runCellsFor(app: JupyterFrontEnd): void {
  document.addEventListener(RUN_CELL, event => {
    const panels = [...app.shell.widgets('main')] as unknown as INotebook[];
    const panel = panels.find(one => one.content?.widgets && one.node.contains(event.target as Node));
    if (panel && place(panel, event.target as Node, (event as CustomEvent<string>).detail)) {
      event.preventDefault();
      app.shell.activateById(panel.id);
      void app.commands.execute('notebook:run-cell');
    }
  });
}

/** Make the cell below the one with `inside` hold `code`, and the active one. A cell that does already is taken. */
export function place(panel: INotebook, inside: Node, code: string): boolean {
  const { content } = panel;
  const at = content.widgets.findIndex(cell => cell.node.contains(inside));
  if (at < 0 || !content.model || content.model.readOnly) {
    return false;
  }
  const next = content.widgets[at + 1];
  if (next?.model.type !== 'code' || next.model.sharedModel.getSource() !== code) {
    content.model.sharedModel.insertCell(at + 1, { cell_type: 'code', source: code });
  }
  content.activeCellIndex = at + 1;
  return true;
}

/** Make a cell with `code` the last and the active one, not run. False where the notebook cannot be written. */
export function append({ content }: INotebook, code: string): boolean {
  if (!content.model || content.model.readOnly) {
    return false;
  }
  const end = content.widgets.length;
  content.model.sharedModel.insertCell(end, { cell_type: 'code', source: code });
  content.activeCellIndex = end;
  return true;
}
