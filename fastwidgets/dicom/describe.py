"""What the browser, a saved notebook and a terminal are told of a viewer."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from typing import Any

from fastlearn.medical.dicom.windows import dicom_windows

from fastwidgets.dicom.gallery import Entry, FileEntry
from fastwidgets.dicom.session import DicomSession

__all__ = ["described", "html_of", "labels_told", "text_of"]

MOST_HEIGHTS = 20_000  # slices of all series; with more, linked viewers go by the part of the series
MOST_ROWS = 50  # series that a saved notebook lists
LEFT = 500  # files left out that are listed; of more only the number


def described(session: DicomSession) -> dict[str, Any]:
    """All that does not depend on the slice."""
    gallery = session.gallery
    series = []
    few = sum(map(len, gallery.entries)) <= MOST_HEIGHTS
    for id_, entry in enumerate(gallery.entries):
        own = entry.series if isinstance(entry, FileEntry) else None
        series.append(
            {
                "id": id_, "name": entry.name, "n": len(entry), "study": gallery.studies.index(entry.study),
                "patient": "" if own is None else own.patient, "modality": "" if own is None else own.modality,
                "problems": list(entry.problems), "heights": _heights(entry, few),
            }
        )  # fmt: skip
    return {
        "edition": session.edition,
        "series": series,
        "left": [asdict(one) for one in gallery.left[:LEFT]],
        "n_left": len(gallery.left),
        "unread": gallery.unread,
        "presets": [{"name": name, "width": w, "level": c} for name, (w, c) in vars(dicom_windows).items()],
        "codes": session.layers.codes,
        "layers": list(session.layers.sources),
        "can_train": bool(session.training),
        "can_predict": bool(session.predictor),
        "can_build": gallery.root is not None,
        "look": asdict(session.look),
    }


def labels_told(session: DicomSession, said: str = "", trouble: str = "") -> dict[str, Any]:
    """The labels of all that is in sight. UIDs stay in the kernel."""
    entries = session.gallery.entries
    series = {str(i): session.labels_of(i, 0) for i in range(len(entries))}
    return {
        "edition": session.edition,
        "classes": session.classes,
        "studies": {
            str(session.gallery.studies.index(e.study)): series[str(i)]["study"] for i, e in enumerate(entries)
        },
        "series": {i: labels["series"] for i, labels in series.items()},
        "slices": {str(i): {str(k): v for k, v in session.slice_labels(i).items()} for i in range(len(entries))},
        "can_undo": session.book.can_undo,
        "said": said,
        "trouble": trouble,
    }


def text_of(session: DicomSession, title: str) -> str:
    """Series, counts and labels in words: no names of files, no pixels, nothing about a person."""
    return "\n".join([_headline(session, title), *(" · ".join(row) for row in _rows(session))])


def html_of(session: DicomSession, title: str) -> str:
    """The same as a table. A saved notebook holds no pixels, since text may be burned into them."""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("study", "series", "label", "remarks"))
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in _rows(session))
    return (f"<p><strong>{escape(_headline(session, title))}</strong></p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")  # fmt: skip


def _heights(entry: Entry, few: bool) -> list[float] | None:
    """How far along the normal each slice lies, in mm; None where that is not known of all."""
    if not few or not isinstance(entry, FileEntry):
        return None
    found = [one.height for one in entry.series.slices]
    return None if None in found else [round(height, 3) for height in found if height is not None]


def _rows(session: DicomSession) -> list[list[str]]:
    entries = session.gallery.entries
    rows = []
    for i, entry in enumerate(entries[:MOST_ROWS]):
        labels = session.labels_of(i, 0)
        of_slices = len(session.slice_labels(i))
        told = [f"{level}: {labels[level]}" for level in ("study", "series") if labels[level]]
        told += [f"{of_slices} slices labelled"] if of_slices else []
        study = f"study {session.gallery.studies.index(entry.study) + 1}"
        rows.append([study, entry.name, ", ".join(told), "; ".join(entry.problems)])
    if len(entries) > MOST_ROWS:
        rows.append(["", f"and {len(entries) - MOST_ROWS} more", "", ""])
    return rows


def _headline(session: DicomSession, title: str) -> str:
    gallery = session.gallery
    slices = sum(map(len, gallery.entries))
    if gallery.unread:
        return f"{title}: the headers of {gallery.unread:,} files are being read."
    left = f"; {len(gallery.left):,} files are in none" if gallery.left else ""
    return f"{title}: {len(gallery.entries):,} series, {slices:,} slices{left}."
