"""What of a header may be seen: what is technical. Everything that could lead to a person is hidden by default."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from fastlearn.medical.dicom.quiet import unquoted
from fastlearn.medical.dicom.read import read_header

HIDDEN = "(hidden)"
PATIENT_GROUP = 0x0010
TECHNICAL_VRS = frozenset(
    ["US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "IS", "DS", "CS", "UI", "AT"]
)  # numbers, codes and unique identifiers
TEXT_VRS = frozenset(["LO", "SH", "LT", "ST", "UT", "UC"])
# Free text that the makers of devices write, not the people who use them.
TECHNICAL_TEXT = frozenset(
    {
        "Manufacturer", "ManufacturerModelName", "SoftwareVersions", "ConvolutionKernel", "CodeValue", "CodeMeaning",
        "CodingSchemeDesignator", "ReceiveCoilName", "TransmitCoilName", "SequenceName", "FilterType",
        "WindowCenterWidthExplanation", "LUTExplanation", "ModalityLUTType", "RescaleType", "PulseSequenceName",
    }
)  # fmt: skip
# Codes, numbers and identifiers that can still lead to a person.
IDENTIFYING = frozenset({"StudyID", "AccessionNumber", "PlateID", "CassetteID", "DeviceUID", "PregnancyStatus"})
LONGEST = 200  # characters of a value that are shown
BULK = frozenset(["OB", "OW", "OF", "OD", "OL", "OV", "UN"])


class HeaderRow(NamedTuple):
    """One element of a header, ready to be shown."""

    tag: str  # (0028,0010)
    keyword: str  # Rows; with the sequences it lies in: SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]...
    name: str
    vr: str
    value: str
    hidden: bool


def is_identifying(element: Any) -> bool:
    """Whether the pydicom data element could lead to a person, so that its value is hidden.

    What is shown is a list of what is technical: numbers, codes and unique identifiers outside of the patient's group,
    and texts that devices write themselves. Names, dates, times, addresses, other texts, private elements and elements
    of unknown kind are not among them. Source: the idea of DICOM PS3.15, table E.1-1, from its safe side.
    """
    tag = element.tag
    if tag.is_private or tag.group == PATIENT_GROUP or element.keyword in IDENTIFYING:
        return True
    if element.VR in TEXT_VRS:
        return element.keyword not in TECHNICAL_TEXT
    return str(element.VR) not in TECHNICAL_VRS


@unquoted
def header_rows(source: Any, show_patient: bool = False, most: int = 5000) -> list[HeaderRow]:
    """The header of `source`, a path or a pydicom dataset, as rows; patient data are hidden unless `show_patient`.

    Sequences are followed, with their place in `keyword`. Long values are cut, and binary ones told by their size; of
    more than `most` elements a last row says how many are left out.
    """
    rows: list[HeaderRow] = []
    total = 0
    for prefix, element in _walk(read_header(source), ""):
        total += 1
        if total <= most:
            rows.append(_row(prefix, element, show_patient))
    if total > most:
        rows.append(HeaderRow("", "", f"{total - most} more elements are left out", "", "", False))
    return rows


@unquoted
def patient_key(source: Any, secret: bytes = b"") -> str:
    """A name for the patient of `source` that is the same for the same patient and does not say who it is.

    It is made from PatientID and its issuer, or, where there is no PatientID, from the study's UID, and begins with
    "study" then. Somebody who has a list of all possible PatientIDs could try them; a `secret` (16 random bytes that
    you keep) prevents that.
    Returns: "patient-" and twelve letters, or "study-…"; "" where the header has neither.
    """
    ds = read_header(source, ("PatientID", "IssuerOfPatientID", "StudyInstanceUID"))
    number = str(ds.get("PatientID") or "").strip()
    if number:
        issuer = str(ds.get("IssuerOfPatientID") or "").strip()
        return f"patient-{_digest(f'{issuer}|{number}', secret)}"
    study = str(ds.get("StudyInstanceUID") or "").strip()
    return f"study-{_digest(study, secret)}" if study else ""


def readable_elements(ds: Any, leave_out: Collection[int] = (), private: bool = True) -> Iterator[Any]:
    """The elements of a dataset, without those whose value is damaged, which pydicom finds out when it is asked.

    Groups in `leave_out`, and `private` elements if that is False, are not even asked for, which saves time.
    """
    for tag in sorted(ds.keys()):
        group = int(tag) >> 16
        if group in leave_out or (group % 2 and not private):
            continue
        try:
            yield ds[tag]
        except Exception:  # of any kind
            continue


def _digest(text: str, secret: bytes) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6, key=secret[:64]).hexdigest()


def _walk(ds: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Every element with the keywords of the sequences above it. Private sequences are hidden whole."""
    for element in readable_elements(ds):
        yield prefix, element
        if element.VR == "SQ" and not element.tag.is_private:
            for i, item in enumerate(element.value or ()):
                yield from _walk(item, f"{prefix}{_keyword(element)}[{i}].")


def _row(prefix: str, element: Any, show_patient: bool) -> HeaderRow:
    keyword = _keyword(element)
    name = element.name if not element.tag.is_private else "Private element"
    tag = f"({element.tag.group:04X},{element.tag.element:04X})"
    if element.VR == "SQ" and not element.tag.is_private:
        return HeaderRow(tag, prefix + keyword, name, "SQ", f"{len(element.value or ())} item(s)", False)
    hidden = not show_patient and is_identifying(element)
    return HeaderRow(tag, prefix + keyword, name, str(element.VR), HIDDEN if hidden else shown(element), hidden)


def shown(element: Any) -> str:
    """The value of an element as text, cut where it is long; binary values are told by their size."""
    value = element.value
    if str(element.VR) in BULK or isinstance(value, bytes | bytearray):
        return f"{len(value or b'')} bytes"
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _keyword(element: Any) -> str:
    return element.keyword or f"({element.tag.group:04X},{element.tag.element:04X})"
