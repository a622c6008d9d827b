"""Lookup tables of the modality and of the display (values of interest)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.names import named

FULL = 65536  # a descriptor's 16-bit number of entries says 0 for it


class Lookup(NamedTuple):
    """`table[value - first]`; values below `first` get the first entry, values above the last one.

    Source: DICOM PS3.3, C.11.1.1 and C.11.2.1.1.
    """

    first: int
    table: np.ndarray
    bits: int

    @classmethod
    def of(cls, item: Any, ds: Any) -> Lookup:
        """The table in one item of a ModalityLUTSequence or VOILUTSequence of `ds`. Raises: DataError if damaged."""
        try:
            entries, first, bits = (int(number) for number in item.LUTDescriptor)
            data = item.LUTData
            table = _words(data, ds) if isinstance(data, bytes) else np.atleast_1d(np.asarray(data, np.int64))
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise DataError(
                f"{named(ds)} has a lookup table that is damaged. Get it again, or leave it out."
            ) from error
        entries = entries or FULL
        if not 8 <= bits <= 16 or len(table) == 0:
            raise DataError(f"{named(ds)} has a lookup table of {len(table)} entries of {bits} bits, where 8 to 16 "
                            "bits and at least one entry are known. Leave it out.")  # fmt: skip
        if ds.get("PixelRepresentation", 0) == 1 and first >= FULL // 2:  # read as unsigned, meant as signed
            first -= FULL
        table = table[:entries] & (2**bits - 1)
        return cls(first, table.astype(np.uint16), bits)

    def of_values(self, values: np.ndarray) -> np.ndarray:
        """The entries for `values`, of any shape; fractions are cut off."""
        index = np.clip(values.astype(np.int64) - self.first, 0, len(self.table) - 1)
        return np.asarray(self.table[index])


def _words(data: bytes, ds: Any) -> np.ndarray:
    """16-bit words in the byte order of the file."""
    little = getattr(ds, "original_encoding", (None, True))[1]
    return np.frombuffer(data[: len(data) // 2 * 2], ">u2" if little is False else "<u2").astype(np.int64)
