import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

/** What the server says of a folder: fastwidgets/server/overview. Folders are named from the server's root. */
export interface IOverview {
  folder: string;
  /** Was everything looked at? A very large folder is not. */
  whole: boolean;
  widgets: IWidget[];
  journals: IJournal[];
  data: IData[];
  runs: IRun[];
}
export interface IWidget {
  kernel: string;
  notebook: string;
  model: string;
  widget: string;
  title: string;
  folder: string | null;
}
export interface IJournal {
  folder: string;
  problem: string;
  decisions?: number;
  items?: number;
  total?: number | null;
  at?: string | null;
  damaged?: number;
}
export interface IData {
  folder: string;
  pictures: number;
  scans: number;
  tables: number;
}
export interface IRun {
  folder: string;
  problem: string;
  code?: string;
  ended?: string | null;
  reason?: string | null;
  /** When the history was last written, in seconds since 1970. */
  written?: number | null;
  epochs?: number;
  of?: number;
  values?: Record<string, number>;
}

/** Ask for what is in a folder. Raises: an Error that says what to do. */
export async function askOverview(
  settings: ServerConnection.ISettings,
  folder: string,
  trans: TranslationBundle
): Promise<IOverview> {
  const url = URLExt.join(settings.baseUrl, 'fastwidgets/overview') + URLExt.objectToQueryString({ folder });
  const response = await ServerConnection.makeRequest(url, {}, settings).catch(() => {
    throw new Error(trans.__('The server does not answer. Look whether it still runs, then press Refresh.'));
  });
  const answer = (await response.json().catch(() => ({}))) as IOverview & { why?: string };
  if (response.ok) {
    return answer;
  }
  if (answer.why === 'no folder') {
    throw new Error(trans.__('This folder is not there any more. Choose another one in the file browser.'));
  }
  if (answer.why === 'no right') {
    throw new Error(trans.__('This folder may not be read. Choose another one, or ask its owner for the right.'));
  }
  throw new Error(
    trans.__(
      'The server extension does not answer (%1). Run "jupyter server extension enable fastwidgets.server", start the server again, then reload this page.',
      response.status
    )
  );
}
