import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { panelIcon } from '../icon';
import type { IOverview } from '../overview';
import { draw, element } from './draw';
import type { IAct, ISection } from './sections';

const EVERY_MS = 5000;

export interface IPanelHost {
  /** The folder that the panel is about. */
  folder(): string;
  ask(folder: string): Promise<IOverview>;
  sections(found: IOverview): ISection[];
  act(one: IAct): void;
}

/** The side panel: what lies in the folder of the file browser, and what is open. It asks again while it is seen. */
export class Panel extends Widget {
  constructor(
    private _host: IPanelHost,
    private _trans: TranslationBundle
  ) {
    super();
    this.id = 'fastwidgets-panel';
    this.title.icon = panelIcon;
    this.title.caption = _trans.__('Data sets, decisions and training runs');
    this.addClass('fw-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.caption);
    this.node.tabIndex = -1;
    const refresh = element('button', 'fw-Panel-act', _trans.__('Refresh'));
    refresh.type = 'button';
    refresh.addEventListener('click', () => void this.refresh());
    this._said.setAttribute('role', 'status');
    this._said.textContent = _trans.__('Looking…');
    const head = element('div', 'fw-Panel-head', element('h2', 'fw-Panel-heading', 'fastwidgets'), refresh);
    this.node.append(head, this._where, this._said, this._body);
  }

  /**
   * Ask the server now, and while the panel is seen every few seconds from then on; where it cannot say, only when the
   * user asks again or goes to another folder. An answer about a folder that was left meanwhile counts no more.
   */
  async refresh(): Promise<void> {
    window.clearTimeout(this._timer);
    const asked = ++this._asked;
    const folder = this._host.folder();
    try {
      const found = await this._host.ask(folder);
      if (asked === this._asked && !this.isDisposed) {
        this._show(found);
        this._next(EVERY_MS);
      }
    } catch (error) {
      if (asked === this._asked && !this.isDisposed) {
        this._fail(folder, (error as Error).message);
      }
    }
  }

  protected onAfterAttach(): void {
    this._next(0);
  }

  protected onAfterShow(): void {
    this._next(0);
  }

  protected onBeforeHide(): void {
    window.clearTimeout(this._timer);
  }

  protected onActivateRequest(): void {
    (this.node.querySelector<HTMLElement>('button') ?? this.node).focus();
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    super.dispose();
  }

  private _next(wait: number): void {
    window.clearTimeout(this._timer);
    if (!this.isVisible) {
      return;
    }
    this._timer = window.setTimeout(() => {
      if (document.hidden) {
        this._next(EVERY_MS);
      } else {
        void this.refresh();
      }
    }, wait);
  }

  private _show(found: IOverview): void {
    this._tell(found.folder, '');
    const sections = this._host.sections(found);
    const made = JSON.stringify(sections);
    if (made !== this._made) {
      this._made = made;
      this._replace(draw(sections, one => this._host.act(one)));
    }
  }

  private _fail(folder: string, why: string): void {
    this._tell(folder, why);
    this._made = '';
    this._replace([]);
  }

  private _tell(folder: string, said: string): void {
    this._where.textContent = this._trans.__('In the folder %1', `/${folder}`);
    if (this._said.textContent !== said) {
      this._said.textContent = said;
    }
  }

  /** Put new elements in; the button that had the focus keeps it. */
  private _replace(elements: HTMLElement[]): void {
    const had = (document.activeElement as HTMLElement | null)?.dataset.key;
    this._body.replaceChildren(...elements);
    const again = [...this._body.querySelectorAll<HTMLElement>('[data-key]')].find(el => had && el.dataset.key === had);
    again?.focus();
  }

  private _where = element('div', 'fw-Panel-where');
  private _said = element('div', 'fw-Panel-said');
  private _body = element('div', 'fw-Panel-body');
  private _made = '';
  private _asked = 0;
  private _timer = 0;
}
