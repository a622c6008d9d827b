"""Balanced classes, and folds that share nothing."""

import numpy as np
import pytest
import torch
from fastlearn.data import DataError, DataLoader, IndexSplitter, WeightedSampler, class_weights, item_weights, kfold


def test_class_weights_are_scikit_learns():
    from sklearn.utils.class_weight import compute_class_weight

    ids = [0] * 6 + [1] * 3 + [2]
    expected = compute_class_weight("balanced", classes=np.arange(3), y=ids)
    assert class_weights(ids).tolist() == pytest.approx(expected.tolist())
    assert class_weights(ids, 4)[3] == 0
    assert float(item_weights(ids).sum()) == pytest.approx(10)
    with pytest.raises(DataError, match="there are none"):
        class_weights([])


def test_a_weighted_sampler_draws_classes_equally_often_and_repeatably():
    ids = torch.tensor([0] * 900 + [1] * 100)
    sampler = WeightedSampler(item_weights(ids), n=4000, seed=1)
    first, second = list(sampler), list(sampler)
    assert abs(float(ids[first].float().mean()) - 0.5) < 0.03 and first != second
    assert list(WeightedSampler(item_weights(ids), n=4000, seed=1)) == first
    batches = list(DataLoader([(float(i),) for i in range(10)], bs=4, sampler=WeightedSampler([0] * 9 + [1], seed=1)))
    assert {float(v) for (batch,) in batches for v in batch} == {9.0}
    with pytest.raises(DataError, match="at least 0"):
        WeightedSampler([0, 0])


def test_a_loader_tells_a_weighted_sampler_the_epoch_and_a_peek_does_not_count():
    def loader():
        sampler = WeightedSampler([1] * 10, seed=1)
        return DataLoader([(float(i),) for i in range(10)], bs=10, num_workers=0, sampler=sampler)

    def items(dl):
        return next(iter(dl)).items.tolist()

    dl, peeked, later = loader(), loader(), loader()
    epochs = [items(dl) for _ in range(3)]
    assert len({tuple(order) for order in epochs}) == 3
    peeked.one_batch()
    assert [items(peeked) for _ in range(3)] == epochs
    later.restore(dl.state() | {"epoch": 2})
    assert items(later) == epochs[2] and later.seeded_order


def test_folds_cover_every_item_once():
    items = list(range(23))
    folds = list(kfold(items, k=4, seed=3))
    assert sorted(i for _, valid in folds for i in valid) == items
    assert all(not set(train) & set(valid) and len(train) + len(valid) == 23 for train, valid in folds)
    assert folds == list(kfold(items, k=4, seed=3)) != list(kfold(items, k=4, seed=4))
    assert sorted(IndexSplitter(folds[0][1])(items)[1]) == sorted(folds[0][1])


def test_folds_keep_labels_even_and_groups_together():
    labels, groups = ["a"] * 20 + ["b"] * 10, [i // 3 for i in range(30)]
    for _, valid in kfold(range(30), k=5, labels=labels, seed=0):
        assert [labels[i] for i in valid].count("b") == 2
    for kwargs in ({}, {"labels": labels}):
        for train, valid in kfold(range(30), k=5, groups=groups, seed=0, **kwargs):
            assert not {groups[i] for i in train} & {groups[i] for i in valid}
    with pytest.raises(DataError, match="number of groups, here 2, but got 5"):
        next(kfold(range(4), groups=[0, 0, 1, 1]))


def test_weights_of_what_has_no_class_ids_say_what_is_needed():
    loader = DataLoader([(torch.zeros(1), 0)] * 3, bs=1, num_workers=0)
    for count in (class_weights, item_weights):
        with pytest.raises(TypeError, match=r"class ids, one for each item, but got DataLoader.*dls.train_ds"):
            count(loader)
    with pytest.raises(TypeError, match="got list"):
        class_weights(["cat", "dog"])
    with pytest.raises(TypeError, match=r"whole numbers, but got \[0.5\]"):
        class_weights([0.5])
    assert class_weights([0.0, 1.0, 1.0]).tolist() == pytest.approx([1.5, 0.75])
