"""How messages name a DICOM file: by its path or kind, never by what stands in its header."""

from __future__ import annotations

import os
from typing import Any


def path_or_kind(source: Any) -> str:
    """`source` where it may be no DICOM at all."""
    return f"The file {str(source)!r}" if isinstance(source, str | os.PathLike) else named(source).replace("DICOM ", "")


def named(source: Any) -> str:
    """`source`, a path, bytes, an open file or a pydicom dataset, in a few words that identify no patient."""
    if isinstance(source, str | os.PathLike):
        return f"The DICOM file {str(source)!r}"
    if isinstance(source, bytes | bytearray | memoryview):
        return f"This DICOM file of {len(source)} bytes"
    filename = getattr(source, "filename", None)
    if isinstance(filename, str | os.PathLike) and str(filename):
        return f"The DICOM file {str(filename)!r}"
    return "This DICOM dataset" if hasattr(source, "to_json_dict") else "This DICOM file"
