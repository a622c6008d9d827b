"""Readers of boxes and their labels from the files that annotation tools write: COCO, Pascal VOC, YOLO."""

from __future__ import annotations

from fastlearn.vision.annotations.boxed import BoxesOf, LabelsOf, box_getters
from fastlearn.vision.annotations.coco import get_annotations
from fastlearn.vision.annotations.coco_masks import get_coco_masks
from fastlearn.vision.annotations.voc import get_voc_annotations
from fastlearn.vision.annotations.yolo import get_yolo_annotations

__all__ = [
    "BoxesOf",
    "LabelsOf",
    "box_getters",
    "get_annotations",
    "get_coco_masks",
    "get_voc_annotations",
    "get_yolo_annotations",
]
