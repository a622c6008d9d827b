import { DOMWidgetView } from '@jupyter-widgets/base';
import { keyList } from '../grid/keylist';
import { Announcer } from '../kit/announce';
import { runBelow } from '../kit/cell';
import { element, setText } from '../kit/dom';
import { bindKeys, type IKey } from '../kit/keys';
import { Sheet } from '../kit/sheet';
import { Beside } from './beside';
import { FolderBar } from './folder';
import { Foot } from './foot';
import { Form } from './form';
import { HealthList } from './health';
import type { BuilderModel } from './model';
import { CellReader } from './reader';
import { ResultPane } from './result';
import { STEPS } from './state';
import { Strip } from './strip';

let views = 0;

/** The folder above, the steps in a strip, and of one step its fields beside what they make of the data. */
export class BuilderView extends DOMWidgetView {
  declare model: BuilderModel;

  render(): void {
    super.render();
    const { el, model } = this;
    el.classList.add('fw-BuilderView', 'fw-Live');
    el.tabIndex = -1;
    el.setAttribute('role', 'group');
    el.setAttribute('aria-label', 'DataBlock builder. Press ? for its keys.');
    this._panel.id = `fw-builder-panel-${++views}`;
    this._panel.setAttribute('role', 'tabpanel');
    this._folder = new FolderBar(model);
    this._strip = new Strip(model, this._panel.id);
    this._beside = new Beside(model);
    this._form = new Form(model);
    this._health = new HealthList(model);
    this._foot = new Foot(model, {
      build: () => this._showCode(),
      read: () => this._reader.show(),
      help: () => this._toggleHelp()
    });
    this._sheet = new Sheet(() => this._foot.focus());
    this._reader = new CellReader(
      code => model.read(code),
      () => this._foot.focus()
    );
    this._help.hidden = true;
    this._help.append(...keyList('Keys of the builder', this._keys));
    this._empty.setAttribute('role', 'status');
    this._result.el.tabIndex = 0; // so that the keyboard can scroll it
    this._result.el.setAttribute('role', 'region');
    this._result.el.setAttribute('aria-label', 'What this step makes of the data');
    const left = element('div', 'fw-Builder-left', this._beside.el, this._form.el);
    this._left = left;
    this._panel.append(this._empty, left, this._health.el, this._result.el, this._help);
    const sheets = element('div', 'fw-Builder-sheets', this._sheet.el, this._reader.el);
    el.append(this._folder.el, this._strip.el, this._panel, this._foot.el, sheets, this._announcer.el);
    this._unbind = bindKeys(el, this._keys);
    el.addEventListener('keydown', event => this._turn(event));
    this.listenTo(model, 'state health change change:lost', () => this._update());
    this.listenTo(model, 'result', () => this._update());
    this.listenTo(model, 'completions', () => this._folder.complete());
    this._update();
  }

  remove(): this {
    this._unbind?.();
    this._result.dispose();
    this._announcer.dispose();
    super.remove();
    return this;
  }

  private _update(): void {
    const { model } = this;
    const { state } = model;
    const focused = this.el.contains(document.activeElement);
    this.el.style.setProperty('--fw-height', `${model.get('height')}px`);
    this._folder.update();
    this._strip.update();
    this._beside.update();
    this._health.update();
    this._foot.update();
    const health = state.step === 'health';
    this._form.update(state.step === 'health' ? [] : state.form[state.step]);
    this._empty.hidden = state.open;
    setText(this._empty, state.error || (state.scanning.what ? 'Looking for files …' : EMPTY));
    this._empty.classList.toggle('fw-mod-error', state.error !== '');
    this._left.hidden = health || !state.open;
    this._health.el.hidden = !health || !state.open;
    this._result.el.hidden = !state.open;
    const shown = state.step === 'health' ? 'shown' : state.step;
    this._result.update(
      model.results.get(shown) ?? (health ? (model.health.findings.length ? NONE_SHOWN : NOTHING_FOUND) : undefined),
      state.step === 'split'
    );
    const name = STEPS.find(([step]) => step === state.step)?.[1] ?? '';
    this._panel.setAttribute('aria-label', name);
    this._announcer.say(state.error || model.results.get(shown)?.words[0] || '');
    if (focused) {
      this._keepFocus();
    }
  }

