"""Folders of DICOM files."""

from __future__ import annotations

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.paths import name_of, parent_of
from fastwidgets.builder.recipe import Labels, Recipe, Source, Split

__all__ = ["dicom_series"]

MOST_CLASSES = 10  # more folders are those of patients or studies
SURE = 75  # more than class folders: among as many scans, pictures are masks and the like
SOME = 3  # files of a class on average, at least


def dicom_series(folder: Folder) -> list[Guess]:
    """DICOM files: in class folders, or without labels; a patient stays on one side."""
    files = folder.dicoms
    if not files or len(files) < len(folder.pictures):
        return []
    parents = {name_of(parent_of(file)) for file in files}
    why = [f"{len(files):,} DICOM files.", "A patient stays on one side of the split."]
    few = 2 <= len(parents) <= MOST_CLASSES and len(files) >= SOME * len(parents)
    by_folder = few and not _one_patient_each(folder, files)
    if few and not by_folder:
        why.insert(1, "Each of their folders is one patient's, so folders are no classes.")
    if by_folder:
        why.insert(1, f"Their folders are taken for classes: {', '.join(sorted(parents)[:4])}.")
    recipe = Recipe(
        source=Source(str(folder.path), "dicom"),
        labels=Labels("folder" if by_folder else "none"),
        split=Split("group", column="PatientID"),
    )
    return [Guess(recipe, SURE, tuple(why))]


def _one_patient_each(folder: Folder, files: list[str]) -> bool:
    """Whether every folder seems to be one patient's, by its first and its last file, so that it is no class."""
    from fastlearn.medical.dicom.patients import patient_of

    inside: dict[str, list[str]] = {}
    for file in files:
        inside.setdefault(parent_of(file), []).append(file)
    whose = [{patient_of(folder.path / group[k]) for k in (0, -1)} for group in inside.values()]
    return all(len(patients) == 1 for patients in whose) and len(set.union(*whose)) == len(whose)
