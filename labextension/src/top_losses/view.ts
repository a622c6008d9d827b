import { GridView } from '../grid/view';
import { Header } from './header';
import type { TopLossesModel } from './model';

/** The grid of what the model gets most wrong, below a header. */
export class TopLossesView extends GridView {
  declare model: TopLossesModel;
  declare header: Header; // made by `build`, which Backbone may call before the fields are made

  remove(): this {
    this.header.dispose();
    return super.remove();
  }

  protected build(): void {
    super.build();
    this.header = new Header(this.model);
    this.el.classList.add('fw-TopLossesView');
    this.pane.el.before(this.header.el);
    this.listenTo(this.model, 'status grid change:lost', () => this.header.update());
    this.listenTo(this.model, 'code', () => this.header.showCode());
    this.listenTo(this.model, 'go_on', () => this.header.goOn());
    this.header.update();
  }
}
