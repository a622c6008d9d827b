"""A cell of code as a recipe: what the builder wrote, or somebody in its words; what it cannot show is listed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastwidgets.builder.cell.labels import READERS
from fastwidgets.builder.cell.splits import PATIENT
from fastwidgets.builder.cell.write import AUGMENT, FITS, write_cell
from fastwidgets.builder.recipe import Recipe

__all__ = ["ReadCell", "read_cell"]

TASKS = {"CategoryBlock": "single", "MultiCategoryBlock": "multi", "RegressionBlock": "regression",
         "PointBlock": "points", "MaskBlock": "segmentation", "BBoxBlock": "boxes"}  # fmt: skip


@dataclass(frozen=True)
class ReadCell:
    """`recipe`: what could be read. `unread`: the statements, as code, that mean something else or more than it."""

    recipe: Recipe
    unread: tuple[str, ...]


def read_cell(code: str) -> ReadCell:
    """Read a cell. The recipe is written again and compared: every statement that does not come back is unread.

    Raises: ValueError where the text is no Python, or makes no loaders from a DataBlock or a table.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise ValueError(f"This is no Python: {error.msg} in line {error.lineno}.") from error
    reader = _Reader()
    for statement in tree.body:
        reader.take(statement)
    if not reader.complete:
        raise ValueError("This cell makes no loaders: there is no DataBlock(…).dataloaders(…) or "
                         "TabularDataLoaders.from_df(…) in it.")  # fmt: skip
    written = {ast.dump(statement) for statement in _written(reader.recipe).body}
    unread = tuple(ast.unparse(one) for one in tree.body if ast.dump(one) not in written and not _is_comment(one))
    return ReadCell(reader.recipe, unread)


def _written(recipe: Recipe) -> ast.Module:
    try:
        return ast.parse(write_cell(recipe))
    except ValueError:  # something is still open, so nothing can be compared
        return ast.Module([], [])


