import { isRoot, namesIn, within, type IContents, type INotebook } from './contents';

export const TOUR = 'fastwidgets-tour.ipynb';
/** The tour as it lies in a folder of the examples, with the folder that `make lab` fills. */
export const EXAMPLE = '01_tour.ipynb';
export const FOLDER = 'notebooks';

/**
 * The path of the tour for somebody in the folder `cwd`: the one among the examples if they lie there or, from the root,
 * in the folder `notebooks`; else a copy in `cwd`. That is written from this bundle, with the notebooks in `more`, by
 * name, that the tour sends its readers to. What is there already stays as somebody has changed it.
 */
export async function tourIn(
  contents: IContents,
  cwd: string,
  notebook: INotebook,
  more: Record<string, INotebook> = {}
): Promise<string> {
  const here = await namesIn(contents, cwd);
  if (here.includes(EXAMPLE)) {
    return within(cwd, EXAMPLE);
  }
  if (isRoot(cwd) && here.includes(FOLDER) && (await namesIn(contents, within(cwd, FOLDER))).includes(EXAMPLE)) {
    return within(cwd, `${FOLDER}/${EXAMPLE}`);
  }
  for (const [name, content] of Object.entries({ ...more, [TOUR]: notebook })) {
    if (!here.includes(name)) {
      await contents.save(within(cwd, name), { type: 'notebook', format: 'json', content: unrun(content) });
    }
  }
  return within(cwd, TOUR);
}

/** The notebook as if no cell of it had ever been run. */
function unrun(notebook: INotebook): INotebook {
  const cells = notebook.cells.map(cell =>
    cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell
  );
  return { ...notebook, cells };
}
