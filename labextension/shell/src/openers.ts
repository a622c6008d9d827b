import type { LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { buildIcon, cleanIcon, labelIcon, scanIcon } from './icon';
import { pythonString } from './literal';

/** A widget that a folder can be opened with. */
export interface IOpener {
  command: string;
  widget: string;
  /** In the file browser's menu, on a folder. */
  onFolder: string;
  /** On a launcher card and in the palette. */
  label: string;
  caption: string;
  icon: LabIcon;
  /** Of the notebook that is made. */
  file: string;
}

export function openers(trans: TranslationBundle): IOpener[] {
  return [
    {
      command: 'fastwidgets:build',
      widget: 'DataBlockBuilder',
      onFolder: trans.__('Build a data set'),
      label: trans.__('New data set'),
      caption: trans.__('From a folder to loaders: what is in it, labels, split, transforms'),
      icon: buildIcon,
      file: 'data-set'
    },
    {
      command: 'fastwidgets:label',
      widget: 'Labeler',
      onFolder: trans.__('Label images'),
      label: trans.__('Label images'),
      caption: trans.__('Classes, boxes, points and polygons, by mouse and by keyboard'),
      icon: labelIcon,
      file: 'label-images'
    },
    {
      command: 'fastwidgets:clean',
      widget: 'ImageCleaner',
      onFolder: trans.__('Clean images'),
      label: trans.__('Clean images'),
      caption: trans.__('Copies, spoilt files and doubtful labels'),
      icon: cleanIcon,
      file: 'clean-images'
    },
    {
      command: 'fastwidgets:dicom',
      widget: 'DicomViewer',
      onFolder: trans.__('View DICOM'),
      label: trans.__('View DICOM'),
      caption: trans.__('Series of medical images, with windows and measurements'),
      icon: scanIcon,
      file: 'dicom'
    }
  ];
}

/** The cell that opens `path`, given from the notebook's folder, with a widget. */
export function cellFor(widget: string, path: string): string {
  const written = path.startsWith('~') ? `./${path}` : path; // a folder of that name, and not somebody's home
  return `from fastwidgets import ${widget}\n\n${widget}(${pythonString(written || '.')})`;
}

/** The cell that reads the run in the folder `path`. */
export function cellForRun(path: string): string {
  return `from fastlearn.runs import Run\n\nrun = Run(${pythonString(path)})\nprint(run.info["code"], run.info["reason"])\nrun.history()`;
}

/** The cell that shows a widget again that its kernel still has. */
export function cellForLost(model: string): string {
  return `from fastwidgets import reattach\n\nreattach(${pythonString(model)})`;
}
