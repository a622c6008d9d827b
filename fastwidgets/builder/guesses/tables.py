"""Tables: of pictures, of texts, or plain ones."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.guesses.sides import find_sides
from fastwidgets.builder.paths import name_of, parent_of
from fastwidgets.builder.recipe import Labels, Recipe, Source, Split, Task
from fastwidgets.builder.table_facts import (
    TableFacts,
    delimiter_of,
    find_path_column,
    likely_target,
    read_table,
    table_facts,
)
from fastwidgets.builder.table_form import called, table_form

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["tables"]

MOST_TABLES = 50  # that are looked into
COORDINATE = re.compile(r"(?i)^(.*?)[_\- ]?([xy])[_\- ]?(\d*)$")


def tables(folder: Folder) -> list[Guess]:
    """What each table below the folder may be; the one for training comes first among equals."""
    found = []
    for file in sorted(folder.tables, key=lambda file: (file != folder.frame, -_bonus(file)))[:MOST_TABLES]:
        try:
            frame = read_table(folder.path / file)
        except ValueError as error:
            folder.troubles[file] = str(error)
            continue
        if len(frame) and len(frame.columns) > 1:
            guess = _of_pictures(folder, file, frame) or _of_texts(folder, file, frame) or _plain(folder, file, frame)
            if guess:
                found.append(guess)
    return sorted(found, key=lambda guess: -guess.sure)


def _bonus(file: str) -> int:
    name = PurePosixPath(file).stem.lower()
    return 3 if "train" in name else -3 if "test" in name or "sample_submission" in name else 0


def _of_pictures(folder: Folder, file: str, frame: pd.DataFrame) -> Guess | None:
    dtypes: tuple[tuple[str, str], ...] = ()
    pictures = find_path_column(frame, folder.pictures)
    named = pictures or find_path_column(frame, folder.dicoms)
    if named is None and not file.lower().endswith(".parquet"):  # perhaps names such as 00017
        pictures = named = find_path_column(read_table(folder.path / file, 200, as_text=True), folder.pictures)
        dtypes = () if named is None else ((named.name, "str"),)
    if named is None:
        return None
    facts = table_facts(frame, leave_out=(named.name,))
    task, labels, reason = _labels(frame, facts, _withheld(folder, file, frame))
    if labels is None:
        return None
    why = [f"The column {named.name} of {called(file)} names the {'pictures' if pictures else 'scans'}.", reason]
    if str(frame.columns[list(map(str, frame.columns)).index(named.name)]) in map(name_of, folder.pictures):
        why.append(
            "Its first line names a picture, too: it may have no line of column names, and that row is not seen."
        )
    if named.missing:
        why.append(f"{named.missing} of the rows looked at name files that are not there.")
    split = _split(frame, facts, why)
    if split == Split() and facts.groups:
        split = Split("group", column=facts.groups[0])
        why.append(f"What has the same {facts.groups[0]} stays on one side of the split.")
    if not pictures and split == Split():
        split = Split("group", column="PatientID")
        why.append("A patient stays on one side of the split.")
    source = Source(
        str(folder.path),
        "images" if pictures else "dicom",
        table=file,
        path_column=named.name,
        prefix=named.prefix,
        suffix=named.suffix,
        dtypes=dtypes,
    )
    return Guess(Recipe(task, _found(folder, source), labels, split), 90 + _bonus(file), tuple(why))


def _found(folder: Folder, source: Source) -> Source:
    """The source, with the form of its table."""
    form = table_form(folder.path / source.table)
    known = {column for column, _ in form.dtypes}
    dtypes = (*form.dtypes, *(one for one in source.dtypes if one[0] not in known))
    return replace(source, **{**asdict(form), "dtypes": dtypes})


def _withheld(folder: Folder, file: str, frame: pd.DataFrame) -> tuple[str, ...]:
    """The columns that a table for testing, beside this one, does not have."""
    for other in folder.tables:
        if other != file and parent_of(other) == parent_of(file) and "test" in name_of(other).lower():
            try:
                there = set(map(str, read_table(folder.path / other, 5).columns))
            except ValueError:
                continue
            missing = tuple(column for column in map(str, frame.columns) if column not in there)
            if len(missing) <= len(frame.columns) / 2:
                return missing
    return ()


def _labels(frame: pd.DataFrame, facts: TableFacts, withheld: tuple[str, ...]) -> tuple[Task, Labels | None, str]:
    """Which task the columns that are left speak for, and its labels."""
    points = _coordinates(facts.numbers + facts.classes)
    if points:
        return "points", Labels("column", columns=points), f"The columns {', '.join(points)} are places in the picture."
    if len(facts.flags) > 1 and not facts.classes:
        columns = facts.flags
        return "multi", Labels("column", columns=columns), f"{len(columns)} columns of zeros and ones are the labels."
    choices = tuple(c for c in facts.columns if c in (*facts.classes, *facts.flags, *facts.numbers, *facts.texts))
    target = likely_target(choices, withheld)
    if not target:
        return "single", None, ""
    if target in facts.numbers:
        return "regression", Labels("column", columns=(target,)), f"{target} is a number with many values."
    delimiter = delimiter_of(frame[target])
    if delimiter:
        shown = {" ": "spaces"}.get(delimiter, f"“{delimiter}”")
        labels = Labels("column", columns=(target,), delimiter=delimiter)
        return "multi", labels, f"{target} has several labels in a cell, parted by {shown}."
    return "single", Labels("column", columns=(target,)), f"{target} has {frame[target].nunique()} different labels."


def _coordinates(columns: tuple[str, ...]) -> tuple[str, ...]:
    """x and y of each point in turn, if the columns come in such pairs."""
    pairs: dict[tuple[str, str], dict[str, str]] = {}
    for column in columns:
        match = COORDINATE.match(column)
        if match:
            pairs.setdefault((match[1].lower(), match[3]), {})[match[2].lower()] = column
    whole = [pair for pair in pairs.values() if len(pair) == 2]
    return tuple(name for pair in whole for name in (pair["x"], pair["y"]))


def _split(frame: pd.DataFrame, facts: TableFacts, why: list[str]) -> Split:
    if not facts.mark:
        return Split()
    why.append(f"The column {facts.mark} says which rows are for validation.")
    marks = [str(mark) for mark in frame[facts.mark].dropna().unique()]
    train, valid, test = find_sides(marks) or ("", "", "")
    if test:
        why.append(f"Rows marked {test} are left for the end.")
    return Split("column", column=facts.mark, train=train, valid=valid)


def _of_texts(folder: Folder, file: str, frame: pd.DataFrame) -> Guess | None:
    facts = table_facts(frame)
    if not facts.texts:
        return None
    text = facts.texts[0]
    others = tuple(c for c in facts.columns if c in (*facts.classes, *facts.flags) and c != facts.mark)
    target = likely_target(others, _withheld(folder, file, frame))
    why = [f"The column {text} of {called(file)} holds texts."]
    source = Source(str(folder.path), "rows", table=file, path_column=text)
    split = _split(frame, facts, why)
    if not target:
        why.append("No column looks like labels, so a language model can be trained.")
        return Guess(Recipe("language_model", _found(folder, source), Labels(), split), 48 + _bonus(file), tuple(why))
    why.insert(1, f"{target} has {frame[target].nunique()} different labels.")
    return Guess(
        Recipe("text", _found(folder, source), Labels("column", columns=(target,)), split),
        50 + _bonus(file),
        tuple(why),
    )


def _plain(folder: Folder, file: str, frame: pd.DataFrame) -> Guess | None:
    facts = table_facts(frame)
    choices = tuple(c for c in facts.columns if c in (*facts.classes, *facts.flags, *facts.numbers))
    target = likely_target(choices, _withheld(folder, file, frame))
    if not target or len(choices) < 2:
        return None
    kind = "a number" if target in facts.numbers else f"one of {frame[target].nunique()} classes"
    why = [
        f"A table of {len(facts.columns)} columns: {called(file)}.",
        f"{target} is taken for what to predict: {kind}.",
    ]
    if facts.ids:
        why.append(f"{', '.join(facts.ids[:3])}: a value of its own in each row, so nothing to learn from.")
    source = Source(str(folder.path), "rows", table=file, columns=tuple(c for c in choices if c != target))
    labels = Labels("column", columns=(target,), number=target in facts.numbers)
    split = _split(frame, facts, why)
    return Guess(Recipe("table", _found(folder, source), labels, split), 40 + _bonus(file), tuple(why))
