"""Paired measurements: every variant runs once a round, in turn, and the ratio is the median of the rounds' ratios.

Ratios within a round survive the noise of a shared machine far better than absolute times.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

Variant = Callable[[], float]
"""Runs once and returns what it measured: a time, a rate, a share."""


def seconds(work: Callable[[], object]) -> Variant:
    """A variant that measures the wall-clock seconds of `work`."""

    def run() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return run


def cpu_seconds(work: Callable[[], object]) -> Variant:
    """A variant that measures the processor time of `work`, in one thread: others on the machine do not count."""

    def run() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return run


def paired(variants: dict[str, Variant], rounds: int = 5) -> dict[str, list[float]]:
    """`rounds` measurements of each variant, interleaved (A B C, A B C, …) after one round that does not count."""
    for variant in variants.values():
        variant()
    measured: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, variant in variants.items():
            measured[name].append(variant())
    return measured


def ratio(measured: dict[str, list[float]], name: str, base: str) -> float:
    """The median over the rounds of `name` divided by `base`."""
    return median(a / b for a, b in zip(measured[name], measured[base], strict=True))


def table(title: str, head: list[str], rows: list[list[object]]) -> None:
    """Print `rows` under `head` in aligned columns."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    print(f"\n{title}")
    for i, row in enumerate(cells):
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if i == 0:
            print("  " + "  ".join("-" * width for width in widths))
