"""From measures to findings: one file at a time, and each file against the rest of its set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fastlearn.vision.files.findings import Findings
from fastlearn.vision.files.odd import channels_of, format_of_name, is_format, odd_modes, odd_ratios
from fastlearn.vision.files.scan import Scan

LOOKS = {  # code → the measure, whether less than the limit is bad, and how to say it
    "blurry": ("sharpness", True, "sharpness {value:.3f}, expected at least {limit:g}"),
    "dark": ("bright_end", True, "95 % of it is darker than {value:.0%} of white"),
    "bright": ("dark_end", False, "95 % of it is brighter than {value:.0%} of white"),
    "low_contrast": ("spread", True, "its brightness spans {value:.0%} of the range"),
    "low_information": ("entropy", True, "{value:.2f} bits a pixel"),
}


def judge_files(scan: Scan, findings: Findings) -> None:
    """Files that cannot be read, each with the reason, and files that are not what their name says."""
    for index, (code, reason) in sorted(scan.faults.items()):
        findings.add(scan.paths[index], code, reason)
    for index in np.flatnonzero(scan.sound).tolist():
        named, found = format_of_name(scan.paths[index]), scan.formats[index]
        if not is_format(found, named):
            findings.add(scan.paths[index], "wrong_extension", f"it is a {found} file, its name says {named}")


def judge_looks(scan: Scan, findings: Findings, limits: Mapping[str, float]) -> None:
    """Pictures that are blurry, dark, bright or empty. What has hardly anything to see is not also said to be pale."""
    empty = scan.measure("entropy") < limits["low_information"]
    for code, (name, less_is_bad, words) in LOOKS.items():
        values, limit = scan.measure(name), limits[code]
        bad = values < limit if less_is_bad else values > limit
        if code in ("low_contrast", "blurry"):
            bad &= ~empty
        for index in np.flatnonzero(bad & scan.sound).tolist():
            value = float(values[index])
            findings.add(scan.paths[index], code, words.format(value=value, limit=limit), value, limit)


def judge_set(scan: Scan, findings: Findings, limits: Mapping[str, float]) -> None:
    """Pictures that differ from the rest in size, proportions or channels."""
    width, height = np.where(scan.sound[:, None], scan.shapes, np.nan).astype(np.float64).T
    longer, shorter = np.maximum(width, height), np.minimum(width, height)
    for code, values, words in (
        ("odd_size", np.sqrt(width * height), "{w} x {h} pixels; the median side is {median:.0f}"),
        ("odd_shape", longer / shorter, "{w} x {h} pixels; the median is {median:.2f}:1"),
    ):
        odd, median = odd_ratios(values, limits[code])
        for index in np.flatnonzero(odd).tolist():
            ratio, (w, h) = values[index] / median, scan.shapes[index].tolist()
            findings.add(
                scan.paths[index], code, words.format(w=w, h=h, median=median), max(ratio, 1 / ratio), limits[code]
            )
    odd, usual = odd_modes(np.where(scan.sound, scan.modes, ""))
    for index in np.flatnonzero(odd).tolist():
        findings.add(scan.paths[index], "odd_mode", f"{channels_of(scan.modes[index])}; most of the set are {usual}")
