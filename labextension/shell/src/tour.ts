export const TOUR = 'fastwidgets-tour.ipynb';

export interface INotebook {
  cells: { cell_type: string; outputs?: unknown[]; execution_count?: number | null }[];
}

/** The part of JupyterLab's contents manager that is needed here. */
interface IContents {
  get(path: string, options: { content: boolean }): Promise<unknown>;
  save(path: string, options: { type: 'notebook'; format: 'json'; content: INotebook }): Promise<unknown>;
}

/**
 * The path of the tour in the folder `cwd`. It is written there from the copy in this bundle unless it is there already:
 * what somebody has changed in it stays.
 */
export async function tourIn(contents: IContents, cwd: string, notebook: INotebook): Promise<string> {
  const path = cwd === '' || cwd.endsWith(':') ? cwd + TOUR : `${cwd}/${TOUR}`; // "RTC:" is the root of a drive
  try {
    await contents.get(path, { content: false });
  } catch (error) {
    if ((error as { response?: Response }).response?.status !== 404) {
      throw error;
    }
    await contents.save(path, { type: 'notebook', format: 'json', content: unrun(notebook) });
  }
  return path;
}

/** The notebook as if no cell of it had ever been run. */
function unrun(notebook: INotebook): INotebook {
  const cells = notebook.cells.map(cell =>
    cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell
  );
  return { ...notebook, cells };
}
