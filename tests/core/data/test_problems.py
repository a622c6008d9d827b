import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.label import ColReader
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError, ItemError, describe, item_error
from PIL import Image


@pytest.mark.parametrize("value, words", [
    (torch.zeros(2, 3), "Tensor of shape (2, 3), torch.float32"),
    (np.zeros(2, np.uint8), "ndarray of shape (2,), uint8"),
    (Image.new("L", (4, 2)), "Image of 4x2 pixels, mode L"),
    ((1, "a"), "tuple of (int 1, str 'a')"),
    ("x" * 200, "str 'xxx"),
])  # fmt: skip
def test_values_in_a_few_words(value, words):
    assert describe(value).startswith(words) and len(describe(value)) < 130


def failing(pipeline, item):
    try:
        pipeline(item)
    except Exception as error:
        return item_error(error, item, 7)
    raise AssertionError("nothing failed")


def test_the_message_names_item_step_value_cause_and_remedy():
    def first_letter(word):
        return word[0]

    error = failing(Pipeline([len, first_letter]), "word")
    assert str(error) == ("Item 7 ('word') failed in `first_letter`, which was given int 4: TypeError: 'int' object is "
                          "not subscriptable. Try that step alone on this item; an annotation on its first argument "
                          "limits it to one type.")  # fmt: skip


def test_a_cause_that_explains_itself_is_not_repeated():
    def read(path):
        raise DataError(f"Cannot read {path}: it is empty. Get it again.")

    error = failing(Pipeline(read), Path("a.jpg"))
    assert str(error) == "Item 7 failed in `read`: Cannot read a.jpg: it is empty. Get it again."


def test_a_row_of_a_table_is_named_once_by_its_index_and_first_columns():
    table = pd.DataFrame({"file": ["a.jpg", "b" * 300], "label": ["x", "y"], "size": [1, 2]}, index=[4, 7])
    assert str(failing(Pipeline(ColReader("lable")), table.iloc[0])) == (
        "Item 7 failed in `ColReader`: There is no column 'lable' in row 4 (file='a.jpg', label='x', …). It has the "
        "columns 'file', 'label', 'size'.")  # fmt: skip
    message = str(failing(Pipeline(lambda row: row["size"] / "2"), table.iloc[1]))
    assert message.count("row 7 (file='bbb") == 1 and len(message) < 400
    assert describe(table) == "DataFrame of shape (2, 3)" and describe(table["file"]) == "Series of shape (2,)"


def test_a_missing_file_and_a_damaged_one_get_their_own_advice():
    assert "Check that the file is there" in str(item_error(FileNotFoundError("gone"), "a", 1))
    assert "may be damaged" in str(item_error(OSError("bad"), "a", 1))


def test_an_item_error_keeps_its_facts_between_processes():
    error = pickle.loads(pickle.dumps(ItemError("text", "item", 3, "stage")))
    assert (str(error), error.item, error.position, error.stage) == ("text", "item", 3, "stage")
    assert item_error(error, "other", 9) is error
