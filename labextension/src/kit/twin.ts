import type { WidgetModel } from '@jupyter-widgets/base';
import { notebookOf } from './save';

const VIEW = 'application/vnd.jupyter.widget-view+json';
const MARK = 'class="fw-static"';

interface IOutput {
  output_type: string;
  data?: Record<string, unknown>;
  metadata?: unknown;
}

/** The part of JupyterLab's outputs of a cell that is needed here. */
export interface IOutputs {
  readonly length: number;
  get(i: number): { toJSON(): object };
  set(i: number, output: object): void;
}

/**
 * Put the static twin of a widget into the notebook, where its old one stands: after a reload JupyterLab no longer
 * knows which output the kernel's display updates are for. Returns whether anything had to change.
 */
export function placeTwin(model: WidgetModel, html: string, text: string): boolean {
  const cells = notebookOf(model)?.model.cells;
  let changed = false;
  for (let i = 0; i < (cells?.length ?? 0); i++) {
    const outputs = cells?.get(i).outputs;
    changed = (outputs !== undefined && renewTwin(outputs, model.model_id, html, text)) || changed;
  }
  return changed;
}

/** The same in the outputs of one cell: the twin is the output right after the view of the widget `id`. */
export function renewTwin(outputs: IOutputs, id: string, html: string, text: string): boolean {
  let changed = false;
  for (let i = 0; i + 1 < outputs.length; i++) {
    const view = (outputs.get(i).toJSON() as IOutput).data?.[VIEW] as { model_id?: string } | undefined;
    if (view?.model_id !== id) {
      continue;
    }
    const twin = outputs.get(i + 1).toJSON() as IOutput;
    const old = joined(twin.data?.['text/html']);
    if (old.includes(MARK) && old !== html) {
      outputs.set(i + 1, { ...twin, data: { 'text/html': html, 'text/plain': text } });
      changed = true;
    }
  }
  return changed;
}

/** Text as notebooks hold it: whole, or as a list of lines. */
function joined(value: unknown): string {
  return Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : '';
}
