from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.category import Categorize
from fastlearn.data.datasets import Datasets, TfmdLists, decode_at, show_at, test_set
from fastlearn.data.label import parent_label
from fastlearn.data.problems import DataError, ItemError
from fastlearn.data.transform import Transform
from PIL import Image

test_set.__test__ = False  # the name is fastai's; it is no test
FILES = [Path(f"pets/{c}/{i}.png") for i in range(4) for c in ("cat", "dog")]
SPLITS = [range(6), [6, 7]]


def stem(path: Path) -> str:
    return path.stem


class Opened:
    def __init__(self, name):
        self.name = name


def open_file(fn, at_least=None):
    return Opened(f"{fn}@{at_least}")


def test_a_list_is_read_lazily_through_its_pipeline():
    read = []
    tls = TfmdLists(range(3), lambda i: read.append(i) or i * 10)
    assert read == [] and tls[1] == 10 and read == [1]
    assert tls[-1] == 20 and tls[0:2] == [0, 10] and tls[[2, 0]] == [20, 0] and list(tls) == [0, 10, 20]
    with pytest.raises(IndexError, match="3 items, so positions go from 0 to 2, but got 3"):
        tls[3]


def test_a_mask_picks_items():
    assert TfmdLists(range(3))[np.array([True, False, True])] == [0, 2]


def test_steps_learn_from_the_training_items_alone():
    class Centre(Transform):
        def setups(self, items):
            self.mean = sum(items) / len(items)

        def encodes(self, x):
            return x - self.mean

    tls = TfmdLists([1, 2, 3, 100], [Centre], splits=[[0, 1, 2], [3]])
    assert list(tls.train) == [-1, 0, 1] and list(tls.valid) == [98]


def test_samples_have_one_part_for_each_pipeline():
    dsets = Datasets(FILES, [[stem], [parent_label, Categorize]], splits=SPLITS)
    assert dsets.valid[0] == ("3", torch.tensor(0)) and dsets.decode(dsets.valid[1]) == ("3", "dog")
    assert dsets.items is FILES and dsets.valid.items == FILES[6:]
    assert (dsets.n_inp, dsets.kinds, dsets.vocab, dsets.c) == (1, ("value", "category"), ["cat", "dog"], 2)
    assert len(dsets.train) == 6 and dsets.n_subsets == 2
    assert decode_at(dsets, 0) == ("0", "cat")


def test_three_parts_have_two_inputs_unless_told_otherwise():
    tfms = [[stem], [stem], [parent_label]]
    assert Datasets(FILES, tfms).n_inp == 2 and Datasets(FILES, tfms, n_inp=1).n_inp == 1
    with pytest.raises(DataError, match="`n_inp` counts the inputs among the 3 parts"):
        Datasets(FILES, tfms, n_inp=4)


def test_without_splits_all_items_train_and_none_validate():
    dsets = Datasets(FILES, [[stem]])
    assert len(dsets.train) == 8 and len(dsets.valid) == 0


def test_rows_of_a_frame_are_series_read_by_name():
    frame = pd.DataFrame({"name": ["a", "b", "c"], "label": ["x", "y", "x"]}, index=[7, 8, 9])
    dsets = Datasets(frame, [[lambda r: r["name"]], [lambda r: r.label, Categorize]], splits=[[0, 1], [2]])
    assert dsets[2] == ("c", torch.tensor(0)) and list(dsets.valid.items["name"]) == ["c"]


def test_a_split_augments_only_where_it_should():
    tfm = Transform(lambda x: x + 1, split_idx=0)
    tls = TfmdLists([1, 2, 3], [tfm], splits=[[0], [1, 2]])
    assert (tls.train[0], tls.valid[0], tls.valid.with_split_idx(0)[0]) == (2, 2, 3)


@pytest.mark.parametrize("splits, message", [
    ([[], [0, 1]], "training set is empty"),
    ([[0], [99]], "1 are outside"),
    ([0, 1, 2], "flat list"),
    ([[True, False], [False, True]], "MaskSplitter"),
])  # fmt: skip
def test_impossible_splits_are_explained(splits, message):
    with pytest.raises(DataError, match=message):
        TfmdLists(FILES, [stem], splits=splits)


