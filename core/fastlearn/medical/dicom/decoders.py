"""Which package decodes which transfer syntax, for the message where none does."""

from __future__ import annotations

from typing import Any

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.names import named

EXTRA = "pip install 'fastwidgets[dicom]'"
FAMILIES = (  # beginning of the UID, what reads it
    ("1.2.840.10008.1.2.4.20", "pylibjpeg and pylibjpeg-openjpeg"),  # High-Throughput JPEG 2000
    ("1.2.840.10008.1.2.4.9", "pylibjpeg and pylibjpeg-openjpeg, or python-gdcm"),  # JPEG 2000
    ("1.2.840.10008.1.2.4.8", "pyjpegls, or python-gdcm"),  # JPEG-LS
    ("1.2.840.10008.1.2.4.5", "python-gdcm"),  # JPEG, baseline to lossless
    ("1.2.840.10008.1.2.4.70", "python-gdcm"),  # JPEG lossless, first order
)
VIDEO = "1.2.840.10008.1.2.4.10"


def cannot_decode(ds: Any, error: Exception) -> DataError:
    """The error for pixels of `ds` that pydicom's decoders did not read: names the syntax and what to install."""
    uid = getattr(getattr(ds, "file_meta", None), "TransferSyntaxUID", None)
    if uid is None:
        return DataError(f"{named(ds)} does not say how its pixels are encoded (no transfer syntax). Set "
                         "`ds.file_meta.TransferSyntaxUID`, or leave it out.")  # fmt: skip
    syntax = f"{uid.name} ({uid})"
    package = next((package for start, package in FAMILIES if uid.startswith(start)), None)
    if uid.startswith(VIDEO):
        return DataError(f"{named(ds)} holds video, transfer syntax {syntax}, which is not read here. Take its frames "
                         "out with a video tool, and use the pictures.")  # fmt: skip
    if package is not None and not has_decoder(uid):
        return DataError(f"{named(ds)} is compressed as {syntax}, and no installed package decodes that. Install "
                         f"{package}: {EXTRA}.")  # fmt: skip
    tried = "" if package is None else f" If it opens elsewhere, try another decoder, {package}: {EXTRA}."
    return DataError(f"The pixels of {named(ds)[0].lower()}{named(ds)[1:]} cannot be decoded "
                     f"(transfer syntax {syntax}; {_said(error)}). They are damaged or cut short.{tried}")  # fmt: skip


def has_decoder(uid: Any) -> bool:
    """Whether pydicom has a decoder for the transfer syntax `uid` whose packages are installed."""
    from pydicom.pixels.decoders.base import get_decoder

    try:
        return bool(get_decoder(uid).is_available)
    except NotImplementedError:
        return False


def _said(error: Exception) -> str:
    """What pydicom said, in one line; its decoders speak of lengths and bits, not of patients."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
