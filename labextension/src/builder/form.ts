import type { BuilderField } from '../contract/builder';
import { element, setText } from '../kit/dom';
import type { BuilderModel } from './model';
import { parsed, shown } from './state';
import { fill, sent } from './typing';

let inputs = 0;

type Input = HTMLInputElement | HTMLSelectElement;

/** The fields of one step. Inputs stay while the same fields are there, so that the focus does. */
export class Form {
  readonly el = element('div', 'fw-Builder-form');

  constructor(private _model: BuilderModel) {}

  update(fields: BuilderField[]): void {
    const key = JSON.stringify(fields.map(field => [field.step, field.name, field.kind, field.label, choices(field)]));
    if (key !== this._key) {
      this._key = key;
      const focus = (document.activeElement as HTMLElement | null)?.dataset.field;
      const inside = this.el.contains(document.activeElement);
      this.el.replaceChildren(...fields.map(field => this._field(field)));
      if (inside && focus) {
        this.el.querySelector<HTMLElement>(`[data-field="${focus}"]`)?.focus();
      }
    }
    fields.forEach((field, i) => this._fill(field, this.el.children[i]));
  }

  private _field(field: BuilderField): HTMLElement {
    if (field.kind === 'names' && field.options.length) {
      return this._boxes(field);
    }
    const input = this._input(field);
    input.dataset.field = `${field.step}.${field.name}`;
    input.id = `fw-builder-field-${++inputs}`;
    const label = element('label', '', field.label);
    label.htmlFor = input.id;
    const el = element('div', 'fw-Builder-field', ...(field.kind === 'flag' ? [input, label] : [label, input]));
    el.classList.toggle('fw-mod-flag', field.kind === 'flag');
    if (field.hint) {
      const hint = element('small', '', field.hint);
      hint.id = `${input.id}-hint`;
      input.setAttribute('aria-describedby', hint.id);
      el.append(hint);
    }
    return el;
  }

  private _input(field: BuilderField): Input {
    if (field.kind === 'choice') {
      const select = element('select', 'fw-Select');
      select.append(...choices(field).map(([value, words]) => new Option(words, value)));
      select.addEventListener('change', () => this._model.change(field, select.value));
      return select;
    }
    const input = element('input', field.kind === 'flag' ? '' : 'fw-Builder-box');
    input.type = field.kind === 'flag' ? 'checkbox' : 'text';
    input.spellcheck = false;
    if (field.kind === 'number' || field.kind === 'whole') {
      input.inputMode = 'decimal';
    }
    input.addEventListener('change', () => this._send(field, input));
    return input;
  }

  private _send(field: BuilderField, input: HTMLInputElement): void {
    const value = field.kind === 'flag' ? input.checked : parsed(field, input.value);
    input.setAttribute('aria-invalid', String(value === null));
    if (value !== null) {
      sent(input);
      this._model.change(field, value);
    }
  }

  private _boxes(field: BuilderField): HTMLElement {
    const set = element(
      'fieldset',
      'fw-Builder-names',
      element('legend', '', `${field.label} (${field.hint || 'any'})`)
    );
    for (const [value, words] of field.options) {
      const box = element('input');
      box.type = 'checkbox';
      box.value = value;
      box.dataset.field = `${field.step}.${field.name}.${value.replace(/["\\]/g, '')}`;
      box.addEventListener('change', () => {
        const chosen = [...set.querySelectorAll('input')].filter(one => one.checked).map(one => one.value);
        this._model.change(field, chosen);
      });
      set.append(element('label', 'fw-mod-flag', box, element('span', '', words)));
    }
    return set;
  }

  private _fill(field: BuilderField, el: Element): void {
    for (const input of el.querySelectorAll<Input>('input, select')) {
      input.disabled = this._model.lost;
      if (input instanceof HTMLInputElement && input.type === 'checkbox') {
        input.checked = Array.isArray(field.value) ? field.value.includes(input.value) : Boolean(field.value);
      } else {
        fill(input, shown(field));
      }
    }
    const legend = el.querySelector('legend');
    if (legend) {
      setText(legend, `${field.label} (${field.hint || 'any'})`);
    }
  }

  private _key = '';
}

/** What may be chosen, and what is chosen now, also where the folder has no such thing any more. */
function choices(field: BuilderField): [string, string][] {
  const known = field.kind !== 'choice' || field.options.some(([value]) => value === field.value);
  return known ? field.options : [...field.options, [shown(field), shown(field)]];
}
