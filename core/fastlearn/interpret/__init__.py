"""Look at what a trained model gets wrong."""

from __future__ import annotations

from fastlearn.interpret.class_confusion import ClassConfusion, Confusion
from fastlearn.interpret.classification import ClassificationInterpretation
from fastlearn.interpret.duplicate_groups import DuplicateGroup, duplicate_groups
from fastlearn.interpret.grad_cam import GradCAM, HeatMap
from fastlearn.interpret.interpretation import Interpretation
from fastlearn.interpret.label_confusion import LabelConfusion, LabelMistake
from fastlearn.interpret.label_doubts import LabelDoubts, find_label_doubts
from fastlearn.interpret.linked_confusion import linked_confusion
from fastlearn.interpret.neighbours import Neighbours
from fastlearn.interpret.pixel_confusion import PixelConfusion
from fastlearn.interpret.residuals import Residuals
from fastlearn.interpret.staleness import Staleness
from fastlearn.interpret.stored_answers import StoredAnswers
from fastlearn.interpret.why import Tag, why_here

__all__ = [
    "ClassConfusion",
    "ClassificationInterpretation",
    "Confusion",
    "DuplicateGroup",
    "GradCAM",
    "HeatMap",
    "Interpretation",
    "LabelConfusion",
    "LabelDoubts",
    "LabelMistake",
    "Neighbours",
    "PixelConfusion",
    "Residuals",
    "Staleness",
    "StoredAnswers",
    "Tag",
    "duplicate_groups",
    "find_label_doubts",
    "linked_confusion",
    "why_here",
]
