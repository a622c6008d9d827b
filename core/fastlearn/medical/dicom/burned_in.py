"""Text that is part of the pixels: a picture of them shows it, whatever is left out of the header."""

from __future__ import annotations

from typing import Any

from fastlearn.medical.dicom.read import read_header

# Ultrasound, endoscopy, photographs, and what was taken from a screen or scanned in: text in them is usual.
WITH_TEXT = frozenset({"US", "IVUS", "ES", "GM", "XC", "OT", "SC", "DOC"})


def may_show_text(source: Any) -> bool:
    """Whether text about the patient may be part of the pixels of `source`, a path or a pydicom dataset.

    As BurnedInAnnotation says; where it says nothing, by the modality. Source: DICOM PS3.3, C.7.6.1.1.4 and C.8.6.1.
    Raises: DataError for what is no DICOM.
    """
    ds = read_header(source, ("BurnedInAnnotation", "Modality"))
    stated = str(ds.get("BurnedInAnnotation") or "").strip().upper()
    if stated in ("YES", "NO"):
        return stated == "YES"
    return str(ds.get("Modality") or "").strip().upper() in WITH_TEXT
