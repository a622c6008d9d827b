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

/** The folder that a file or folder lies in, and its name there; `drive` is what stands before both, such as "RTC:". */
export function split(path: string, drive = ''): [folder: string, name: string] {
  const local = path.slice(drive.length);
  const at = local.lastIndexOf('/');
  return [drive + local.slice(0, Math.max(0, at)), local.slice(at + 1)];
}
