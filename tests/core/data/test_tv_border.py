import numpy as np
import pytest
import torch
from fastlearn.data.block import DataBlock, TransformBlock
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError
from fastlearn.data.transform import mk_transform
from fastlearn.data.tv_border import TorchvisionTransform
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.open import PILImage, PILMask
from fastlearn.vision.tensors import IntToFloatTensor
from PIL import Image

v2 = pytest.importorskip("torchvision.transforms.v2")


def test_a_flip_of_torchvision_keeps_image_mask_boxes_and_label_aligned():
    image = torch.arange(24, dtype=torch.uint8).reshape(1, 4, 6)
    sample = (image, image[0], torch.tensor([[0.0, 0.0, 2.0, 1.0]]), torch.tensor(3))
    done = mk_transform(v2.RandomHorizontalFlip(p=1.0))(sample, kinds=("image", "mask", "boxes", "category"))
    assert torch.equal(done[0], image.flip(-1)) and torch.equal(done[1], image[0].flip(-1))
    assert done[2].tolist() == [[4.0, 0.0, 6.0, 1.0]] and done[3] == 3
    assert all(type(part) is torch.Tensor for part in done)


def test_its_randomness_follows_the_generator_and_leaves_the_global_state():
    step, image = mk_transform(v2.RandomCrop(2)), torch.arange(64, dtype=torch.uint8).reshape(1, 8, 8)
    before = torch.get_rng_state()
    runs = [step(image, rng=torch.Generator().manual_seed(s)).tolist() for s in (1, 1, 2, 3, 4)]
    assert runs[0] == runs[1] and len({str(r) for r in runs}) > 1 and torch.equal(before, torch.get_rng_state())


def test_pictures_go_through_and_samples_without_any_are_left_alone():
    step = mk_transform(v2.Resize((3, 5)))
    assert step((Image.new("RGB", (9, 9)), 1))[0].size == (5, 3)
    label = (torch.tensor(1), "a")
    assert step(label) is label and step.name == "Resize"


def test_all_of_a_list_of_v2_transforms_act_and_one_class_replaces_its_own():
    rotate, jitter = v2.RandomRotation(90), v2.ColorJitter(0.5)
    block = DataBlock(
        blocks=(TransformBlock(item_tfms=v2.RandomRotation(5)), TransformBlock), item_tfms=[rotate, jitter]
    )
    assert [step.tfm for step in block.item_tfms if step.name != "ToTensor"] == [rotate, jitter]
    erase = [v2.RandomErasing(), v2.RandomErasing()]
    assert [step.tfm for step in DataBlock(batch_tfms=erase).batch_tfms] == erase


KINDS = ("image", "mask", "boxes", "boxlabels", "points")


def placed_sample():
    """A picture and a mask that mark one box and one point in it; the box has a label."""
    image = torch.zeros(3, 16, 20, dtype=torch.uint8)
    image[:, 4:9, 6:13] = 200
    box, point = torch.tensor([[6.0, 4.0, 13.0, 9.0]]), torch.tensor([[6.0, 4.0]])
    return image, (image[0] > 0).long(), box, torch.tensor([3]), point


def extent(mask):
    ys, xs = mask.nonzero().unbind(1)
    return [xs.min().item(), ys.min().item(), xs.max().item() + 1, ys.max().item() + 1]


@pytest.mark.parametrize("tfm", [v2.RandomHorizontalFlip(1.0), v2.RandomVerticalFlip(1.0), v2.CenterCrop(12),
                                 v2.RandomRotation((90, 90)), v2.Pad(3), v2.Resize((32, 40)),
                                 v2.Compose([v2.RandomCrop(14), v2.RandomHorizontalFlip(1.0)])])  # fmt: skip
@pytest.mark.parametrize("level", ["item", "batch"])
def test_boxes_points_and_labels_go_with_the_mask(tfm, level):
    sample = placed_sample()
    given = sample if level == "item" else tuple(torch.stack([part, part]) for part in sample)
    step = mk_transform(tfm)
    done = step(given, kinds=KINDS, rng=torch.Generator().manual_seed(4))
    one = done if level == "item" else tuple(part[1] for part in done)
    assert one[2].tolist()[0] == pytest.approx(extent(one[1]), abs=1e-4)
    assert one[3].tolist() == [3] and one[4].shape == (1, 2)
    left, top, right, bottom = one[2][0].tolist()
    assert one[4][0, 0] in (left, right, left - 1, right - 1) and one[4][0, 1] in (top, bottom, top - 1, bottom - 1)
    assert all(type(part) is torch.Tensor for part in done)


def test_boxes_left_out_take_their_labels_along():
    image, boxes = torch.zeros(3, 8, 8, dtype=torch.uint8), torch.tensor([[1.0, 1, 1, 5], [2, 2, 6, 6]])
    clean = mk_transform(v2.SanitizeBoundingBoxes())
    done = clean((image, boxes, torch.tensor([4, 5])), kinds=("image", "boxes", "boxlabels"))
    assert done[1].tolist() == [[2, 2, 6, 6]] and done[2].tolist() == [5]
    with pytest.raises(DataError, match=r"leaves out boxes.*item transforms"):
        mk_transform(v2.SanitizeBoundingBoxes(labels_getter=None))((image[None], boxes[None]), kinds=("image", "boxes"))


def test_a_mask_from_a_file_stays_one_on_its_way_to_the_batch():
    ids = np.arange(48, dtype=np.uint8).reshape(6, 8)
    picture, mask = PILImage.create(np.stack([ids] * 3, -1)), PILMask.create(ids)
    done = mk_transform(v2.RandomHorizontalFlip(1.0))((picture, mask), kinds=("image", "mask"))
    assert type(done[0]) is PILImage and type(done[1]) is PILMask
    assert np.array_equal(np.asarray(done[1]), ids[:, ::-1])


def test_a_step_can_be_kept_to_training_or_validation():
    image = torch.arange(12, dtype=torch.uint8).reshape(1, 3, 4)
    train = TorchvisionTransform(v2.RandomHorizontalFlip(1.0), split_idx=0)
    assert torch.equal(train(image, split_idx=0), image.flip(-1)) and train(image, split_idx=1) is image
    block = DataBlock(blocks=(ImageBlock, TransformBlock), get_x=lambda i: np.eye(4, dtype=np.uint8) * 255,
                      item_tfms=train, splitter=lambda items: ([0, 1], [2, 3]))  # fmt: skip
    dls = block.dataloaders(range(4), bs=2, num_workers=0, device="cpu")
    (x, _), (v, _) = dls.one_batch(), dls.valid.one_batch()
    assert torch.equal(x[0, 0], torch.eye(4).flip(-1)) and torch.equal(v[0, 0], torch.eye(4))


@pytest.mark.parametrize("steps", [
    [v2.Normalize([0.5] * 3, [0.25] * 3)],
    [v2.Compose([v2.RandomHorizontalFlip(0.0), v2.Normalize([0.5] * 3, [0.25] * 3)])],
    [v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.25] * 3)])],
    [v2.RandomHorizontalFlip(0.0), v2.Normalize([0.5] * 3, [0.25] * 3)],
])  # fmt: skip
def test_a_normalisation_of_v2_gets_floats(steps):
    batch = torch.full((2, 3, 4, 4), 255, dtype=torch.uint8), torch.tensor([0, 1])
    done, labels = Pipeline([*steps, IntToFloatTensor()], split_idx=0)(batch)
    assert done.unique().tolist() == [2.0] and labels.tolist() == [0, 1]
