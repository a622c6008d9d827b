import { TopLossesView } from '../top_losses/view';
import { Matrix } from './matrix';
import type { ConfusionModel } from './model';

/** The table above the images of its cells. */
export class ConfusionView extends TopLossesView {
  declare model: ConfusionModel;
  declare matrix: Matrix; // made by `build`, which Backbone may call before the fields are made

  remove(): this {
    this.matrix.dispose();
    return super.remove();
  }

  protected build(): void {
    super.build();
    this.matrix = new Matrix({
      pick: cells => this.model.pickCells(cells),
      show: look => this.model.show(look),
      leave: () => this.pane.focus()
    });
    this.el.classList.add('fw-ConfusionView');
    this.pane.el.before(this.matrix.el);
    this.listenTo(this.model, 'table change:lost', () => this._update());
    this._update();
  }

  private _update(): void {
    this.matrix.update(this.model.table, this.model.trouble, this.model.lost);
  }
}
