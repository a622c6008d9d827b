"""torchvision's detection models in a plain Learner: they train, validate, predict, and their boxes are drawn."""

from __future__ import annotations

import types

import matplotlib
import numpy as np
import pytest
import torch
from fastlearn.interpret import Interpretation
from fastlearn.metrics.boxes import BoxIoU, box_overlaps, matched_overlaps
from fastlearn.train.learner import Learner
from fastlearn.vision.detection import DetectionLoss, DetectionModel, Detections, taking_targets
from fastlearn.vision.open import PILImage
from fastlearn.vision.resize import Resize
from fastlearn.vision.scaler import is_empty
from fastlearn.vision.task_loaders import ObjectDetectionDataLoaders
from torch import nn

matplotlib.use("Agg")
pytest.importorskip("torchvision")


def shapes(n, size=32, seed=0):
    """Pictures of one or two bright squares (labels by colour) on dark ground."""
    rng, pictures, boxed = np.random.default_rng(seed), [], []
    for i in range(n):
        pixels = rng.integers(0, 40, (size, size, 3)).astype(np.uint8)
        boxes, labels = [], []
        for half in range(1 + i % 2):
            side = int(rng.integers(9, 15))
            x, y = int(rng.integers(0, size - side)), int(rng.integers(0, size // 2 - side + 2)) + half * size // 2
            y = min(y, size - side)
            colour = int(rng.integers(0, 2))
            pixels[y : y + side, x : x + side, colour * 2] = 255
            boxes.append([x, y, x + side, y + side])
            labels.append(["red", "green", "blue"][colour * 2])
        pictures.append(PILImage.create(pixels))
        boxed.append((boxes, labels))
    return pictures, boxed


def loaders(n=20, bs=5, **settings):
    pictures, boxed = shapes(n)
    return ObjectDetectionDataLoaders.from_lists(".", pictures, boxed, seed=1, bs=bs, num_workers=0, device="cpu",
                                                 **settings)  # fmt: skip


class Backbone(nn.Sequential):
    """Two maps of 1/8 and 1/16."""

    out_channels = 16

    def forward(self, x):
        fine = self[0](x)
        return {"0": fine, "1": self[1](fine)}


def backbone():
    def layer(n_in, stride):
        return nn.Sequential(nn.Conv2d(n_in, 16, 3, stride, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())

    fine = nn.Sequential(layer(3, 2), layer(16, 2), layer(16, 2))
    return Backbone(fine, layer(16, 2))


def ssd(n_classes):
    from torchvision.models.detection.anchor_utils import DefaultBoxGenerator
    from torchvision.models.detection.ssd import SSD, SSDHead

    anchors = DefaultBoxGenerator([[2], [2]], scales=[0.3, 0.45, 0.6])
    torch.manual_seed(0)
    head = SSDHead([16, 16], anchors.num_anchors_per_location(), n_classes)
    return SSD(backbone(), anchors, (32, 32), n_classes, head=head, image_mean=[0.2] * 3, image_std=[0.3] * 3,
               detections_per_img=6, score_thresh=0.01)  # fmt: skip


def faster_rcnn(n_classes):
    from torchvision.models.detection import FasterRCNN
    from torchvision.models.detection.rpn import AnchorGenerator

    torch.manual_seed(0)
    return FasterRCNN(backbone(), n_classes, min_size=32, max_size=32, box_detections_per_img=6,
                      rpn_anchor_generator=AnchorGenerator(((12,), (16,)), ((1.0,),) * 2),
                      rpn_pre_nms_top_n_train=50, rpn_post_nms_top_n_train=20, box_batch_size_per_image=16)  # fmt: skip


@pytest.fixture(scope="module")
def learn():
    dls = loaders(40)
    made = Learner(dls, DetectionModel(ssd(dls.c), max_boxes=6), lr=3e-3, metrics=BoxIoU(0.3), seed=0)
    with made.no_bar():
        made.fit_one_cycle(14, 1e-2)
    return made


def test_a_plain_learner_trains_and_validates_a_detector(learn):
    assert isinstance(learn.loss_func, DetectionLoss)
    losses = [row["valid_loss"] for row in learn.history.epochs]
    assert all(np.isfinite(losses)) and losses[-1] < losses[0] * 0.6
    assert learn.history.last("box_iou") > 0.35
    assert learn.validate() == learn.validate()  # nothing in it is drawn anew


def test_prediction_gives_boxes_in_pixels_names_and_scores(learn):
    pictures, _boxed = shapes(40)
    (boxes, names), (scaled, _ids), (raw, _, scores) = learn.predict(pictures[3])
    assert boxes.shape == (len(names), 4) and set(names) <= {"red", "blue"} and boxes.max() <= 32
    assert raw.shape == (6, 4) and scores.shape == (6,) and (~is_empty(scaled)).sum() == len(names)
    assert len(learn.predict(pictures[:3])) == 3


def test_all_predictions_and_targets_can_be_gathered(learn):
    preds, targs, decoded = learn.get_preds(with_decoded=True)
    assert [p.shape for p in preds] == [(8, 6, 4), (8, 6), (8, 6)] and targs[0].shape == (8, 2, 4)
    assert len(decoded) == 2 and (is_empty(decoded[0]) | (preds[2] >= 0.5)).all()


def test_batches_with_other_numbers_of_boxes_are_gathered_too():
    dls = loaders(12, bs=1)
    model = DetectionModel(ssd(dls.c), max_boxes=6)
    learn = Learner(dls, model)
    _, (boxes, labels) = learn.get_preds(ds_idx=0)
    assert boxes.shape == (10, 2, 4)
    assert sorted((~is_empty(boxes)).sum(1).tolist()) == sorted(len(dls.train_ds.items[i].boxes) for i in range(10))
    assert (labels[is_empty(boxes)] == 0).all()


def test_boxes_are_drawn_for_targets_and_predictions(learn):
    import matplotlib.pyplot as plt

    learn.show_results(max_n=2)
    axes = plt.gcf().axes
    assert [ax.get_title() for ax in axes[:2]] == ["Target", "Prediction"] and axes[0].patches
    assert {t.get_text() for ax in axes for t in ax.texts} <= {"red", "blue"}
    found = Interpretation.from_learner(learn)
    assert found.losses.shape == (8,) and (found.losses > 0).all()
    found.show_results([0, 1])
    plt.close("all")


def test_largest_losses_show_and_name_the_boxes_that_are_there_and_those_predicted(learn):
    import matplotlib.pyplot as plt

    found = Interpretation.from_learner(learn)
    found.plot_top_losses(2)
    for row, (left, right) in zip(found.top_losses(2)[1].tolist(), np.reshape(plt.gcf().axes, (2, 2)), strict=True):
        boxes, names = learn.dls.valid_ds.items[int(found.positions[row])].boxes, [t.get_text() for t in left.texts]
        assert len(names) == len(boxes) and set(names) <= {"red", "blue"} and len(left.patches) == 2 * len(boxes)
        words = f"actual: {len(boxes)} box" + ("" if len(boxes) == 1 else "es") + ": "
        told = left.get_title().split("\n")
        assert told[0].startswith(words) and all(name in told[0] for name in names)
        assert told[1].startswith("loss: ") and told[2] == "picture 32 x 32"
        n = int((~is_empty(found._row_decoded(row)[0])).sum())
        assert right.get_title().startswith(f"prediction: {n} box") and len(right.patches) == 2 * n == 2 * len(
            right.texts
        )
    plt.close("all")


@pytest.mark.parametrize("make", [ssd, faster_rcnn])
def test_losses_are_the_models_own(make):
    dls = loaders(10)
    x, boxes, labels = dls.one_batch()
    torch.manual_seed(1)
    model = DetectionModel(make(dls.c)).train()
    pixels = (boxes + 1) * 16
    targets = [{"boxes": b[~is_empty(b)], "labels": n[: int((~is_empty(b)).sum())]}
               for b, n in zip(pixels, labels, strict=True)]  # fmt: skip
    loss = DetectionLoss()
    torch.manual_seed(2)
    found = model(x)
    assert isinstance(found, Detections) and len(found) == 0
    value = loss(found, boxes, labels)
    torch.manual_seed(2)
    expected = model.model(list(x), targets)
    assert value.item() == pytest.approx(sum(expected.values()).item(), rel=1e-5)
    assert set(loss.parts) == set(expected)
    value.backward()
    assert all(p.grad is not None for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize("make", [ssd, faster_rcnn])
def test_validation_leaves_weights_statistics_and_random_state_alone(make):
    dls = loaders(10)
    x, boxes, labels = dls.one_batch()
    model = DetectionModel(make(dls.c)).eval()
    before, state = {k: v.clone() for k, v in model.state_dict().items()}, torch.get_rng_state()
    with torch.no_grad():
        values = [DetectionLoss()(model(x), boxes, labels) for _ in range(2)]
    assert values[0] == values[1] > 0
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())
    assert torch.equal(state, torch.get_rng_state()) and not any(m.training for m in model.modules())
    each = DetectionLoss()
    each.reduction = "none"
    with torch.no_grad():
        assert each(model(x), boxes, labels).shape == (5,)


def test_only_what_looks_at_targets_thinks_that_it_trains():
    model = faster_rcnn(3).eval()
    with taking_targets(model):
        training = {type(m).__name__ for m in model.modules() if m.training}
    assert {"FasterRCNN", "RegionProposalNetwork", "RoIHeads"} <= training
    assert not training & {"BatchNorm2d", "GeneralizedRCNNTransform", "Backbone"}


def test_losses_can_be_weighted_and_wrong_use_is_said():
    dls = loaders(10)
    x, boxes, labels = dls.one_batch()
    model = DetectionModel(ssd(dls.c)).eval()
    with torch.no_grad():
        plain = DetectionLoss()
        plain(model(x), boxes, labels)
        weighted = DetectionLoss({"classification": 0.0})(model(x), boxes, labels)
        assert weighted.item() == pytest.approx(plain.parts["bbox_regression"].item())
        with pytest.raises(ValueError, match="'class', but the model's losses are"):
            DetectionLoss({"class": 1.0})(model(x), boxes, labels)
    with pytest.raises(TypeError, match=r"Learner\(dls, DetectionModel\(model\)\)"):
        DetectionLoss()(x, boxes, labels)


def test_overlaps_by_hand():
    a, b = torch.tensor([[0.0, 0, 2, 2]]), torch.tensor([[1.0, 0, 3, 2], [5, 5, 6, 6], [0, 0, 2, 2]])
    torch.testing.assert_close(box_overlaps(a, b), torch.tensor([[1 / 3, 0, 1]]))
    both = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 2]])
    assert matched_overlaps(both, torch.tensor([1, 1]), b, torch.tensor([1, 1, 1])) == pytest.approx([1, 1 / 3])
    assert matched_overlaps(both, torch.tensor([1, 2]), b, torch.tensor([1, 1, 1])) == pytest.approx([1])


