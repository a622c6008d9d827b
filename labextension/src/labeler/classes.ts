import { button, element, setText } from '../kit/dom';
import type { LabelerModel } from './model';

export interface IClassesHost {
  /** A class was clicked. */
  choose(name: string): void;
  /** Close the editor: the focus goes back to the picture. */
  leave(): void;
}

/** The classes beside the picture, with their keys and counts; and where they are added, renamed and merged. */
export class ClassList {
  readonly el = element('div', 'fw-Labeler-side-classes');

  constructor(
    private _model: LabelerModel,
    private _host: IClassesHost
  ) {
    this._list.setAttribute('role', 'group');
    this._list.setAttribute('aria-label', 'Classes');
    this._edit = button('Edit classes …', 'Add, rename or merge classes (e)', () => this.toggle());
    this._edit.setAttribute('aria-expanded', 'false');
    this._editor.hidden = true;
    this._editor.addEventListener('keydown', event => this._onKey(event));
    this.el.append(this._list, this._edit, this._editor);
  }

  /** Show the classes; those of `on` are pressed. */
  update(on: Set<string>, disabled: boolean): void {
    const { classes } = this._model.labeler;
    const key = classes.map(({ name }) => name).join('\n');
    if (key !== this._made) {
      this._made = key;
      this._buttons = classes.map(({ name }, i) => this._button(name, i));
      const none = element('p', 'fw-Labeler-none', 'There are no classes yet: add the first one.');
      this._list.replaceChildren(...(classes.length ? this._buttons : [none]));
      this._fillEditor();
    }
    classes.forEach(({ name, count }, i) => {
      this._buttons[i].setAttribute('aria-pressed', String(on.has(name)));
      this._buttons[i].disabled = disabled;
      setText(this._buttons[i].querySelector('i')!, count.toLocaleString('en'));
    });
    this._edit.disabled = disabled;
  }

  /** Open or close the editor. */
  toggle(): void {
    this._editor.hidden = !this._editor.hidden;
    this._edit.setAttribute('aria-expanded', String(!this._editor.hidden));
    if (this._editor.hidden) {
      this._host.leave();
    } else {
      this._fillEditor();
      this._name.focus();
    }
  }

  private _button(name: string, i: number): HTMLButtonElement {
    const el = button(name, name, () => this._host.choose(name));
    el.classList.add('fw-Labeler-class');
    if (i < 9) {
      el.prepend(element('kbd', '', String(i + 1)));
    }
    el.append(element('i'));
    return el;
  }

  private _fillEditor(): void {
    const had = this._editor.contains(document.activeElement);
    const names = this._model.labeler.classes.map(({ name }) => name);
    const [which, into] = [chooser('Class to change', names), chooser('Class that it goes into', names)];
    this._name = field('Name of the new class');
    this._fresh = field('Its new name');
    const add = (): void => this._change('add', this._name.value, '');
    const rename = (): void => this._change('rename', which.value, this._fresh.value);
    const merge = (): void => this._change('merge', which.value, into.value);
    into.value = names.find(name => name !== which.value) ?? '';
    this._enter = new Map([
      [this._name, add],
      [this._fresh, rename]
    ]);
    const some = names.length > 0;
    this._editor.replaceChildren(
      line(this._name, button('Add', 'Add the class', add)),
      ...(some ? [line(which)] : []),
      ...(some ? [line(this._fresh, button('Rename', 'Rename the class, on all pictures', rename))] : []),
      ...(names.length > 1 ? [line(into, button('Merge', 'Put all its pictures into this class', merge))] : [])
    );
    if (had) {
      this._name.focus(); // the one that had it was made anew
    }
  }

  private _change(how: 'add' | 'rename' | 'merge', name: string, to: string): void {
    const wanted = how === 'add' ? name : to;
    if (wanted.trim()) {
      this._model.changeClasses(how, name.trim(), to.trim());
      this._name.value = '';
      this._fresh.value = '';
    }
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.toggle();
    } else if (event.key === 'Enter' && this._enter.has(event.target as HTMLInputElement)) {
      this._enter.get(event.target as HTMLInputElement)!();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private _list = element('div', 'fw-Labeler-classes');
  private _editor = element('div', 'fw-Labeler-editor');
  private _edit: HTMLButtonElement;
  private _buttons: HTMLButtonElement[] = [];
  private _name = field('Name of the new class');
  private _fresh = field('Its new name');
  private _enter = new Map<HTMLInputElement, () => void>();
  private _made = '-';
}

function field(label: string): HTMLInputElement {
  const input = element('input', 'fw-Grid-input');
  input.type = 'text';
  input.placeholder = label;
  input.setAttribute('aria-label', label);
  return input;
}

function chooser(label: string, names: string[]): HTMLSelectElement {
  const select = element('select', 'fw-Select');
  select.setAttribute('aria-label', label);
  select.append(...names.map(name => new Option(name, name)));
  return select;
}

function line(...children: HTMLElement[]): HTMLElement {
  return element('div', 'fw-Labeler-line', ...children);
}
