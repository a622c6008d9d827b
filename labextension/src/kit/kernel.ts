import type { WidgetModel } from '@jupyter-widgets/base';

interface ISignal<T> {
  connect(slot: (sender: unknown, args: T) => void): void;
  disconnect(slot: (sender: unknown, args: T) => void): void;
}
interface IKernel {
  statusChanged?: ISignal<string>;
  disposed?: ISignal<unknown>;
}

/** What a kernel says of itself when the process that made our widgets is no more. */
const GONE = ['restarting', 'autorestarting', 'terminating', 'dead'];

/** What then is to be done: a new kernel knows nothing of the cells above, either. */
export const RUN_AGAIN = 'run this notebook again from the first cell';

/**
 * Call `onGone` once when the kernel of a widget restarts, dies or is let go. The widget manager itself notices only a
 * restart that the user asked for. Returns a disposer.
 */
export function watchKernel(model: WidgetModel, onGone: () => void): () => void {
  const { kernel } = model.widget_manager as unknown as { kernel?: IKernel | null };
  const stop = (): void => {
    kernel?.statusChanged?.disconnect(onStatus);
    kernel?.disposed?.disconnect(gone);
    model.off('comm_live_update', onComm);
  };
  const gone = (): void => {
    stop();
    onGone();
  };
  const onStatus = (_: unknown, status: string): void => {
    if (GONE.includes(status)) gone();
  };
  const onComm = (): void => {
    if (!model.comm_live) gone();
  };
  kernel?.statusChanged?.connect(onStatus);
  kernel?.disposed?.connect(gone);
  model.on('comm_live_update', onComm);
  return stop;
}
