import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { append } from './cell';
import { split } from './contents';
import { askFolder, showCell } from './dialogs';
import { newNotebook } from './notebook';
import { cellFor, cellForLost, cellForRun, type IOpener } from './openers';
import type { IOverview } from './overview';
import { clickedFolder, currentFolder, openNotebooks } from './shell';

type Args = { [name: string]: unknown };

/** The commands of menu, launcher, palette and side panel. `ask` says what is in a folder. */
export class Commands {
  constructor(
    private _app: JupyterFrontEnd,
    private _openers: IOpener[],
    private _ask: (folder: string) => Promise<IOverview>,
    private _trans: TranslationBundle
  ) {}

  add(): void {
    const { commands } = this._app;
    for (const opener of this._openers) {
      commands.addCommand(opener.command, {
        label: args => (args['selected'] ? opener.onFolder : opener.label),
        caption: opener.caption,
        icon: opener.icon,
        execute: args => this._open(opener, args)
      });
    }
    const own: Record<string, (args: Args) => Promise<unknown>> = {
      'fastwidgets:read-run': args => this._readRun(args['folder'] as string),
      'fastwidgets:go-to-folder': args => this._goToFolder(args['folder'] as string),
      'fastwidgets:go-to-notebook': args => this._document(args['notebook'] as string),
      'fastwidgets:reattach': args => this._reattach(args['notebook'] as string, args['model'] as string)
    };
    for (const [id, execute] of Object.entries(own)) {
      commands.addCommand(id, { execute }); // buttons of the panel, which give the arguments
    }
  }

  /** A folder that a menu or the panel names gets its notebook beside it; else the user is asked for one. */
  private async _open(opener: IOpener, args: Args): Promise<void> {
    const named = args['selected'] ? clickedFolder(this._app) : (args['folder'] as string | undefined);
    if (named !== undefined) {
      const local = this._app.serviceManager.contents.localPath(named);
      const [cwd, name] = split(named, named.slice(0, named.length - local.length));
      return this._write(cwd, opener.file, cellFor(opener.widget, name));
    }
    const cwd = (args['cwd'] as string | undefined) ?? currentFolder(this._app);
    const path = await askFolder(opener.label, await this._suggested(cwd), this._trans);
    if (path !== undefined) {
      await this._write(cwd, opener.file, cellFor(opener.widget, path));
    }
  }

  /** "." and the data sets in a folder, as seen from there. Where the server cannot say, "." alone. */
  private async _suggested(cwd: string): Promise<string[]> {
    const found = await this._ask(cwd).catch(() => null);
    const names = (found?.data ?? []).map(one => split(one.folder)[1]);
    const inside = names.filter((_, i) => found?.data[i].folder !== found?.folder);
    return ['.', ...inside];
  }

  private async _write(cwd: string, file: string, code: string): Promise<void> {
    const { contents, kernelspecs } = this._app.serviceManager;
    try {
      const path = await newNotebook(contents, kernelspecs, cwd, file, code);
      await this._document(path);
    } catch (error) {
      const why = this._trans.__('No notebook could be made in /%1: %2', cwd, (error as Error).message);
      await showCell(code, why, this._trans);
    }
  }

  private async _readRun(folder: string): Promise<void> {
    const [runs, name] = split(folder);
    const [cwd, above] = split(runs); // a run is read from a notebook beside the folder of all runs
    await this._write(cwd, 'run', cellForRun(above ? `${above}/${name}` : name));
  }

  private async _reattach(notebook: string, model: string): Promise<void> {
    const code = cellForLost(model);
    await this._document(notebook);
    const { contents } = this._app.serviceManager;
    const panel = openNotebooks(this._app).find(one => contents.localPath(one.context.path) === notebook);
    await panel?.context.ready;
    if (!panel || !append(panel, code)) {
      const why = this._trans.__('Run it at the end of the notebook %1, whose kernel has the widget.', notebook);
      await showCell(code, why, this._trans);
    }
  }

  private async _document(path: string): Promise<void> {
    await this._app.commands.execute('docmanager:open', { path });
  }

  /** Notebook 7 shows folders on a page of their own. */
  private async _goToFolder(folder: string): Promise<void> {
    const { commands } = this._app;
    if (commands.hasCommand('filebrowser:open-path')) {
      await commands.execute('filebrowser:open-path', { path: `/${folder}` });
    } else {
      window.open(URLExt.join(PageConfig.getBaseUrl(), 'tree', URLExt.encodeParts(folder)));
    }
  }
}
