from __future__ import annotations

import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock, MultiCategoryBlock, RegressionBlock, TransformBlock
from fastlearn.data.problems import DataError, ItemError
from fastlearn.data.split import EndSplitter, IndexSplitter
from fastlearn.data.transform import Transform

WORDS = ["ant", "bee", "cow", "asp", "bat", "cat"]


class Scale(Transform):
    def __init__(self, by=1.0):
        super().__init__()
        self.by = by

    def encodes(self, x: torch.Tensor):
        return x * self.by if x.is_floating_point() else x


class NumberBlock(TransformBlock):
    kind = "regression"

    def __init__(self):
        super().__init__(type_tfms=[lambda w: torch.tensor([float(len(w))])], batch_tfms=[Scale(2.0)])


def block(**kwargs):
    settings = {"blocks": (NumberBlock, CategoryBlock), "get_y": lambda w: w[0], "splitter": IndexSplitter([3])}
    return DataBlock(**{**settings, **kwargs})


def test_a_sentence_makes_data_sets_and_loaders():
    dsets = block().datasets(WORDS)
    assert dsets.kinds == ("regression", "category") and dsets.vocab == ["a", "b", "c"]
    assert [len(dsets.train), len(dsets.valid)] == [5, 1] and dsets.valid[0][1] == 0
    dls = block().dataloaders(WORDS, bs=5, seed=1, device="cpu")
    assert dls.one_batch()[0].flatten().tolist() == [6.0] * 5 and dls.loss_func is not None


def test_block_and_user_transforms_of_one_class_merge_and_the_later_wins():
    dls = block(batch_tfms=Scale(10.0)).dataloaders(WORDS, bs=5, device="cpu")
    assert dls.one_batch()[0][0].item() == 30
    assert block().dataloaders(WORDS, bs=5, batch_tfms=Scale(3.0), device="cpu").one_batch()[0][0].item() == 9
    assert [type(t).__name__ for t in block(item_tfms=Scale(1.0)).item_tfms] == ["ToTensor", "Scale"]
    assert [t.by for t in block().new(batch_tfms=Scale(5.0)).batch_tfms] == [5.0]


def test_what_one_source_teaches_does_not_reach_the_next():
    one = block()
    assert one.datasets(WORDS).vocab == ["a", "b", "c"]
    assert one.datasets(["xa", "ya", "za", "xb"]).vocab == ["x", "y", "z"]


def test_a_vocabulary_may_be_given():
    dsets = block(blocks=(NumberBlock, CategoryBlock(vocab=["c", "b", "a", "z"], sort=False))).datasets(WORDS)
    assert dsets.c == 4 and dsets.valid[0][1] == 2


def test_several_labels_and_numbers():
    data = block(blocks=(NumberBlock, MultiCategoryBlock), get_y=lambda w: ["short", w[0]]).datasets(WORDS)
    assert data.kinds[1] == "multicategory" and data.decode(data[0])[1] == ["a", "short"]
    encoded = block(blocks=(NumberBlock, MultiCategoryBlock(encoded=True, vocab=["p", "q"])), get_y=lambda w: [0, 1])
    assert encoded.datasets(WORDS).decode(encoded.datasets(WORDS)[0])[1] == ["q"]
    numbers = block(blocks=(NumberBlock, RegressionBlock), get_y=lambda w: (1, 2.5)).datasets(WORDS)
    assert numbers.c == 2 and numbers[0][1].tolist() == [1, 2.5]
    with pytest.raises(DataError, match="no names of their own"):
        MultiCategoryBlock(encoded=True)


def test_getters_take_their_item_whole():
    rows = [("ant", "x", 1), ("bee", "y", 2), ("cow", "x", 3), ("dog", "y", 4)]
    three = DataBlock(blocks=(NumberBlock, CategoryBlock, RegressionBlock), n_inp=1, get_x=lambda r: r[0],
                      get_y=[lambda r: r[1], lambda r: r[2]], splitter=EndSplitter(0.25))  # fmt: skip
    dsets = three.datasets(rows)
    assert dsets.n_inp == 1 and [float(v) for v in dsets[1]] == [3.0, 1.0, 2.0]


def test_columns_make_rows():
    data = DataBlock.from_columns(blocks=(NumberBlock, CategoryBlock), splitter=IndexSplitter([0]))
    assert data.datasets((["aa", "b", "cc"], ["x", "x", "y"]))[2][1] == 1


@pytest.mark.parametrize("wrong, message", [
    ({"get_y": [len, len]}, "one function for each of 1 parts, but got 2"),
    ({"getters": [len]}, "1 getters for 2 blocks"),
    ({"blocks": (NumberBlock, 3)}, "blocks or block classes.*but got 3"),
])  # fmt: skip
def test_sentences_that_do_not_add_up_are_explained(wrong, message):
    with pytest.raises(DataError, match=message):
        block(**wrong)


def test_misspelt_arguments_of_blocks_say_what_was_meant():
    with pytest.raises(TypeError, match=r"DataBlock\(\).*'get_itms'. Did you mean 'get_items'"):
        DataBlock(get_itms=len)
    with pytest.raises(TypeError, match=r"CategoryBlock\(\).*'vocabs'. Did you mean 'vocab'"):
        CategoryBlock(vocabs=[])


def test_no_items_says_where_it_looked():
    with pytest.raises(DataError, match=r"no items in get_items\(str 'folder'\)"):
        block(get_items=lambda s: []).datasets("folder")


def test_the_default_split_follows_the_seed():
    splits = [block(splitter=None).datasets(WORDS * 10, seed=s).valid.items for s in (1, 1, 2)]
    assert splits[0] == splits[1] != splits[2] and len(splits[0]) == 12


def test_a_labeller_that_raises_names_the_item_when_the_data_is_built():
    with pytest.raises(ItemError, match=r"\('cow'\) failed in `label`.*ValueError: no such word"):
        block(get_y=label).datasets(WORDS)


def label(word):
    if word == "cow":
        raise ValueError("no such word")
    return word[0]


def test_summary_says_what_every_stage_gives(capsys):
    block(item_tfms=Scale(3.0)).summary(WORDS, bs=2, show_batch=True)
    out = capsys.readouterr().out
    for line in (
        "Items: 6, the first is 'ant'",
        "5 for training, 1 for validation",
        "Part 1 (target, category, 3 classes",
        "Categorize gives Tensor of shape (), torch.int64",
        "Scale gives tuple of (Tensor of shape (1,)",
        "collating gives tuple of (Tensor of shape (2, 1)",
        "input (regression)",
    ):
        assert line in out


def test_summary_reads_the_labels_once():
    one_class = block(get_y=lambda w: "same")
    with pytest.warns(UserWarning, match="single class 'same'|single class, 'same'") as warned:
        one_class.summary(WORDS, item_tfms=Scale(3.0), seed=1)
    assert len(warned) == 1


def test_summary_explains_what_does_not_stack(capsys):
    uneven = block(blocks=(TransformBlock(type_tfms=lambda w: torch.zeros(ord(w[0]) - 96)), CategoryBlock))
    with pytest.raises(DataError):
        uneven.summary(WORDS)
    out = capsys.readouterr().out
    assert "does not come together: Part [0] of the samples has shape (1,)" in out
    assert "Compare item 0 ('ant') with item 1 ('bee')" in out


def test_summary_explains_a_step_that_fails(capsys):
    broken = block(blocks=(TransformBlock(type_tfms=lambda w: w.lenght), CategoryBlock))
    with pytest.raises(ItemError, match="'lenght'"):
        broken.summary(WORDS)
    assert "fails on str 'ant'" in capsys.readouterr().out