def _is_comment(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


class _Reader:
    """Goes through the statements; what it does not know it leaves to the comparison."""

    def __init__(self) -> None:
        self.recipe = Recipe()
        self.complete = False
        self._sides: list[str] = []  # the folders for training and validation, where a function keeps those alone

    def take(self, statement: ast.stmt) -> None:
        try:
            if isinstance(statement, ast.FunctionDef):
                self._function(statement)
            elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                self._assignment(statement.targets[0], statement.value)
        except (ValueError, TypeError, AttributeError, IndexError, KeyError):
            return  # not in the builder's words: the comparison tells

    def _set(self, step: str, **values: Any) -> None:
        self.recipe = self.recipe.changed(step, **values)

    # Statements

    def _assignment(self, target: ast.expr, value: ast.expr) -> None:
        name = ast.unparse(target)
        if name == "path":
            self._set("source", path=_value(_call(value).args[0]))
        elif name == "left_out":
            self._set("source", excluded=_value(value))
        elif name == "together":
            groups: dict[int, list[str]] = {}
            for file, number in _value(value).items():
                groups.setdefault(number, []).append(file)
            self._set("split", together=[groups[number] for number in sorted(groups)])
        elif name == "table":
            self._table(value)
        elif name in ("files, boxed", "(files, boxed)"):
            self._annotations(_call(value))
        elif name == "(cont_names, cat_names)":
            self._columns(_call(value))
        elif name == "block":
            self._block({one.arg: one.value for one in _call(value).keywords if one.arg})
        elif isinstance(value, ast.Call):
            self._loaders(name, value)

    def _table(self, value: ast.expr) -> None:
        if isinstance(value, ast.Call):
            given = {one.arg: one.value for one in value.keywords}
            form: dict[str, Any] = {key: _value(given[key]) for key in ("sep", "encoding") if key in given}
            if "parse_dates" in given:
                form["dates"] = _value(given["parse_dates"])
            if "dtype" in given:
                form["dtypes"] = _dtypes(given["dtype"])
            to_the_letter = "keep_default_na" in given
            self._set("source", table=_below(value.args[0]), items="rows", to_the_letter=to_the_letter, **form)
            return
        assert isinstance(value, ast.Subscript)
        if isinstance(value.slice, ast.Call):  # table[table["split"].isin(["train", "valid"])]
            column = value.slice.func.value.slice  # type: ignore[attr-defined]
            train, valid = _value(value.slice.args[0])
            self._set("split", column=_value(column), train=train, valid=valid)

    def _annotations(self, call: ast.Call) -> None:
        by = {reader: kind for kind, reader in READERS.items()}[_name(call)]
        self._set("labels", by=by, annotations=_below(call.args[0]))
        self._set("", task="boxes")
        for one in call.keywords:
            if one.arg == "prefix":
                self._set("source", prefix=_below(one.value))

    def _columns(self, call: ast.Call) -> None:
        learnt = call.args[0]
        target = _value(call.keywords[0].value)
        if isinstance(learnt, ast.Subscript):
            self._set("source", columns=[column for column in _value(learnt.slice) if column != target])

    def _function(self, function: ast.FunctionDef) -> None:
        last = function.body[-1]
        assert isinstance(last, ast.Return) and last.value is not None
        if function.name == "mask_of":
            joined = last.value.right  # type: ignore[attr-defined]
            self._set("labels", by="masks", mask=_template(joined))
            self._set("", task="segmentation")
        elif function.name == "points_of":
            pairs = _value(last.value.generators[0].iter)  # type: ignore[attr-defined]
            self._set("labels", by="column", columns=[name for pair in pairs for name in pair])
        elif function.name == "label_of":
            self._label_of(function, last.value)
        elif function.name == "group_of":
            self._set("split", pattern=_value(_call(_call(last.value).func).args[0]))
        elif function.name == "fold":
            call = last.value.value.args[0]  # type: ignore[attr-defined]
            folds, number = _value(call.args[1]), _value(last.value.slice)  # type: ignore[attr-defined]
            self._set("split", by="kfold", folds=folds, fold=number, seed=_value(call.keywords[0].value))
        elif function.name == "items_of":
            found = _call(function.body[0].value)  # type: ignore[attr-defined]
            self._finder(_name(found), {one.arg or "": one.value for one in found.keywords})
            for part in ast.walk(last.value):
                if isinstance(part, ast.Call) and _name(part) == "set" and isinstance(part.args[0], ast.List):
                    self._sides = sorted(_value(part.args[0]))  # set(["train", "valid"]) & set(…)
        elif function.name == "is_valid":
            valid = _value(last.value.left)  # type: ignore[attr-defined]
            train = next((side for side in self._sides if side != valid), valid)
            self._set("split", by="folders", train=train, valid=valid)

    def _label_of(self, function: ast.FunctionDef, value: ast.expr) -> None:
        of_rows = function.args.args[0].arg == "row"
        if of_rows and isinstance(value, ast.Call) and _name(value.func) == "RegexLabeller":
            self._set("labels", by="pattern", pattern=_value(_call(value.func).args[0]))
        elif of_rows and _name(value) == "parent_label":
            self._set("labels", by="folder")
        else:
            self._set("labels", by="function", function=ast.unparse(value))

    # The block

    def _block(self, given: dict[str, ast.expr]) -> None:
        readers: dict[str, Callable[[ast.expr], None]] = {
            "blocks": self._blocks, "get_items": self._items, "get_x": self._get_x, "get_y": self._get_y,
            "splitter": self._splitter, "item_tfms": self._item_tfms, "batch_tfms": self._batch_tfms,
        }  # fmt: skip
        self._set("item", size=0)
        self._set("batch", augment=False)
        for name, value in given.items():
            if name in readers:
                readers[name](value)

    def _blocks(self, value: ast.expr) -> None:
        assert isinstance(value, ast.Tuple)
        first, target = value.elts[0], value.elts[-1]
        if ast.unparse(first).startswith("TextBlock"):
            self._text_block(_call(first), target)
            return
        self._set("source", items="dicom" if _name(first) == "DicomBlock" else "images")
        name = _name(value.elts[1]) if len(value.elts) > 1 else ""
        self._set("", task=TASKS[name])
        if name == "MaskBlock" and isinstance(target, ast.Call):
            self._set("labels", codes=_value(target.args[0]))

    def _text_block(self, block: ast.Call, target: ast.expr) -> None:
        if _name(block) == "from_df":
            self._set("source", path_column=_value(block.args[0]))
        is_lm = any(one.arg == "is_lm" for one in block.keywords)
        self._set("", task="language_model" if is_lm else "text")
        if _name(block) == "from_folder":
            self._set("source", items="texts")

    def _items(self, value: ast.expr) -> None:
        if isinstance(value, ast.Call):
            self._finder(_name(value), {one.arg or "": one.value for one in value.keywords})
        elif _name(value) != "items_of":
            self._finder(_name(value), {})

    def _finder(self, name: str, given: dict[str, ast.expr]) -> None:
        kinds = {"get_text_files": "texts", "FileGetter": "texts", "get_dicom_files": "dicom", "partial": "dicom"}
        self._set("source", items=kinds.get(name, "images"))
        if "folders" in given:
            self._set("source", folders=_value(given["folders"]))

    def _get_x(self, value: ast.expr) -> None:
        call = _call(value)
        self._set("source", path_column=_value(call.args[0]))
        for one in call.keywords:
            if one.arg == "suff":
                self._set("source", suffix=_value(one.value))
            elif one.arg == "pref":
                self._set("source", prefix=_prefix(one.value))

    def _get_y(self, value: ast.expr) -> None:
        name = _name(value)
        if name == "parent_label":
            self._set("labels", by="folder")
        elif name == "RegexLabeller":
            self._set("labels", by="pattern", pattern=_value(_call(value).args[0]))
        elif name == "ColReader":
            call = _call(value)
            columns = _value(call.args[0])
            delimiter = _value(call.keywords[0].value) if call.keywords else ""
            columns = [columns] if isinstance(columns, str) else columns
            self._set("labels", by="column", columns=columns, delimiter=delimiter)

    def _item_tfms(self, value: ast.expr) -> None:
        call = _call(value)
        fits = {known: fit for fit, known in FITS.items()}
        fit = fits[call.args[1].attr] if len(call.args) > 1 else "crop"  # type: ignore[attr-defined]
        self._set("item", size=_value(call.args[0]), fit=fit)

    def _batch_tfms(self, value: ast.expr) -> None:
        words = {known: own for own, known in AUGMENT.items()}
        self._set("batch", augment=True, **{words.get(one.arg or "", one.arg or ""): _value(one.value)
                                            for one in _call(value).keywords})  # fmt: skip

    def _splitter(self, value: ast.expr) -> None:
        if not isinstance(value, ast.Call):
            return
        given = {one.arg: _value(one.value) for one in value.keywords if one.arg != "get"}
        shares = {"valid_pct": "part", "seed": "seed"}
        self._set("split", **{shares[key]: value for key, value in given.items() if key in shares})
        name, first = _name(value), value.args[0] if value.args else None
        if name == "PatientSplitter":
            self._set("split", by="group", column=PATIENT)
        elif name == "GrandparentSplitter":
            self._set("split", by="folders", train=given["train_name"], valid=given["valid_name"])
        elif name == "KeepTogether" and first is not None:
            self._splitter(first)
        elif name == "GroupSplitter" and first is not None:
            self._groups(first.elts[0] if isinstance(first, ast.List) else first)
        elif name == "ColSplitter":
            on = {} if "on" in given else {"train": "", "valid": ""}
            self._set("split", by="column", column=_value(first), **on)
        elif name == "TimeSplitter":
            self._set("split", by="time", column=_value(first))
        elif name == "FileSplitter":
            self._set("split", by="file", file=_below(first))
        elif name in ("RandomSplitter", "StratifiedSplitter"):
            self._set("split", by="random" if name.startswith("R") else "stratified")

    def _groups(self, by: ast.expr) -> None:
        name = _name(by)
        if name == "together_of":
            self._set("split", by="random")
        elif name == "RegexLabeller":
            self._set("split", by="group", pattern=_value(_call(by).args[0]))
        elif name == "group_of":  # whose function said the pattern
            self._set("split", by="group")
        else:
            self._set("split", by="group", column=_value(_call(by).args[0] if name == "ColReader" else by))

    def _loaders(self, name: str, call: ast.Call) -> None:
        given = {one.arg: one.value for one in call.keywords}
        if _name(call) not in ("dataloaders", "from_df"):
            return
        self.complete = True
        self._set("", name=name, bs=_value(given["bs"]))
        if "seed" in given:
            self._set("split", seed=_value(given["seed"]))
        if _name(call) == "from_df":
            target = _value(given["y_names"])
            self._set("", task="table")
            self._set("labels", by="column", columns=[target], number=_name(given["y_block"]) == "RegressionBlock")
            self._splitter(given["splitter"])


def _call(value: ast.AST) -> ast.Call:
    if not isinstance(value, ast.Call):
        raise TypeError(type(value).__name__)
    return value


def _name(value: ast.AST) -> str:
    """The last name of a call, a reference or an attribute."""
    value = value.func if isinstance(value, ast.Call) else value
    return value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""


def _value(value: ast.AST | None) -> Any:
    if value is None:
        raise TypeError
    return ast.literal_eval(value)  # type: ignore[arg-type]


def _below(value: ast.AST | None) -> str:
    """What stands behind `path /`; "" for `path` itself."""
    return _value(value.right) if isinstance(value, ast.BinOp) else ""


def _dtypes(value: ast.expr) -> list[tuple[str, str]]:
    """The pairs of `dtype={"name": str, "kind": "category"}`."""
    assert isinstance(value, ast.Dict)
    return [(_value(key), _name(one) or _value(one)) for key, one in zip(value.keys, value.values, strict=True)]


def _prefix(value: ast.expr) -> str:
    """The prefix of `pref=path / "folder"`, or of `pref=str(path / "folder/name")`."""
    if isinstance(value, ast.Call):
        return _below(value.args[0])
    folder = _below(value)
    return f"{folder}/" if folder else ""


def _template(value: ast.expr) -> str:
    """The path of a mask, as the recipe writes it, from the text with places that the cell has."""
    if isinstance(value, ast.Constant):
        return _escaped(value.value)
    assert isinstance(value, ast.JoinedStr)
    return "".join(
        _escaped(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value).rpartition('.')[2]}}}"  # type: ignore[attr-defined]
        for part in value.values
    )


def _escaped(text: object) -> str:
    """Braces that are part of a name, as a template has them."""
    return str(text).replace("{", "{{").replace("}", "}}")