  /** What had the focus may be gone, or hidden: the next key must not fall to the notebook. */
  private _keepFocus(): void {
    const at = document.activeElement;
    if (!at || !this.el.contains(at) || at.closest('[hidden]')) {
      this._strip.focus();
    }
  }

  /** The cell, to be run below; where no cell can be made, the kernel makes the loaders itself. */
  private _showCode(): void {
    const { state } = this.model;
    if (!this._foot.canBuild) {
      return;
    }
    const grave = this.model.health.findings.filter(one => one.severity === 'error').map(one => one.words);
    const run = (): void => {
      if (!runBelow(this.el, state.code)) {
        this.model.build();
      }
    };
    const words = `Run it in a cell below: ${state.name}`;
    this._sheet.show('The cell that does all this:', state.code, grave.join(' '), { words, run });
  }

  private _toggleHelp(): void {
    this._help.hidden = !this._help.hidden;
    this._foot.showHelp(!this._help.hidden);
  }

  private _escape(): void {
    if (!this._sheet.el.hidden || !this._reader.el.hidden) {
      this._sheet.hide();
      this._reader.hide();
    } else if (!this._help.hidden) {
      this._toggleHelp();
    }
  }

  /** Ctrl+Z and Ctrl+Y, except in a box in which something is being typed. */
  private _turn(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const typing = target.matches('textarea, input:not([type=checkbox])');
    if (!(event.ctrlKey || event.metaKey) || typing || this.model.lost) {
      return;
    }
    const key = event.key.toLowerCase();
    const how = key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : key === 'z' ? 'undo' : null;
    if (how) {
      event.preventDefault();
      event.stopPropagation();
      this.model.turn(how);
    }
  }

  private _keys: IKey[] = [
    ...STEPS.map(([step, name], i) => ({
      keys: [String(i + 1)],
      label: String(i + 1),
      text: name,
      run: () => {
        this.model.go(step);
        this._strip.focus();
      }
    })),
    { keys: ['n'], label: 'n', text: 'Another batch', run: () => this.model.another() },
    { keys: ['b'], label: 'b', text: 'Build: see the cell', run: () => this._showCode() },
    { keys: ['?'], label: '?', text: 'Show or hide this list', run: () => this._toggleHelp() },
    { keys: ['Escape'], label: 'Esc', text: 'Close what is open', run: () => this._escape() }
  ];

  private _folder!: FolderBar;
  private _strip!: Strip;
  private _beside!: Beside;
  private _form!: Form;
  private _health!: HealthList;
  private _foot!: Foot;
  private _sheet!: Sheet;
  private _reader!: CellReader;
  private _left!: HTMLElement;
  private _panel = element('div', 'fw-Builder-panel');
  private _empty = element('p', 'fw-Builder-empty');
  private _help = element('div', 'fw-Keys');
  private _result = new ResultPane();
  private _announcer = new Announcer();
  private _unbind?: () => void;
}

const EMPTY =
  'No folder is open yet. Write the path of your pictures, tables or texts above and press Open: ' +
  'the builder looks at it, says what it takes it for, and lets you change it.';
const NONE_SHOWN = {
  kind: 'result' as const,
  step: 'shown' as const,
  working: false,
  error: '',
  words: ['Press Show at a finding to see its files here.'],
  warnings: [],
  bars: [],
  tiles: [],
  text: '',
  buffers: []
};
const NOTHING_FOUND = { ...NONE_SHOWN, words: ['The files of a finding stand here.'] };
