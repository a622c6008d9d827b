import type {
  CleanerApply,
  CleanerAskCode,
  CleanerAskPlan,
  CleanerCode,
  CleanerIssues,
  CleanerNarrow,
  CleanerPlan,
  CleanerScan,
  CleanerShow,
  CleanerTakeBack
} from '../contract/cleaner';
import { GridModel } from '../grid/model';
import { post } from '../kit/model';
import { NO_ISSUES } from './state';

type Purpose = CleanerCode['purpose'];

/** The browser half of `ImageCleaner`. Events: `issues`, `plan`, `code`, and those of `GridModel`. */
export class CleanerModel extends GridModel {
  issues: CleanerIssues = NO_ISSUES;
  plan: CleanerPlan | null = null;
  code: CleanerCode | null = null;

  defaults() {
    return { ...super.defaults(), _model_name: 'CleanerModel', _view_name: 'CleanerView' };
  }

  show(issue: string): void {
    post<CleanerShow>(this, { kind: 'show', issue });
  }

  narrow(column: CleanerNarrow['column'], value: string): void {
    post<CleanerNarrow>(this, { kind: 'narrow', column, value });
  }

  scan(go: boolean): void {
    post<CleanerScan>(this, { kind: 'scan', go });
  }

  askPlan(): void {
    post<CleanerAskPlan>(this, { kind: 'ask_plan' });
  }

  apply(): void {
    this.plan = null;
    post<CleanerApply>(this, { kind: 'apply' });
  }

  takeBack(): void {
    post<CleanerTakeBack>(this, { kind: 'take_back' });
  }

  askCode(purpose: Purpose): void {
    post<CleanerAskCode>(this, { kind: 'ask_code', purpose });
  }

  protected receive(message: { kind: string }, buffers: DataView[]): void {
    const known = message as CleanerIssues | CleanerPlan | CleanerCode;
    switch (known.kind) {
      case 'issues':
        this.issues = known;
        this.trigger('issues');
        break;
      case 'plan':
        this.plan = known;
        this.trigger('plan');
        break;
      case 'code':
        this.code = known;
        this.trigger('code');
        break;
      default:
        super.receive(message, buffers);
    }
  }
}
