"""Ratings of films by people with a taste: who would like what?"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

KINDS = ("comedy", "crime", "romance", "space")
FIRST = ("Blue", "Broken", "Electric", "Endless", "Golden", "Hidden", "Last", "Lost", "Midnight", "Paper", "Quiet",
         "Red", "Second", "Silver", "Stolen", "Winter")  # fmt: skip
SECOND = {
    "comedy": ("Cousins", "Holiday", "Landlord", "Parade", "Recipe", "Wedding"),
    "crime": ("Alibi", "Detective", "Harbour", "Ransom", "Verdict", "Witness"),
    "romance": ("Letter", "Promise", "Spring", "Stranger", "Summer", "Waltz"),
    "space": ("Comet", "Engine", "Moon", "Orbit", "Signal", "Station"),
}
MEAN, NOISE = 3.2, 0.5  # stars


def write_ratings(folder: Path, n_users: int = 500, per_user: float = 60, seed: int = 0) -> None:
    """Write `ratings.csv` (user, film, rating), and what lies behind it: `films.csv` and `users.csv`.

    A rating, 0.5 to 5 in half stars, is 3.2, plus how mild the user is, plus how good the film is, plus how well their
    kinds fit, plus noise with a deviation of half a star. `films.csv` has the film, its kind and its quality, in stars;
    `users.csv` the user, the kind that they like best, and their mildness. People see what is well known, whether it is
    good or not, and rather what they like.
    """
    rng = np.random.default_rng(seed)
    films, kinds = drawn_films(rng)
    quality, fame = rng.normal(0, 0.6, len(films)), np.exp(rng.normal(0, 0.6, len(films)))
    mild, taste = rng.normal(0, 0.4, n_users), rng.normal(0, 0.8, (n_users, len(KINDS)))
    taste -= taste.mean(1, keepdims=True)
    fit = taste[:, kinds]  # (users, films): stars that a film gains by its kind
    rows = []
    for user in range(n_users):
        chances = fame * np.exp(fit[user])
        n = min(len(films), max(8, rng.poisson(per_user)))
        seen = rng.choice(len(films), n, replace=False, p=chances / chances.sum())
        stars = MEAN + mild[user] + quality[seen] + fit[user, seen] + rng.normal(0, NOISE, n)
        rows += [(f"u{user:03d}", films[film], star) for film, star in zip(seen, in_half_stars(stars), strict=True)]
    _write(folder / "ratings.csv", ("user", "film", "rating"), [rows[i] for i in rng.permutation(len(rows))])
    about = zip(films, (KINDS[kind] for kind in kinds), quality.round(3), strict=True)
    _write(folder / "films.csv", ("film", "kind", "quality"), about)
    favourites = (KINDS[kind] for kind in taste.argmax(1))
    people = zip((f"u{user:03d}" for user in range(n_users)), favourites, mild.round(3), strict=True)
    _write(folder / "users.csv", ("user", "favourite", "mildness"), people)


def drawn_films(rng: np.random.Generator) -> tuple[list[str], NDArray[np.intp]]:
    """Titles in a random order, and the number of the kind of each; half of all titles that there could be."""
    names = [(f"{first} {second}", kind) for kind, kind_name in enumerate(KINDS) for second in SECOND[kind_name]
             for first in FIRST]  # fmt: skip
    few = rng.permutation(len(names))[: len(names) // 2]
    return [names[i][0] for i in few], np.array([names[i][1] for i in few])


def in_half_stars(stars: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest of 0.5, 1, … 5."""
    return (np.round(stars * 2) / 2).clip(0.5, 5)


def _write(file: Path, head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table)
        writer.writerow(head)
        writer.writerows(rows)
