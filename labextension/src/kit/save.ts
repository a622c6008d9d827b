import type { WidgetModel } from '@jupyter-widgets/base';
import type { IOutputs } from './twin';

interface IContext {
  save(): Promise<void>;
  contentsModel: { writable?: boolean } | null;
  model: {
    readOnly: boolean;
    collaborative?: boolean;
    cells?: { readonly length: number; get(i: number): { outputs?: IOutputs } };
  };
}

/** The notebook that a widget stands in. Only JupyterLab's and Notebook's widget managers know one. */
export function notebookOf(model: WidgetModel): IContext | undefined {
  return (model.widget_manager as unknown as { context?: IContext }).context;
}

const running = new WeakMap<IContext, Promise<void>>();

/**
 * Save the notebook that a widget stands in, so that a page reload in the middle of a run finds the widget again: a
 * reload shows what the file holds. Where there is no file, where it may not be written, or where it saves itself
 * (shared editing), nothing happens. Saves follow each other; two at a time would look like two writers.
 */
export async function saveNotebook(model: WidgetModel): Promise<void> {
  const context = notebookOf(model);
  if (!context?.contentsModel?.writable || context.model.readOnly || context.model.collaborative) {
    return;
  }
  const done = (running.get(context) ?? Promise.resolve()).then(() => save(context));
  running.set(context, done);
  await done;
}

async function save(context: IContext): Promise<void> {
  try {
    await context.save();
  } catch (error) {
    console.warn('fastwidgets: the notebook could not be saved, so a reload would lose the live view', error);
  }
}
