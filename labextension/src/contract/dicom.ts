// Made from fastwidgets/contract/dicom.json by "jlpm contract"; do not edit.

/**
 * What the two halves of the DICOM viewer may say to each other.
 */
export interface DicomContract {
  to_browser:
    DicomGallery | DicomLabels | DicomGo | DicomFrame | DicomTraining | DicomPrediction | DicomHeader | DicomCode;
  to_python:
    | DicomAskFrame
    | DicomDrop
    | DicomAskTraining
    | DicomAskPrediction
    | DicomAskHeader
    | DicomLabel
    | DicomUndo
    | DicomLooked
    | DicomAskCode;
}
/**
 * All that does not depend on the slice.
 */
export interface DicomGallery {
  kind: 'gallery';
  title: string;
  height: number;
  /**
   * Goes up when the series are others; what was asked of earlier ones is void.
   */
  edition: number;
  series: DicomSeries[];
  left: DicomLeft[];
  n_left: number;
  /**
   * How many files' headers are still being read; what is shown is a first look then.
   */
  unread: number;
  presets: DicomPreset[];
  /**
   * Names of the ids of masks.
   */
  codes: string[];
  layers: string[];
  can_train: boolean;
  look: DicomLook;
  /**
   * Whether a builder can be opened on the folder.
   */
  can_build: boolean;
  /**
   * Whether there is a model to be asked.
   */
  can_predict: boolean;
}
export interface DicomSeries {
  id: number;
  name: string;
  n: number;
  study: number;
  /**
   * A name that does not say who it is.
   */
  patient: string;
  modality: string;
  problems: string[];
  /**
   * How far along the normal each slice lies, in mm.
   */
  heights: number[] | null;
}
export interface DicomLeft {
  name: string;
  reason: string;
}
export interface DicomPreset {
  name: string;
  width: number;
  level: number;
}
/**
 * Where somebody looks; without width and level each file's own window is followed.
 */
export interface DicomLook {
  series: number;
  slice: number;
  width: number | null;
  level: number | null;
  training: boolean;
  predicting: boolean;
}
export interface DicomLabels {
  kind: 'labels';
  edition: number;
  classes: string[];
  studies: {
    [k: string]: string | null;
  };
  series: {
    [k: string]: string | null;
  };
  slices: {
    [k: string]: {
      [k: string]: string;
    };
  };
  can_undo: boolean;
  said: string;
  /**
   * Why a label was not kept.
   */
  trouble: string;
}
/**
 * A cell asks to look there.
 */
export interface DicomGo {
  kind: 'go';
  edition: number;
  series: number;
  slice: number;
  width: number | null;
  level: number | null;
  training: boolean;
  predicting: boolean;
}
/**
 * The pixels follow, (rows, columns) or (rows, columns, 3); then the table of the picture, uint16; then each mask, uint8.
 */
export interface DicomFrame {
  kind: 'frame';
  rid: number;
  edition: number;
  series: number;
  slice: number;
  /**
   * Why there is no picture; empty where there is one.
   */
  reason: string;
  place: DicomPlace | null;
  picture: DicomPicture | null;
  layers: DicomLayer[];
  /**
   * Why nothing is laid over it.
   */
  trouble: string;
  dtype: 'uint8' | 'int16' | 'uint16' | 'float32';
  shape: number[];
}
/**
 * Where the centre of the first pixel lies, in mm to the left, back and head.
 */
export interface DicomPlace {
  position: [number, number, number] | null;
  along_rows: [number, number, number] | null;
  along_columns: [number, number, number] | null;
  /**
   * Between rows, between columns, in mm.
   */
  spacing: [number, number] | null;
  number: number | null;
}
/**
 * slope * pixel + intercept is the value.
 */
export interface DicomPicture {
  rows: number;
  columns: number;
  colour: boolean;
  slope: number;
  intercept: number;
  unit: string;
  /**
   * Low values are bright.
   */
  inverted: boolean;
  windows: DicomWindow[];
  table: DicomTable | null;
  least: number;
  most: number;
  /**
   * What was taken for granted, or could not be followed.
   */
  told: string;
}
export interface DicomWindow {
  width: number;
  level: number;
  function: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
  name: string;
}
export interface DicomTable {
  first: number;
  bits: number;
}
export interface DicomLayer {
  name: string;
  /**
   * A mask follows in a buffer.
   */
  mask: boolean;
  boxes: DicomBox[];
  words: string;
}
export interface DicomBox {
  /**
   * @minItems 4
   */
  box: [number, number, number, number];
  label: string;
}
/**
 * What the model gets, (C, H, W), follows; then where it is clipped, uint8: 1 low, 2 high.
 */
export interface DicomTraining {
  kind: 'training';
  rid: number;
  edition: number;
  series: number;
  slice: number;
  reason: string;
  split: '' | 'training' | 'validation';
  steps: string[];
  /**
   * The share of each channel at the lower end of its window.
   */
  low: number[];
  high: number[];
  dtype: 'float32';
  /**
   * @minItems 3
   */
  shape: [number, number, number];
}
/**
 * What the model says of a slice; a mask of ids (H, W) follows, which is empty where it says words alone.
 */
export interface DicomPrediction {
  kind: 'prediction';
  rid: number;
  edition: number;
  series: number;
  slice: number;
  reason: string;
  words: string;
  dtype: 'uint8';
  /**
   * @minItems 2
   */
  shape: [number, number];
}
export interface DicomHeader {
  kind: 'header';
  rid: number;
  edition: number;
  series: number;
  slice: number;
  reason: string;
  /**
   * Tag, keyword, name, kind, value, and whether it identifies somebody.
   */
  rows: [string, string, string, string, string, boolean][];
  patient: boolean;
}
export interface DicomCode {
  kind: 'code';
  rid: number;
  text: string;
  /**
   * A cell that trains on the labels, or one with a builder on the folder.
   */
  purpose: 'train' | 'build';
}
export interface DicomAskFrame {
  kind: 'frame';
  rid: number;
  edition: number;
  series: number;
  slice: number;
}
export interface DicomDrop {
  kind: 'drop';
  rid: number;
}
export interface DicomAskTraining {
  kind: 'train';
  rid: number;
  edition: number;
  series: number;
  slice: number;
  /**
   * Random steps are drawn anew for another number.
   */
  draw: number;
}
export interface DicomAskPrediction {
  kind: 'predict';
  rid: number;
  edition: number;
  series: number;
  slice: number;
}
export interface DicomAskHeader {
  kind: 'header';
  rid: number;
  edition: number;
  series: number;
  slice: number;
  /**
   * Somebody said yes to seeing patient data.
   */
  patient: boolean;
}
export interface DicomLabel {
  kind: 'label';
  edition: number;
  series: number;
  slice: number;
  level: 'study' | 'series' | 'slice';
  label: string | null;
}
export interface DicomUndo {
  kind: 'undo';
}
export interface DicomLooked {
  kind: 'look';
  edition: number;
  series: number;
  slice: number;
  width: number | null;
  level: number | null;
  training: boolean;
  predicting: boolean;
}
export interface DicomAskCode {
  kind: 'code';
  rid: number;
  /**
   * A cell that trains on the labels, or one with a builder on the folder.
   */
  purpose: 'train' | 'build';
}
