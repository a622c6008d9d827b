/** The part of a notebook's file that is needed here. */
export interface INotebook {
  cells: { cell_type: string; outputs?: unknown[]; execution_count?: number | null }[];
}

/** The part of JupyterLab's contents manager that is needed here. */
export interface IContents {
  get(path: string, options: { content: boolean }): Promise<unknown>;
  save(path: string, options: { type: 'notebook'; format: 'json'; content: INotebook }): Promise<unknown>;
}

interface IFolder {
  content: { name: string }[];
}

/** What lies in a folder. Asking for a file that is not there would put an error into the browser's console. */
export async function namesIn(contents: IContents, folder: string): Promise<string[]> {
  const { content } = (await contents.get(folder, { content: true })) as IFolder;
  return Array.isArray(content) ? content.map(one => one.name) : []; // a file of that name is no folder
}

/** "RTC:" is the root of a drive. */
export function isRoot(folder: string): boolean {
  return folder === '' || folder.endsWith(':');
}

export function within(folder: string, name: string): string {
  return isRoot(folder) ? folder + name : `${folder}/${name}`;
}

/** The folder that a file or folder lies in, and its name there; of a root the root itself and no name. */
export function split(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf('/');
  if (at >= 0) {
    return [path.slice(0, at), path.slice(at + 1)];
  }
  const drive = /^\w+:/.exec(path)?.[0] ?? ''; // "C:\x" is a name, and no drive of JupyterLab's
  return isRoot(path) ? [path, ''] : drive && !path.includes('\\') ? [drive, path.slice(drive.length)] : ['', path];
}
