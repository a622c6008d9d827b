import type { WidgetModel } from '@jupyter-widgets/base';
import { expect, it, vi } from 'vitest';
import { watchKernel } from './kernel';

type Slot = (sender: unknown, args: never) => void;

function signal() {
  const slots = new Set<Slot>();
  return {
    connect: (slot: Slot) => void slots.add(slot),
    disconnect: (slot: Slot) => void slots.delete(slot),
    emit: (args?: string) => [...slots].forEach(slot => slot(null, args as never))
  };
}

function widget() {
  const [statusChanged, disposed, comm] = [signal(), signal(), signal()];
  const model = {
    widget_manager: { kernel: { statusChanged, disposed } },
    comm_live: true,
    on: (_: string, slot: Slot) => comm.connect(slot),
    off: (_: string, slot: Slot) => comm.disconnect(slot)
  };
  const gone = vi.fn();
  const stop = watchKernel(model as unknown as WidgetModel, gone);
  return { model, statusChanged, disposed, comm, gone, stop };
}

it.each(['restarting', 'autorestarting', 'terminating', 'dead'])('a kernel that is %s is gone, once', status => {
  const { statusChanged, disposed, gone } = widget();
  statusChanged.emit('busy');
  expect(gone).not.toHaveBeenCalled();
  statusChanged.emit(status);
  statusChanged.emit('dead');
  disposed.emit();
  expect(gone).toHaveBeenCalledOnce();
});

it('a comm that the manager has cut is gone', () => {
  const { model, comm, gone } = widget();
  comm.emit();
  expect(gone).not.toHaveBeenCalled();
  model.comm_live = false;
  comm.emit();
  expect(gone).toHaveBeenCalledOnce();
});

it('nobody is told after the watch has ended', () => {
  const { statusChanged, disposed, gone, stop } = widget();
  stop();
  statusChanged.emit('dead');
  disposed.emit();
  expect(gone).not.toHaveBeenCalled();
});