def test_missed_boxes_and_false_alarms_count_against_the_mean():
    def value(boxes, labels, scores, true, names):
        metric = BoxIoU(min_score=0.5)
        parts = [torch.tensor(part)[None].float() for part in (boxes, labels, scores)]
        targets = tuple(torch.tensor(part)[None].float() for part in (true, names))
        metric.accumulate(types.SimpleNamespace(pred=tuple(parts), yb=targets))
        return metric.value

    one, other, pad = [-1, -1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]
    assert value([one, pad], [1, 0], [0.9, 0], [one, pad], [1, 0]) == 1
    assert value([one, pad], [1, 0], [0.4, 0], [one, pad], [1, 0]) == 0  # not sure enough
    assert value([one, other], [1, 1], [0.9, 0.9], [one, pad], [1, 0]) == 0.5  # a false alarm
    assert value([one, pad], [1, 0], [0.9, 0], [one, other], [1, 2]) == 0.5  # one missed
    assert value([one, pad], [2, 0], [0.9, 0], [one, pad], [1, 0]) == 0  # the wrong label: missed and false
    assert BoxIoU().value is None


def test_boxes_of_resized_pictures_train_as_well():
    dls = loaders(10, item_tfms=Resize(32))
    learn = Learner(dls, DetectionModel(ssd(dls.c), 6))
    with learn.no_bar():
        learn.fit(1)
    assert np.isfinite(learn.history.last("valid_loss"))
