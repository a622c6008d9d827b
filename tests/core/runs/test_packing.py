import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from fastlearn.runs.packing import CannotPack, pack, unpack
from hypothesis import given, settings
from hypothesis import strategies as st

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
nested = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


def through_a_file(value):
    tensors = {}
    return unpack(json.loads(json.dumps(pack(value, tensors, "x"), allow_nan=False)), tensors)


@settings(max_examples=60)
@given(nested)
def test_nested_values_come_back_as_they_were(value):
    assert through_a_file(value) == value


@pytest.mark.parametrize(
    "value", [Path("a/b"), slice(1e-5, 1e-3), {1, 2}, frozenset({"a"}), math.inf, {"$tensor": "no tensor"}, {}, ()]
)
def test_what_json_lacks_comes_back_too(value):
    assert through_a_file(value) == value


def test_tensors_and_arrays_keep_their_bits():
    value = {"a": [torch.tensor([1.5, math.nan]).half()], "b": np.array([[1, 2]], ">i2"), "c": np.float32(0.1)}
    found = through_a_file(value)
    assert found["a"][0].dtype == torch.float16 and torch.equal(found["a"][0].isnan(), value["a"][0].isnan())
    assert found["b"].dtype == np.dtype(">i2") and found["b"].tolist() == [[1, 2]]
    assert found["c"] == value["c"]


def test_code_is_refused_with_its_place():
    with pytest.raises(CannotPack, match=r"x\.a\.1 is a builtin_function_or_method, which a file without code"):
        pack({"a": [1, print]}, {}, "x")


def test_a_value_that_was_not_saved_is_named_when_it_is_needed():
    with pytest.raises(ValueError, match="has to be given again: <function f>"):
        unpack({"$unknown": "<function f>"}, {})
