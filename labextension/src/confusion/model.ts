import type {
  ConfusionCells,
  ConfusionLook,
  ConfusionPick,
  ConfusionShow,
  ConfusionTable
} from '../contract/confusion';
import { numbers } from '../kit/buffers';
import { post } from '../kit/model';
import { TopLossesModel } from '../top_losses/model';
import { Table } from './state';

/** The browser half of `ConfusionMatrix`. Events: `table`, and those of `TopLossesModel`. */
export class ConfusionModel extends TopLossesModel {
  table: Table | null = null;
  /** Why there is no table. */
  trouble = '';

  defaults() {
    return { ...super.defaults(), _model_name: 'ConfusionModel', _view_name: 'ConfusionView' };
  }

  /** Show the items of these cells, or with null those of all. */
  pickCells(cells: ConfusionCells | null): void {
    post<ConfusionPick>(this, { kind: 'pick', cells });
  }

  show(look: ConfusionLook): void {
    post<ConfusionShow>(this, { kind: 'show', look });
  }

  protected receive(message: { kind: string }, buffers: DataView[]): void {
    if (message.kind !== 'table') {
      super.receive(message, buffers);
      return;
    }
    const said = message as ConfusionTable;
    this.trouble = said.trouble;
    this.table = said.trouble ? null : new Table(said, numbers(buffers[0], said.dtype));
    this.trigger('table');
  }
}
