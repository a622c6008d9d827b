import type {
  TopLossesApply,
  TopLossesAskCode,
  TopLossesCode,
  TopLossesExport,
  TopLossesGoOn,
  TopLossesStatus,
  TopLossesUpdate
} from '../contract/top_losses';
import { GridModel } from '../grid/model';
import { post } from '../kit/model';

export const NO_STATUS: TopLossesStatus = {
  kind: 'status',
  made: '',
  task: 'other',
  stale: '',
  busy: '',
  note: '',
  warning: '',
  splits: [],
  can_update: false,
  can_apply: false
};

/** A cell of code to be read, copied and run, and what it is for. */
export interface ICode {
  text: string;
  code: string;
}

/** The browser half of `TopLosses`. Events: `status`, `code`, `go_on` (a cell to run), and those of `GridModel`. */
export class TopLossesModel extends GridModel {
  status: TopLossesStatus = NO_STATUS;
  code: ICode = { text: '', code: '' };

  defaults() {
    return { ...super.defaults(), _model_name: 'TopLossesModel', _view_name: 'TopLossesView' };
  }

  update(): void {
    post<TopLossesUpdate>(this, { kind: 'update' });
  }

  askCode(): void {
    post<TopLossesAskCode>(this, { kind: 'code' });
  }

  export(format: 'csv' | 'json'): void {
    post<TopLossesExport>(this, { kind: 'export', format });
  }

  apply(): void {
    post<TopLossesApply>(this, { kind: 'apply' });
  }

  protected receive(message: { kind: string }, buffers: DataView[]): void {
    const known = message as TopLossesStatus | TopLossesCode | TopLossesGoOn;
    switch (known.kind) {
      case 'status':
        this.status = known;
        this.trigger('status');
        break;
      case 'code':
        this.code = { text: 'A cell that does the same in a fresh kernel:', code: known.code };
        this.trigger('code');
        break;
      case 'go_on':
        this.code = known;
        this.trigger('go_on');
        break;
      default:
        super.receive(message, buffers);
    }
  }
}
