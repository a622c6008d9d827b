import type { WidgetModel } from '@jupyter-widgets/base';

interface IContext {
  save(): Promise<void>;
  contentsModel: { writable?: boolean } | null;
  model: { readOnly: boolean; collaborative?: boolean };
}

/**
 * Save the notebook that a widget stands in, so that a page reload in the middle of a run finds the widget again: a
 * reload shows what the file holds. Only JupyterLab's and Notebook's widget managers know a file; elsewhere, where the
 * file may not be written, or where it saves itself (shared editing), nothing happens.
 */
export async function saveNotebook(model: WidgetModel): Promise<void> {
  const { context } = model.widget_manager as unknown as { context?: IContext };
  if (!context?.contentsModel?.writable || context.model.readOnly || context.model.collaborative) {
    return;
  }
  try {
    await context.save();
  } catch (error) {
    console.warn('fastwidgets: the notebook could not be saved, so a reload would lose the live view', error);
  }
}