def test_a_class_only_in_validation_is_found_when_the_data_set_is_built():
    with pytest.raises(DataError, match=r"'owl' \(1 item\)"):
        TfmdLists([*FILES, Path("pets/owl/1.png")], [parent_label, Categorize], splits=[range(8), [8]])
    with pytest.raises(DataError, match="'dog' is not one of the 1 known ones"):
        TfmdLists(FILES, [parent_label, Categorize(["cat"])], splits=SPLITS)


def test_a_single_class_warns():
    with pytest.warns(UserWarning, match="single class, 'cat'"):
        TfmdLists(FILES[::2], [parent_label, Categorize], splits=[[0, 1], [2]])


def test_a_failing_step_names_item_step_value_and_cause():
    def number(path):
        return int(path.stem[0]) if "dog" in str(path) else {}["no such key"]

    with pytest.raises(ItemError, match=r"Item 0 \(pets/cat/0.png\) failed in `number`.*KeyError: 'no such key'") as e:
        TfmdLists(FILES, number)[0]
    assert e.value.item == FILES[0] and e.value.position == 0 and e.value.stage == "number"
    assert isinstance(e.value.__cause__, KeyError)


def test_no_items_and_a_lone_path_are_refused():
    with pytest.raises(DataError, match="list of items is expected, but got the single str 'pets'"):
        TfmdLists("pets")
    with pytest.raises(DataError, match="got no items"):
        Datasets(tfms=[[stem]])


def test_misspelt_keywords_say_what_was_meant():
    with pytest.raises(TypeError, match=r"Datasets\(\) got an unexpected .* 'split'. Did you mean 'splits'"):
        Datasets(FILES, [[stem]], split=SPLITS)


def test_a_loader_may_ask_the_opener_for_less_but_an_item_is_whole():
    dsets = Datasets(FILES, [[open_file], [parent_label]])
    assert dsets[0][0].name == f"{FILES[0]}@None"
    assert dsets.fetch(0, at_least=(8, 8))[0].name == f"{FILES[0]}@(8, 8)"
    assert Datasets(FILES, [[open_file, lambda o: o.name]]).fetch(0, at_least=(8, 8))[0].endswith("@None")


def test_new_items_enter_at_their_stage():
    dsets = Datasets(FILES, [[lambda p: p.name, open_file], [parent_label, Categorize]], splits=SPLITS)
    opened = Opened("mine")
    assert test_set(dsets, opened)[0] == (opened,)
    assert test_set(dsets, ["a/dog/9.png"])[0][0].name == "9.png@None"
    labelled = test_set(dsets, [Path("a/dog/9.png")], with_labels=True)
    assert labelled[0][1] == 1 and labelled.split_idx == 1 and labelled.kinds == ("value", "category")
    assert len(test_set(dsets, FILES[0])) == 1


def test_new_items_may_be_pictures_or_arrays_of_one_picture():
    dsets = Datasets(FILES, [[open_file]])
    assert len(test_set(dsets, Image.new("L", (2, 2)))) == 1
    assert len(test_set(dsets, np.zeros((4, 4, 3), np.uint8))) == 1
    assert len(test_set(dsets, np.zeros((2, 4, 4, 3), np.uint8))) == 2


def test_a_value_of_several_parts_knows_their_kinds_and_shows_itself():
    shown = []

    class Twins(tuple):
        def show(self, ctx=None, **kwargs):
            shown.append((self, ctx))
            return "drawn"

    tls = TfmdLists([0, 1], [lambda i: tuple.__new__(Twins, (torch.ones(3, 2, 2), torch.zeros(3, 2, 2), i > 0))])
    assert tls.kinds == ("image", "image", "value") and tls.n_inp == 2
    assert show_at(tls, 1, ctx="axes") == "drawn" and shown[0][0][2] is True and shown[0][1] == "axes"


def test_text_is_shown_as_text(capsys):
    show_at(Datasets(FILES, [[stem], [parent_label, Categorize]]), 3)
    assert capsys.readouterr().out == "1\ndog\n"
