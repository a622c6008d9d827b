import { DOMWidgetView } from '@jupyter-widgets/base';
import type { GridModel } from './model';
import { GridPane, type IPaneOptions } from './pane';

/** The view of a grid. A subclass gives the pane options, and in `build` puts its own parts around it. */
export class GridView extends DOMWidgetView {
  declare model: GridModel;
  declare pane: GridPane; // made by `render`, which Backbone may call before the fields are made

  render(): void {
    super.render();
    this.el.classList.add('fw-GridView', 'fw-Live');
    this.pane = new GridPane(this.model, this.paneOptions());
    this.build();
  }

  remove(): this {
    this.pane.dispose();
    super.remove();
    return this;
  }

  protected paneOptions(): IPaneOptions {
    return {};
  }

  protected build(): void {
    this.el.append(this.pane.el);
  }
}
